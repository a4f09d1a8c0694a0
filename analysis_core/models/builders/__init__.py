"""How models are made from others. Needs the `models` dependency group; never imported at run time."""
