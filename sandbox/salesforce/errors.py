"""Salesforce's error answers: a list with one object."""

from collections.abc import Sequence
from typing import Any

from sandbox.kit.oauth.errors import GrantProblem

GRANT_ERRORS: dict[GrantProblem, tuple[int, str, str]] = {
    GrantProblem.UNKNOWN_CLIENT: (400, "invalid_client_id", "client identifier invalid"),
    GrantProblem.WRONG_SECRET: (400, "invalid_client", "invalid client credentials"),
    GrantProblem.UNSUPPORTED_GRANT: (400, "unsupported_grant_type", "grant type not supported"),
    GrantProblem.UNKNOWN_CODE: (400, "invalid_grant", "invalid authorization code"),
    GrantProblem.USED_CODE: (400, "invalid_grant", "invalid authorization code"),
    GrantProblem.EXPIRED_CODE: (400, "invalid_grant", "expired authorization code"),
    GrantProblem.WRONG_REDIRECT: (400, "redirect_uri_mismatch", "redirect_uri must match configuration"),
    GrantProblem.WRONG_VERIFIER: (400, "invalid_grant", "invalid code verifier"),
    GrantProblem.UNKNOWN_REFRESH_TOKEN: (400, "invalid_grant", "expired access/refresh token"),
    GrantProblem.DEAD_REFRESH_TOKEN: (400, "invalid_grant", "expired access/refresh token"),
}


class SalesforceError(Exception):
    """A call, or one row of it, that fails."""

    def __init__(
        self, status: int, code: str, message: str, fields: Sequence[str] | None = None, **details: Any
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.fields = None if fields is None else list(fields)
        self.details = details

    def body(self) -> list[dict[str, Any]]:
        """As the answer to a call."""
        error: dict[str, Any] = {"message": str(self), "errorCode": self.code} | self.details
        return [error if self.fields is None else error | {"fields": self.fields}]

    def row(self) -> dict[str, Any]:
        """As one row of a collection's answer, where the code has another name."""
        error = {"statusCode": self.code, "message": str(self), "fields": self.fields or []}
        return {"success": False, "errors": [error]}


def session_invalid() -> SalesforceError:
    """The access token is unknown, expired or revoked."""
    return SalesforceError(401, "INVALID_SESSION_ID", "Session expired or invalid")


def not_found() -> SalesforceError:
    """No such object, record or address."""
    return SalesforceError(404, "NOT_FOUND", "The requested resource does not exist")


def no_such_column(field: str, sobject: str) -> SalesforceError:
    """A write names a field that does not exist, or that the user may not see."""
    return SalesforceError(400, "INVALID_FIELD", f"No such column '{field}' on sobject of type {sobject}")


def requests_used_up() -> SalesforceError:
    """The daily limit: 403, and no word on when it ends."""
    return SalesforceError(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")


def row_locked(record_id: str) -> SalesforceError:
    """Someone else is writing the same record."""
    message = f"unable to obtain exclusive access to this record or 1 records: {record_id}"
    return SalesforceError(400, "UNABLE_TO_LOCK_ROW", message, [])
