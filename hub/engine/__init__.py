"""The thin wrapper on DBOS: the only package that imports it."""
