"""How fast the core is just now: tells one machine's figures from another's, and a slow minute from a fast one."""

import numpy as np

from bench.speed.clock import seconds

_SIZE = 1024


def gflops() -> float:
    """Thousand million operations a second of multiplying two float32 matrices of 1024 x 1024, on one core."""
    matrix = np.full((_SIZE, _SIZE), 0.5, np.float32)
    return 2e-9 * _SIZE**3 / seconds(lambda: matrix @ matrix, 10)
