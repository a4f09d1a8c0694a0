"""What can be wrong with an authorisation; each provider says it in its own words."""

from enum import StrEnum


class GrantProblem(StrEnum):
    """Why the token endpoint refuses."""

    UNKNOWN_CLIENT = "unknown_client"
    WRONG_SECRET = "wrong_secret"
    UNSUPPORTED_GRANT = "unsupported_grant"
    UNKNOWN_CODE = "unknown_code"
    USED_CODE = "used_code"
    EXPIRED_CODE = "expired_code"
    WRONG_REDIRECT = "wrong_redirect"
    WRONG_VERIFIER = "wrong_verifier"
    UNKNOWN_REFRESH_TOKEN = "unknown_refresh_token"
    DEAD_REFRESH_TOKEN = "dead_refresh_token"


class GrantRefused(Exception):
    """The token endpoint's answer is no."""

    def __init__(self, problem: GrantProblem) -> None:
        super().__init__(problem.value)
        self.problem = problem


class AuthorizeRefused(Exception):
    """The authorize page cannot be shown. Goes to the app when `redirect` is set, else to the person."""

    def __init__(self, error: str, reason: str, redirect: str | None = None) -> None:
        super().__init__(reason)
        self.error = error
        self.reason = reason
        self.redirect = redirect


class TokenProblem(StrEnum):
    """Why an access token does not work."""

    MISSING = "missing"
    UNKNOWN = "unknown"
    EXPIRED = "expired"
    REVOKED = "revoked"


class TokenRefused(Exception):
    """The API's answer is no."""

    def __init__(self, problem: TokenProblem) -> None:
        super().__init__(problem.value)
        self.problem = problem
