"""Sums that come out the same in every process.

A matrix product adds its terms in an order that depends on how many threads share it. The last bits of a spectrogram
then differ between a process that was told to use one thread and one that was not, and a recogniser that decides word
by word can hear another word for it. So products run on one thread, whatever the environment says; what gains from
threads here are whole stages, not products.
"""

from functools import cache


@cache
def on_one_thread() -> None:
    """Settle it for the rest of this process. Cheap to call again."""
    import numpy as np  # its library must be there to be told
    from threadpoolctl import threadpool_limits

    _ = np.__version__
    threadpool_limits(1, user_api="blas")
