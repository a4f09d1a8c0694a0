"""How right the core is, on data that its weights were not fitted to."""
