"""Domain-free building blocks: nothing here knows a meeting, a provider or a route."""
