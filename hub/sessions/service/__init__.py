"""What callers do with live sessions, one use case per file."""
