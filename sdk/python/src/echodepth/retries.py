"""Whether a call that failed is made again, and when. Pure: chance is passed in.

Sent again is only what cannot do harm: reading and deleting, and POSTs, which all carry an `Idempotency-Key`, so
that the hub does the work once however often it is asked. Bodies that can be read only once are never sent again.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace

from echodepth.errors import ApiError, ConnectionFailed, EchoDepthError

_WORTH_IT = frozenset({408, 429, 502, 503, 504})
_STILL_UNDER_WAY = 409


@dataclass(frozen=True)
class RetryPolicy:
    """`most` retries after the first try, and `reconnects` for a stream that was lost.

    Waits double from `first_s` to `longest_s`, each with jitter. `Retry-After` is honoured where it is at most
    `patience_s`; a longer one ends the retries at once.
    """

    most: int = 2
    reconnects: int = 8
    first_s: float = 0.5
    longest_s: float = 8.0
    patience_s: float = 60.0
    chance: Callable[[], float] = random.random

    def wait(self, retry: int, error: EchoDepthError, *, unanswered_before: bool = False) -> float | None:
        """Seconds until the retry of this number (from 0); None when there is to be none.

        `unanswered_before`: an earlier try got no answer, so it may be under way, and "conflict" means just that.
        """
        if retry >= self.most or not _is_worth_it(error, unanswered_before):
            return None
        asked = error.retry_after if isinstance(error, ApiError) else None
        if asked is not None:
            return None if asked > self.patience_s else asked + self.chance() * min(1.0, self.first_s)
        backoff = min(self.longest_s, self.first_s * 2.0**retry)
        return backoff * (0.5 + self.chance() / 2)

    def reconnecting(self) -> "RetryPolicy":
        """The same, as patient as a stream that was open has to be."""
        return replace(self, most=self.reconnects)


def _is_worth_it(error: EchoDepthError, unanswered_before: bool) -> bool:
    if isinstance(error, ConnectionFailed):
        return True
    if not isinstance(error, ApiError):
        return False
    return error.status in _WORTH_IT or (unanswered_before and error.status == _STILL_UNDER_WAY)
