"""The only errors a connector raises, one class per way of recovering.

ConnectorError
├── AuthorizationLost        a person must authorise again: the connection goes to `reconnect`
├── Temporary                the same call may work later: after `retry_after` seconds, or by backing off
│   ├── RateLimited          too many calls
│   └── ProviderUnavailable  their fault or the network's
├── RequestRejected          this call will never work as it is: park it and show the reason
└── SignatureInvalid         an inbound request that the provider did not sign: answer 401
"""

import re

_LOOKS_LIKE_A_TOKEN = re.compile(r"(?=[A-Za-z_\-.~+=!]*\d)[A-Za-z0-9_\-.~+=!]{32,}")


class ConnectorError(Exception):
    """What went wrong, in words that an admin can act on. Never holds a token or a body.

    Providers repeat refused tokens in their messages, so anything that looks like one is masked.
    """

    def __init__(self, message: str, *, code: str | None = None, status: int | None = None) -> None:
        self.message = _LOOKS_LIKE_A_TOKEN.sub("…", message)
        super().__init__(self.message)
        self.code = code
        self.status = status


class AuthorizationLost(ConnectorError):
    """The provider no longer accepts our authorisation; only a person can give it again."""


class Temporary(ConnectorError):
    """It may pass. `retry_after` is in seconds, None when the provider did not say. Raised as one of its kinds only."""

    def __init__(
        self, message: str, *, retry_after: float | None = None, code: str | None = None, status: int | None = None
    ) -> None:
        super().__init__(message, code=code, status=status)
        self.retry_after = retry_after


class RateLimited(Temporary):
    """Too many calls."""


class ProviderUnavailable(Temporary):
    """No usable answer: a 5xx, a cut or slow connection, a locked row."""


class RequestRejected(ConnectorError):
    """The provider understood and refused: a validation rule, a missing field, a deleted record."""


class SignatureInvalid(ConnectorError):
    """The inbound request carries no valid signature, or a stale one."""
