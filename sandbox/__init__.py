"""Local simulators of the providers, reachable as one real HTTP server. Nothing of ours is imported here."""
