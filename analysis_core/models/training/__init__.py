"""How our own weights are trained. Needs the `models` dependency group and the data; never used at run time."""
