"""One folder per provider. Nothing here knows the database, the web framework or the settings."""
