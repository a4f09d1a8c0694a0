"""What providers announce: verify, store, deduplicate, start the pipeline."""
