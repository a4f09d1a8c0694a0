"""Slows down guessing. Attempts are rows, so the limit holds across processes and restarts."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlmodel import Session, col, delete, select

from hub.accounts.errors import TooManyAttempts
from hub.accounts.models import SignInAttempt
from hub.accounts.tokens import hash_token

WINDOW = timedelta(minutes=15)
PER_PERSON_AND_ADDRESS = 5
PER_ADDRESS = 30
PER_PERSON = 50
"""Higher than per person and address, so that a stranger cannot easily lock somebody out."""


def begin_attempt(session: Session, email: str, address: str, now: datetime) -> None:
    """Count one attempt before it is checked; `succeeded` takes it back. Raises `TooManyAttempts`."""
    session.exec(delete(SignInAttempt).where(col(SignInAttempt.at) <= now - WINDOW))
    for key, limit in _limits(email, address):
        moments = session.exec(select(SignInAttempt.at).where(SignInAttempt.key == key).order_by("at")).all()
        if len(moments) >= limit:
            frees_up = moments[len(moments) - limit] + WINDOW
            raise TooManyAttempts(max(1, int((frees_up - now).total_seconds())))
    session.add_all(SignInAttempt(key=key, at=now) for key, _ in _limits(email, address))


def succeeded(session: Session, email: str, address: str) -> None:
    """Forget the failures of this person from this address."""
    key = hash_token(f"{email} {address}")
    session.exec(delete(SignInAttempt).where(col(SignInAttempt.key) == key))


def _limits(email: str, address: str) -> Iterator[tuple[str, int]]:
    yield hash_token(f"{email} {address}"), PER_PERSON_AND_ADDRESS
    yield hash_token(f"address {address}"), PER_ADDRESS
    yield hash_token(f"person {email}"), PER_PERSON
