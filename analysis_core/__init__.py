"""Voice, face and text of a recording in, one explained result out. No network, no database.

`analyse` is the whole API: see `analysis_core.pipeline`. Importing this package is cheap; models load on first use.
"""

import os
from typing import TYPE_CHECKING, Any

for _name in ("ORT_DISABLE_TELEMETRY", "ORT_TELEMETRY_DISABLED"):  # the switch was called both
    os.environ[_name] = "1"
"""onnxruntime reports home and leaves an identifier on disk unless it is told not to before it is first imported."""

if TYPE_CHECKING:
    from analysis_core.options import Options
    from analysis_core.pipeline import analyse
    from analysis_core.result import Result

__all__ = ["Options", "Result", "analyse"]

_HOMES = {"analyse": "pipeline", "Options": "options", "Result": "result"}


def __getattr__(name: str) -> Any:
    """Import what is asked for on first use: decoding and numbers cost a second that `hub --help` need not pay."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"analysis_core.{_HOMES[name]}"), name)
