"""Slows down whoever tries secrets, codes or tokens: an address may fail so often in a minute, over all processes."""

from typing import Final

from hub.accounts.rate_limits import take
from hub.accounts.tokens import hash_token
from hub.runtime import Runtime

FAILURES: Final = 30
_MINUTE_S: Final = 60


def wait_s(runtime: Runtime, address: str) -> int:
    """Seconds until this address may call again; 0 for now."""
    now = runtime.clock()
    so_far = take(runtime.database, _subject(address), FAILURES, period_s=_MINUTE_S, now=now, calls=0)
    return max(1, so_far.resets_at - int(now.timestamp())) if so_far.used >= FAILURES else 0


def count_failure(runtime: Runtime, address: str) -> None:
    """One more."""
    take(runtime.database, _subject(address), FAILURES, period_s=_MINUTE_S, now=runtime.clock())


def _subject(address: str) -> str:
    return f"oauth:{hash_token(address)}"
