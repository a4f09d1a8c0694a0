"""Tokens that prove that a form came from one of our pages.

Pages are compressed and may repeat what a request sent, so a value that stays the same could be found out from their
length, guess by guess (the attack called BREACH). Therefore each page gets another token of the same session secret.
"""

import hmac
import secrets

_SALT_BYTES = 12


def issue(secret: str) -> str:
    """A fresh token."""
    return _token(secret, secrets.token_urlsafe(_SALT_BYTES))


def is_valid(secret: str, token: str) -> bool:
    """Whether `token` was issued with this secret."""
    salt = token.partition(".")[0]
    return hmac.compare_digest(token.encode(), _token(secret, salt).encode())


def _token(secret: str, salt: str) -> str:
    return f"{salt}.{hmac.digest(secret.encode(), salt.encode(), 'sha256').hex()}"
