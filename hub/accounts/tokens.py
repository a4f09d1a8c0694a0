"""Random tokens whose hash is all that is stored."""

import hashlib
import secrets

_BYTES = 32


def new_token() -> str:
    """256 random bits, safe in URLs and cookies."""
    return secrets.token_urlsafe(_BYTES)


def hash_token(token: str) -> str:
    """SHA-256 in hex. A fast hash is enough: the token is random, so it cannot be guessed from a dictionary."""
    return hashlib.sha256(token.encode()).hexdigest()
