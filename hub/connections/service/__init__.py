"""What can be done with connections, one use case per file."""
