"""The one place where a connector's error becomes a decision."""

import random
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from connectors.base.errors import AuthorizationLost, ConnectorError, Temporary

BACKOFF_S: Final = (5.0, 30.0, 120.0, 600.0, 3600.0, 21_600.0, 86_400.0)
"""The wait after the first, second, ... failed attempt."""
_JITTER: Final = 0.2
_LONGEST_WAIT_S: Final = 172_800.0


class DecisionKind(StrEnum):
    """What happens to a piece of work after an error."""

    RETRY = "retry"
    DEAD_LETTER = "dead_letter"
    WAIT_FOR_RECONNECT = "wait_for_reconnect"


@dataclass(frozen=True)
class Decision:
    """What to do next; `delay_s` counts for retries only, `why` is for people."""

    kind: DecisionKind
    delay_s: float
    why: str


def decide(error: ConnectorError, attempt: int, *, jitter: float | None = None) -> Decision:
    """What to do after attempt number `attempt` (0 is the first) failed with `error`.

    `jitter` is 0..1 and spreads retries over 20 % of their wait; random when None. A wait that was asked for is
    never shortened. It is kept to once: who still asks to wait after that is waited for as long as one who says
    nothing, or the work would be given up within seconds of a limit that lasts an hour.
    """
    match error:
        case AuthorizationLost():
            return Decision(DecisionKind.WAIT_FOR_RECONNECT, 0.0, "waits for reconnect")
        case Temporary():
            return _retry(error, attempt, random.random() if jitter is None else jitter)  # noqa: S311
        case _:
            return Decision(DecisionKind.DEAD_LETTER, 0.0, "dead letter: refused for good")


def _retry(error: Temporary, attempt: int, jitter: float) -> Decision:
    if attempt >= len(BACKOFF_S):
        return Decision(DecisionKind.DEAD_LETTER, 0.0, f"dead letter: {attempt + 1} attempts failed")
    asked = error.retry_after or 0.0
    planned = asked if attempt == 0 and asked > 0 else max(asked, BACKOFF_S[attempt])
    delay = min(planned * (1 + _JITTER * jitter), max(asked, _LONGEST_WAIT_S))
    return Decision(DecisionKind.RETRY, delay, f"retry in {_words(delay)}")


def _words(seconds: float) -> str:
    for unit, size in (("h", 3600), ("min", 60)):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"
