"""Zoom's error answers."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import JSONResponse

from sandbox.kit.oauth.errors import GrantProblem, TokenProblem

TOKEN_MESSAGES = {
    TokenProblem.MISSING: "Requires an access token.",
    TokenProblem.UNKNOWN: "Invalid access token.",
    TokenProblem.EXPIRED: "Access token is expired.",
    TokenProblem.REVOKED: "Invalid access token.",
}

GRANT_ANSWERS: Mapping[GrantProblem, tuple[int, str, str]] = {
    GrantProblem.UNKNOWN_CLIENT: (401, "invalid_client", "Invalid client_id or client_secret"),
    GrantProblem.WRONG_SECRET: (401, "invalid_client", "Invalid client_id or client_secret"),
    GrantProblem.UNSUPPORTED_GRANT: (400, "unsupported_grant_type", "Unsupported grant type"),
    GrantProblem.UNKNOWN_CODE: (400, "invalid_grant", "Invalid authorization code"),
    GrantProblem.USED_CODE: (400, "invalid_grant", "Invalid authorization code"),
    GrantProblem.EXPIRED_CODE: (400, "invalid_grant", "Authorization code is expired"),
    GrantProblem.WRONG_REDIRECT: (400, "invalid_request", "Redirect URI mismatch"),
    GrantProblem.WRONG_VERIFIER: (400, "invalid_grant", "Code verifier mismatch"),
    GrantProblem.UNKNOWN_REFRESH_TOKEN: (400, "invalid_grant", "Invalid Token!"),
    GrantProblem.DEAD_REFRESH_TOKEN: (400, "invalid_grant", "Invalid Token!"),
}


class ZoomError(Exception):
    """An API call that fails."""

    def __init__(self, status: int, code: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.headers = dict(headers or {})

    def response(self) -> JSONResponse:
        """What the caller gets."""
        return JSONResponse({"code": self.code, "message": str(self)}, status_code=self.status, headers=self.headers)


def grant_refused(problem: GrantProblem) -> JSONResponse:
    """The token endpoint's refusal."""
    status, error, reason = GRANT_ANSWERS[problem]
    return JSONResponse({"reason": reason, "error": error}, status_code=status)


def token_refused(problem: TokenProblem) -> ZoomError:
    """The API's refusal of a token."""
    return ZoomError(401, 124, TOKEN_MESSAGES[problem])


def missing_scopes(scopes: tuple[str, ...]) -> ZoomError:
    """The token lacks the scope that the call needs."""
    return ZoomError(400, 4711, f"Invalid access token, does not contain scopes:[{', '.join(scopes)}].")


def per_second_limit(category: str, limit: int, reset: int) -> ZoomError:
    """Too many calls in one second: says nothing about when to come back."""
    message = "You have reached the maximum per-second rate limit for this API. Try again later."
    headers = rate_headers(category, "QPS", limit, 0) | {"X-RateLimit-Reset": str(reset)}
    return ZoomError(429, 429, message, headers)


def daily_limit(until: str) -> ZoomError:
    """Too many calls today: `Retry-After` is an ISO instant, not seconds."""
    message = "You have reached the maximum daily rate limit for this API. Refer to the response header for details."
    headers = rate_headers("Heavy", "Daily-limit", 60_000, 0) | {"Retry-After": until}
    return ZoomError(429, 429, message, headers)


def rate_headers(category: str, kind: str, limit: int, left: int) -> dict[str, str]:
    """What every answer says about the limit."""
    return {
        "X-RateLimit-Category": category,
        "X-RateLimit-Type": kind,
        "X-RateLimit-Limit": str(limit),
        "X-RateLimit-Remaining": str(left),
    }


def download_refused(status: int, message: str) -> JSONResponse:
    """The download host's refusal, which looks unlike the API's."""
    body: dict[str, Any] = {"status": False, "errorCode": 300, "errorMessage": message, "result": None}
    return JSONResponse(body, status_code=status)
