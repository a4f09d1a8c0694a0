"""One organisation's authorised links to provider accounts, and the life of their tokens."""
