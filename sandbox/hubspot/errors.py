"""HubSpot's error answers."""

import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import JSONResponse

from sandbox.kit.oauth.errors import GrantProblem, TokenProblem

GRANT_ANSWERS: Mapping[GrantProblem, tuple[str, str]] = {
    GrantProblem.UNKNOWN_CLIENT: ("BAD_CLIENT_ID", "missing or unknown client id"),
    GrantProblem.WRONG_SECRET: ("BAD_CLIENT_SECRET", "missing or wrong client secret"),
    GrantProblem.UNSUPPORTED_GRANT: ("BAD_GRANT_TYPE", "missing or unknown grant type"),
    GrantProblem.UNKNOWN_CODE: ("BAD_AUTH_CODE", "missing or unknown auth code"),
    GrantProblem.USED_CODE: ("BAD_AUTH_CODE", "auth code has already been used"),
    GrantProblem.EXPIRED_CODE: ("BAD_AUTH_CODE", "auth code is expired"),
    GrantProblem.WRONG_REDIRECT: ("MISMATCH_REDIRECT_URI_AUTH_CODE", "redirect uri does not match the auth code's"),
    GrantProblem.WRONG_VERIFIER: ("BAD_AUTH_CODE", "code verifier does not match"),
    GrantProblem.UNKNOWN_REFRESH_TOKEN: ("BAD_REFRESH_TOKEN", "missing or invalid refresh token"),
    GrantProblem.DEAD_REFRESH_TOKEN: ("BAD_REFRESH_TOKEN", "missing or invalid refresh token"),
}
OAUTH_WORDS = {"BAD_CLIENT_ID": "invalid_client", "BAD_CLIENT_SECRET": "invalid_client"}
TOKEN_PROBLEMS: Mapping[TokenProblem, tuple[str, str]] = {
    TokenProblem.MISSING: ("INVALID_AUTHENTICATION", "Authentication credentials not found."),
    TokenProblem.UNKNOWN: ("INVALID_AUTHENTICATION", "The OAuth token used to make this call is invalid."),
    TokenProblem.EXPIRED: ("EXPIRED_AUTHENTICATION", "The OAuth token used to make this call expired."),
    TokenProblem.REVOKED: ("INVALID_AUTHENTICATION", "The OAuth token used to make this call was revoked."),
}


class HubSpotError(Exception):
    """A call, or one row of a batch, that fails. `category` is left out where HubSpot gives none."""

    def __init__(
        self,
        status: int,
        message: str,
        category: str | None = "VALIDATION_ERROR",
        *,
        headers: Mapping[str, str] | None = None,
        **details: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.category = category
        self.headers = dict(headers or {})
        self.details = details

    def body(self) -> dict[str, Any]:
        """As the answer to a call."""
        body: dict[str, Any] = {"status": "error", "message": str(self), "correlationId": str(uuid.uuid4())}
        if self.category:
            body["category"] = self.category
        return body | self.details

    def row(self, row_id: str) -> dict[str, Any]:
        """As one entry of a batch answer's errors, where only the context tells which row is meant."""
        error: dict[str, Any] = {"status": "error", "category": self.category, "message": str(self)}
        return error | {"context": {"ids": [row_id]}, "links": {}, "errors": []}

    def response(self) -> JSONResponse:
        """What the caller gets."""
        return JSONResponse(self.body(), status_code=self.status, headers=self.headers)


def grant_refused(problem: GrantProblem) -> JSONResponse:
    """The token endpoint's refusal: HubSpot's own words beside those of RFC 6749."""
    status, description = GRANT_ANSWERS[problem]
    error = OAUTH_WORDS.get(status, "unsupported_grant_type" if status == "BAD_GRANT_TYPE" else "invalid_grant")
    body = {"status": status, "message": description, "error": error, "error_description": description}
    return JSONResponse(body, status_code=400)


def token_refused(problem: TokenProblem) -> HubSpotError:
    """The API's refusal of a token."""
    category, message = TOKEN_PROBLEMS[problem]
    return HubSpotError(401, message, category)


def missing_scopes(scopes: Sequence[str]) -> HubSpotError:
    """The token lacks the scope that the call needs."""
    wanted = "One or more of the following scopes are required."
    link = "https://developers.hubspot.com/scopes"
    return HubSpotError(
        403,
        "This app hasn't been granted all required scopes to make this call. "
        f"Read more about required scopes here: {link}.",
        "MISSING_SCOPES",
        errors=[{"message": wanted, "context": {"requiredGranularScopes": list(scopes)}}],
        links={"scopes": link},
    )


def rate_limited(policy: str, headers: Mapping[str, str] | None = None) -> HubSpotError:
    """Too many calls: the body names the policy, and there is no category."""
    message = f"You have reached your {policy.lower()} limit."
    return HubSpotError(429, message, None, headers=headers, errorType="RATE_LIMIT", policyName=policy)


def locked() -> HubSpotError:
    """Too many changes at once to one record."""
    return HubSpotError(423, "The resource is locked because too many updates run at once.", "LOCKED")


def invalid_property(name: str, code: str, message: str) -> HubSpotError:
    """A property that does not exist or does not take the value: the detail is JSON inside the text."""
    detail = [{"isValid": False, "message": message, "error": code, "name": name, "localizedErrorMessage": message}]
    return HubSpotError(400, f"Property values were not valid: {json.dumps(detail, separators=(',', ':'))}")


def no_such_property(name: str) -> HubSpotError:
    """A write names a property that was never made."""
    return invalid_property(name, "PROPERTY_DOESNT_EXIST", f'Property "{name}" does not exist')


def not_found(message: str = "resource not found") -> HubSpotError:
    """No such object, property or address."""
    return HubSpotError(404, message, "OBJECT_NOT_FOUND")


def conflict(kind: str, existing_id: str) -> HubSpotError:
    """There is one already; its id stands only in the text."""
    return HubSpotError(409, f"{kind} already exists. Existing ID: {existing_id}", "CONFLICT")
