"""The catalogue of weights: where they come from, where they lie, and how to open them.

`make models` fetches and builds what is not committed. Nothing here reaches the network at run time.
"""

from analysis_core.models.catalogue import Model
from analysis_core.models.store import describe, release_sessions, session, used, weights

__all__ = ["Model", "describe", "release_sessions", "session", "used", "weights"]
