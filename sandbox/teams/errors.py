"""Graph's and the sign-in's error answers."""

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from starlette.responses import JSONResponse

from sandbox.kit.oauth.errors import GrantProblem, TokenProblem

TOKEN_MESSAGES = {
    TokenProblem.MISSING: "Access token is empty.",
    TokenProblem.UNKNOWN: "IDX14100: JWT is not well formed, there are no dots (.).",
    TokenProblem.EXPIRED: "Lifetime validation failed, the token is expired.",
    TokenProblem.REVOKED: "Continuous access evaluation resulted in challenge with result: InteractionRequired.",
}

GRANT_ANSWERS: Mapping[GrantProblem, tuple[int, str, int, str]] = {
    GrantProblem.UNKNOWN_CLIENT: (400, "unauthorized_client", 700016, "The application was not found."),
    GrantProblem.WRONG_SECRET: (401, "invalid_client", 7000215, "Invalid client secret provided."),
    GrantProblem.UNSUPPORTED_GRANT: (400, "unsupported_grant_type", 70003, "The app requested an unsupported grant."),
    GrantProblem.UNKNOWN_CODE: (400, "invalid_grant", 9002313, "Invalid request. Request is malformed or invalid."),
    GrantProblem.USED_CODE: (400, "invalid_grant", 54005, "The authorization code was already redeemed."),
    GrantProblem.EXPIRED_CODE: (400, "invalid_grant", 70008, "The provided authorization code has expired."),
    GrantProblem.WRONG_REDIRECT: (400, "invalid_client", 500112, "The reply address does not match the one requested."),
    GrantProblem.WRONG_VERIFIER: (400, "invalid_grant", 501481, "The Code_Verifier does not match the code_challenge."),
    GrantProblem.UNKNOWN_REFRESH_TOKEN: (400, "invalid_grant", 9002313, "Invalid request. Request is malformed."),
    GrantProblem.DEAD_REFRESH_TOKEN: (400, "invalid_grant", 50173, "The grant was revoked; sign in again."),
}


class GraphError(Exception):
    """An API call that fails."""

    def __init__(self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.headers = dict(headers or {})

    def response(self) -> JSONResponse:
        """What the caller gets."""
        return JSONResponse({"error": self._body()}, status_code=self.status, headers=self.headers)

    def _body(self) -> dict[str, Any]:
        request_id = secrets.token_hex(16)
        date = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S")
        inner = {"date": date, "request-id": request_id, "client-request-id": request_id}
        return {"code": self.code, "message": str(self), "innerError": inner}


def token_refused(problem: TokenProblem) -> GraphError:
    """The API's refusal of a token."""
    return GraphError(401, "InvalidAuthenticationToken", TOKEN_MESSAGES[problem])


def missing_permission() -> GraphError:
    """The token lacks the permission that the call needs."""
    return GraphError(403, "Forbidden", "Missing scope permissions on the request.")


def no_access_policy(user_id: str) -> GraphError:
    """The tenant's admin has not let the app act for this user."""
    return GraphError(403, "Forbidden", f"No application access policy found for this app on the user {user_id}.")


def not_found(what: str = "The resource could not be found.") -> GraphError:
    """There is no such thing."""
    return GraphError(404, "NotFound", what)


def too_many(seconds: float | None) -> GraphError:
    """Throttled; Graph mostly says for how long."""
    headers = {} if seconds is None else {"Retry-After": str(max(1, round(seconds)))}
    return GraphError(429, "TooManyRequests", "Please retry again later.", headers)


def grant_refused(problem: GrantProblem) -> JSONResponse:
    """The token endpoint's refusal."""
    status, error, number, text = GRANT_ANSWERS[problem]
    body = {"error": error, "error_description": f"AADSTS{number}: {text}", "error_codes": [number]}
    return JSONResponse(body, status_code=status)
