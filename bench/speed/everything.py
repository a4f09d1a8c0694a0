"""How fast the core is, on one core, against others and against decoding alone, all in one run.

Times are the processor's time of this process pinned to one core, kernel included: what one free core needs. On an idle
machine that is wall-clock time too; on a busy one wall-clock time would say how busy it was.
"""

from threadpoolctl import threadpool_limits

from bench.figures import Figures
from bench.sources import Sources
from bench.speed import clock, faces, hour, peers, starting, voices, words, yardstick


def measure(figures: Figures, data: Sources, quick: bool) -> None:
    """Every stage, the whole, and others."""
    with clock.one_core(), threadpool_limits(1):
        figures.add("speed.core_gflops", yardstick.gflops())
        starting.measure(figures)
        voices.measure(figures, data, quick)
        faces.measure(figures, data, quick)
        words.measure(figures, data, quick)
        peers.measure(figures, data, quick)
        hour.measure(figures, data, quick)
        figures.add("speed.core_gflops_after", yardstick.gflops())
