"""Passwords: argon2id with the library's current parameters."""

import secrets
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from hub.accounts.errors import DetailsInvalid

SHORTEST = 12
LONGEST = 256

AT_ONCE = 4
"""Each check takes 64 MiB: strangers must not be able to fill the memory by trying in parallel."""

_FIRST_BYTES = 12

_hasher = PasswordHasher()
_room = BoundedSemaphore(AT_ONCE)


@cache
def _nobody() -> str:
    """The hash that is checked where there is none. Made when it is first needed: that takes a while on purpose."""
    return _hasher.hash("a password that belongs to nobody")


def first_password() -> str:
    """A random one, for somebody who will choose their own."""
    return secrets.token_urlsafe(_FIRST_BYTES)


def hash_password(password: str) -> str:
    """The argon2id hash. Raises `DetailsInvalid` for fewer than 12 or more than 256 characters."""
    if len(password) < SHORTEST:
        raise DetailsInvalid("password", f"Use at least {SHORTEST} characters.")
    if len(password) > LONGEST:
        raise DetailsInvalid("password", f"Use at most {LONGEST} characters.")
    return _hasher.hash(password)


def matches(password: str, password_hash: str | None) -> bool:
    """Whether the password belongs to the hash. Without a hash it takes as long: nobody can time who exists."""
    try:
        with _room:
            return _hasher.verify(password_hash or _nobody(), password[:LONGEST]) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(password_hash: str) -> bool:
    """Whether the parameters were raised since this hash was made."""
    return _hasher.check_needs_rehash(password_hash)
