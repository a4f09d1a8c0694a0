"""What every process that touches recordings does to itself before it does."""

import ctypes
import os
import resource
import signal
from typing import IO, Final

_PR_SET_PDEATHSIG: Final = 1


def own_output() -> IO[bytes]:
    """Standard output for our answers alone: whatever a library prints goes to standard error."""
    kept = os.dup(1)
    os.dup2(2, 1)
    return os.fdopen(kept, "wb")


def bind_to_parent(parent: int) -> None:
    """Be killed together with the parent."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before we were bound to it
        os._exit(1)


def limit_memory(memory_bytes: int, *, niceness: int) -> None:
    """Give way to the web, use no more memory than this, and leave no core file: it would hold the recording."""
    os.nice(niceness)
    resource.setrlimit(resource.RLIMIT_DATA, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
