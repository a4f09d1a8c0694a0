"""Voice, face and text of a recording in, one explained result out. No network, no database.

`analyse` is the whole API: see `analysis_core.pipeline`. Importing this package is cheap; models load on first use.
"""
