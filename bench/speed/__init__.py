"""How fast the core is, and how much memory it takes."""
