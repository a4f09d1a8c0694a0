"""Slack's error answers: HTTP 200 with `ok: false`, and 429."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import JSONResponse

from sandbox.kit.oauth.errors import GrantProblem, TokenProblem

TOKEN_ERRORS = {
    TokenProblem.MISSING: "not_authed",
    TokenProblem.UNKNOWN: "invalid_auth",
    TokenProblem.EXPIRED: "token_expired",
    TokenProblem.REVOKED: "token_revoked",
}

GRANT_ERRORS: Mapping[GrantProblem, str] = {
    GrantProblem.UNKNOWN_CLIENT: "invalid_client_id",
    GrantProblem.WRONG_SECRET: "bad_client_secret",
    GrantProblem.UNSUPPORTED_GRANT: "invalid_grant_type",
    GrantProblem.UNKNOWN_CODE: "invalid_code",
    GrantProblem.USED_CODE: "code_already_used",
    GrantProblem.EXPIRED_CODE: "invalid_code",
    GrantProblem.WRONG_REDIRECT: "bad_redirect_uri",
    GrantProblem.WRONG_VERIFIER: "invalid_code",
    GrantProblem.UNKNOWN_REFRESH_TOKEN: "invalid_refresh_token",
    GrantProblem.DEAD_REFRESH_TOKEN: "invalid_refresh_token",
}


class SlackError(Exception):
    """A call that fails with a code, and perhaps details."""

    def __init__(self, code: str, **details: Any) -> None:
        super().__init__(code)
        self.code = code
        self.details = details

    def response(self) -> JSONResponse:
        """What the caller gets."""
        return JSONResponse({"ok": False, "error": self.code} | self.details)


class TooFast(Exception):
    """The call came before its turn; `seconds` is when to come back."""

    def __init__(self, seconds: int) -> None:
        super().__init__("ratelimited")
        self.seconds = seconds

    def response(self) -> JSONResponse:
        """What the caller gets."""
        body = {"ok": False, "error": "ratelimited"}
        return JSONResponse(body, status_code=429, headers={"Retry-After": str(self.seconds)})


def invalid_blocks(problems: list[str]) -> SlackError:
    """The blocks do not follow Block Kit."""
    messages = [f"[ERROR] {problem}" for problem in problems]
    return SlackError("invalid_blocks", errors=problems, response_metadata={"messages": messages})
