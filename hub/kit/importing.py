"""Imports without the garbage collector, which would look through everything a dozen times and find nothing."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def imported_for_good() -> Iterator[None]:
    """For imports of a process that stays: what they make is kept, so it is never looked through again either.

    A fifth of the time until `hub serve` answers, and a tenth of a second now and then while it does.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
