"""One worker of the hub on this machine, its clients in another process of the same machine."""

import tempfile
from pathlib import Path

from bench.api import frames, results
from bench.api.processes import hub
from bench.figures import Figures
from bench.sources import Sources


def measure(figures: Figures, data: Sources, quick: bool) -> None:
    """Results, then frames, from one running hub."""
    with tempfile.TemporaryDirectory() as folder, hub(Path(folder)) as (server, key):
        results.measure(figures, server, key, Path(folder), quick)
        frames.measure(figures, server, key, data, quick)
