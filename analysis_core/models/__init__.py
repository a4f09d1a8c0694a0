"""The catalogue of weights, how they are fetched, built and trained."""
