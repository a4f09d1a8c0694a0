"""Whether a call that failed is made again, and when. Pure: chance is passed in.

Sent again is only what cannot do harm: reading and deleting, and POSTs, which all carry an `Idempotency-Key`, so
that the hub does the work once however often it is asked. Bodies that can be read only once are never sent again.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace

from echodepth.errors import ApiError, Conflict, ConnectionFailed, EchoDepthError

_WORTH_IT = frozenset({408, 429, 502, 503, 504})


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

    def wait(self, retry: int, error: EchoDepthError) -> float | None:
        """Seconds until the retry of this number (from 0); None when there is to be none."""
        if retry >= self.most or not _is_worth_it(error):
            return None
        asked = error.retry_after if isinstance(error, ApiError) else None
        if asked is not None:
            return None if asked > self.patience_s else asked + self.chance() * min(1.0, self.first_s)
        return self.backoff(retry)

    def backoff(self, retry: int) -> float:
        """Seconds, with jitter."""
        return min(self.longest_s, self.first_s * 2.0**retry) * (0.5 + self.chance() / 2)

    def reconnecting(self) -> "RetryPolicy":
        """The same, as patient as a stream that was open has to be."""
        return replace(self, most=self.reconnects)


@dataclass
class Tries:
    """The tries of one call so far.

    When one got no answer, the hub may still be at work for it: then a "conflict" with `Retry-After` says just that. It
    is no failure and not counted, but waited for, at most `under_way_s`.
    """

    policy: RetryPolicy
    under_way_s: float
    failures: int = 0
    unanswered: bool = False
    looks: int = 0
    waited_s: float = 0.0

    def wait(self, error: EchoDepthError) -> float | None:
        """Seconds until the next one, after this error; None when there is to be none."""
        if self.unanswered and _is_under_way(error):
            return self._wait_for_the_other()
        wait = self.policy.wait(self.failures, error)
        self.failures += 1
        self.unanswered = self.unanswered or isinstance(error, ConnectionFailed)
        return wait

    def _wait_for_the_other(self) -> float | None:
        if self.waited_s >= self.under_way_s:
            return None
        wait = self.policy.backoff(self.looks)
        self.looks += 1
        self.waited_s += wait
        return wait


def _is_worth_it(error: EchoDepthError) -> bool:
    return isinstance(error, ConnectionFailed) or (isinstance(error, ApiError) and error.status in _WORTH_IT)


def _is_under_way(error: EchoDepthError) -> bool:
    return isinstance(error, Conflict) and error.retry_after is not None
