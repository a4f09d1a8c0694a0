"""A webhook subscriber that checks every signature with the published library."""
