"""Keeps what native libraries write to standard error out of people's terminals."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO


@contextmanager
def quiet_libraries() -> Iterator[IO[str]]:
    """Standard error as it was, while what libraries write to it from C is dropped."""
    sys.stderr.flush()
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    try:
        with os.fdopen(os.dup(kept), "w", encoding="utf-8", buffering=1) as terminal:
            yield terminal
    finally:
        os.dup2(kept, 2)
        os.close(kept)
