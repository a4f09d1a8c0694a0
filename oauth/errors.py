"""What can go wrong while authorising, one class per way of recovering.

OAuthError
├── AccessDenied   the person said no: show it kindly, nothing to repair
├── InvalidGrant   the code or refresh token is dead: authorise again
├── Unavailable    their fault or the network's: try the same again later
└── Rejected       our registration or request is wrong: an operator has to look
"""


class OAuthError(Exception):
    """What went wrong, in words. The message never holds a token, a code or a secret."""

    def __init__(self, message: str, *, code: str = "", said: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.said = said
        """The provider's own words (`error_description`), which may repeat what it was sent: to be masked."""


class AccessDenied(OAuthError):
    """The person declined on the provider's page."""


class InvalidGrant(OAuthError):
    """The authorisation code or the refresh token is no longer accepted."""


class Unavailable(OAuthError):
    """429, 5xx or no answer. `answered` is False when we cannot know whether the request took effect."""

    def __init__(
        self, message: str, *, code: str = "", said: str = "", retry_after: str | None = None, answered: bool = True
    ) -> None:
        super().__init__(message, code=code, said=said)
        self.retry_after = retry_after
        """The Retry-After header as it came."""
        self.answered = answered


class Rejected(OAuthError):
    """The provider refused for a reason that neither time nor a new authorisation repairs."""
