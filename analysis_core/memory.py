"""Memory that was freed goes back to the system.

The C library keeps what large models leave behind while they load, a fifth of a gigabyte for the recogniser, in case it
is asked for again. A process with a limit is better off without.
"""

import ctypes
import gc


def give_back() -> None:
    """Hand over what is free. Does nothing where the C library cannot (it is glibc's `malloc_trim`)."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
