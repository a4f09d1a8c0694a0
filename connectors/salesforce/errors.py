"""Salesforce's answers as connector errors: decided by error code, since the same code comes with several statuses."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests
from simple_salesforce.exceptions import SalesforceError

from connectors.base.errors import ConnectorError, ProviderUnavailable, RateLimited, RequestRejected

_SESSION_CODES = frozenset({"INVALID_SESSION_ID", "INVALID_AUTH_HEADER"})
_LIMIT_CODES = frozenset({"REQUEST_LIMIT_EXCEEDED"})
_BUSY_CODES = frozenset({"UNABLE_TO_LOCK_ROW", "SERVER_UNAVAILABLE", "QUERY_TIMEOUT", "UNKNOWN_EXCEPTION"})
_WORDS = {
    "INVALID_FIELD": "a mapped field is missing in Salesforce or hidden from the connected user; run the set-up again",
    "INSUFFICIENT_ACCESS_OR_READONLY": "the connected user may not write this record",
    "INSUFFICIENT_ACCESS": "the connected user lacks a permission that this needs",
    "ENTITY_IS_DELETED": "the record was deleted in Salesforce",
    "NOT_FOUND": "the record or object does not exist in Salesforce",
    "API_DISABLED_FOR_ORG": "this Salesforce edition or user has no API access",
    "DUPLICATES_DETECTED": "a duplicate rule in Salesforce refused the change",
    "FIELD_CUSTOM_VALIDATION_EXCEPTION": "a validation rule in Salesforce refused the change",
}


class SessionExpired(Exception):
    """The access token is no longer good; a fresh one may be."""


@dataclass(frozen=True)
class Fault:
    """One entry of an error answer. `code` is `errorCode`, or `statusCode` inside collections."""

    code: str
    message: str
    fields: tuple[str, ...] = ()
    rule: str = ""
    """The duplicate rule that spoke."""

    def words(self) -> str:
        """The fault for an admin: what it means, then what Salesforce said."""
        meaning, said = _WORDS.get(self.code), self.message.strip().splitlines()[-1] if self.message.strip() else ""
        parts = [part for part in (meaning, said) if part]
        suffix = f" (fields: {', '.join(self.fields)})" if self.fields else ""
        suffix += f" (rule: {self.rule})" if self.rule else ""
        return (": ".join(parts) or self.code or "Salesforce refused the request") + suffix


@contextmanager
def translated() -> Iterator[None]:
    """Raise connector errors, or `SessionExpired`, for what simple-salesforce and requests raise inside."""
    try:
        yield
    except SalesforceError as error:
        raise classify(error.status, error.content) from error
    except (RecursionError, TypeError) as error:  # what simple-salesforce says of JSON that it does not expect
        raise ProviderUnavailable("Salesforce sent JSON of another shape") from error
    except requests.RequestException as error:
        raise ProviderUnavailable(f"Salesforce did not answer ({type(error).__name__})") from error


def classify(status: int, content: Any) -> ConnectorError | SessionExpired:
    """The error for one failed answer: `content` is its parsed body, or text."""
    fault = first_fault(content)
    if status == 300:
        return RequestRejected(
            "several Salesforce records hold the same external id; delete all but one",
            code="ambiguous_external_id",
            status=status,
        )
    if _session_is_over(status, fault, content):
        return SessionExpired(fault.message)
    if fault.code in _LIMIT_CODES or status == 429:
        return RateLimited(f"Salesforce's API limit is used up: {fault.message}", code=fault.code, status=status)
    if fault.code in _BUSY_CODES or status >= 500:
        return ProviderUnavailable(f"Salesforce is busy: {fault.words()}", code=fault.code, status=status)
    return RequestRejected(f"Salesforce refused: {fault.words()}", code=fault.code or None, status=status)


def first_fault(content: Any) -> Fault:
    """The first entry of an error body in any of its shapes; an empty fault when there is none."""
    entry = content[0] if isinstance(content, list) and content else content
    if not isinstance(entry, dict):
        return Fault("", "")
    nested = entry.get("errors")
    if isinstance(nested, list) and nested:
        entry = nested[0]
    code = entry.get("errorCode") or entry.get("statusCode") or entry.get("error") or ""
    message = entry.get("message") or entry.get("error_description") or ""
    rule = (entry.get("duplicateResult") or {}).get("duplicateRule") or ""
    return Fault(str(code), str(message), tuple(map(str, entry.get("fields") or ())), str(rule))


def _session_is_over(status: int, fault: Fault, content: Any) -> bool:
    # userinfo says 403 with a plain text instead of an error array
    return status == 401 or fault.code in _SESSION_CODES or (status == 403 and "Bad_OAuth_Token" in str(content))


def refusal(status: int, content: Any) -> RequestRejected:
    """The refusal in one part of a composite answer. Raises instead when trying the whole again can cure it."""
    error = classify(status, content)
    if not isinstance(error, RequestRejected):
        raise error
    return error
