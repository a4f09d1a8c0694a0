"""What every simulator is built from."""
