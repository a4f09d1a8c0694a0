"""HubSpot's answers as connector errors: decided by what the body says, then by the status."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from hubspot.crm.associations.v4.exceptions import ApiException as AssociationsException
from hubspot.crm.objects.exceptions import ApiException as ObjectsException
from hubspot.crm.properties.exceptions import ApiException as PropertiesException
from hubspot.crm.timeline.exceptions import ApiException as TimelineException
from urllib3.exceptions import HTTPError

from connectors.base.errors import ConnectorError, ProviderUnavailable, RateLimited, RequestRejected
from connectors.base.http import retry_after

_ApiException = (ObjectsException, AssociationsException, PropertiesException, TimelineException)
_RATE_CODES = frozenset({"RATE_LIMIT", "RATE_LIMITS"})
_BUSY_STATUSES = frozenset({408, 425, 477})
_LOCKED_STATUS, _LOCK_WAIT_S = 423, 2.0
# HubSpot rarely says how long, but names the limit; the daily one ends at midnight of the account
_POLICY_WAIT_S: Mapping[str, float] = {"SECONDLY": 1.0, "TEN_SECONDLY_ROLLING": 10.0, "DAILY": 3600.0}
_MIGRATION = "HubSpot is moving this account to another data centre"
_WORDS = {
    "MISSING_SCOPES": "the connection lacks a permission; connect HubSpot again and allow it",
    "PROPERTY_DOESNT_EXIST": "a mapped property is missing in HubSpot; run the set-up again",
    "READ_ONLY_VALUE": "a mapped property can only be read",
    "OBJECT_NOT_FOUND": "the record does not exist in HubSpot any more",
    "CONFLICT": "HubSpot has such a record already",
    "CONFLICTING_UNIQUE_VALUE": "another HubSpot record already holds this value",
}
_DETAILS = re.compile(r"were not valid:\s*(\[.*\])\s*$", re.DOTALL)
_EXISTING = re.compile(r"Existing ID:\s*(\d+)|\b(\d+) already has that value")


class SessionExpired(Exception):
    """The access token is no longer good; a fresh one may be."""


@dataclass(frozen=True)
class Fault:
    """An error body. `code` is the category, or the finer code that HubSpot hides as JSON in the message."""

    code: str
    message: str
    properties: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()

    def words(self) -> str:
        """The fault for an admin: what it means, then what HubSpot said."""
        parts = [part for part in (_WORDS.get(self.code), self.message.strip()) if part]
        names = f" (properties: {', '.join(self.properties)})" if self.properties else ""
        scopes = f" (scopes: {', '.join(self.scopes)})" if self.scopes else ""
        return (": ".join(parts) or self.code or "HubSpot refused the request") + names + scopes


@contextmanager
def translated() -> Iterator[None]:
    """Raise connector errors, or `SessionExpired`, for what the SDK and urllib3 raise inside."""
    try:
        yield
    except _ApiException as error:
        if not error.status:  # a TLS failure; the SDK gives it no status
            raise ProviderUnavailable("no safe connection to HubSpot could be made") from error
        raise classify(error.status, error.headers or {}, error.body) from error
    except HTTPError as error:
        raise ProviderUnavailable(f"HubSpot did not answer ({type(error).__name__})") from error


def classify(status: int, headers: Mapping[str, str], body: Any) -> ConnectorError | SessionExpired:
    """The error for one failed answer; `body` is parsed, or text."""
    content, fault = _parsed(body), read_fault(body)
    if status == 401:
        return SessionExpired(fault.message)
    if status == 429 or fault.code in _RATE_CODES:
        return _rate_limited(status, headers, content, fault)
    if status == _LOCKED_STATUS:
        wait = max(_LOCK_WAIT_S, _header_wait(headers) or 0.0)
        text = "HubSpot is still busy with earlier changes to the same record"
        return RateLimited(text, retry_after=wait, code=fault.code or "LOCKED", status=status)
    if status >= 500 or status in _BUSY_STATUSES:
        text = _MIGRATION if status == 477 else f"HubSpot is unavailable: {fault.words()}"
        return ProviderUnavailable(text, code=fault.code or None, status=status)
    return RequestRejected(f"HubSpot refused: {fault.words()}", code=fault.code or None, status=status)


def refusal(row: Mapping[str, Any]) -> RequestRejected:
    """The refusal in one row of a batch answer. Raises instead when trying the whole again can cure it."""
    fault = read_fault(row)
    error = classify(_row_status(fault), {}, row)
    if isinstance(error, RequestRejected):
        return error
    raise error


def read_fault(body: Any) -> Fault:
    """Code, message and what they concern; an empty fault when the body says nothing."""
    content = _parsed(body)
    message = str(content.get("message") or "")
    code = str(content.get("category") or content.get("errorType") or content.get("policyName") or "")
    details = _details(message)
    if details:
        code = str(details[0].get("error") or code)
        message = "; ".join(str(detail.get("message") or "") for detail in details)
    names = tuple(str(detail["name"]) for detail in details if detail.get("name"))
    return Fault(code, message, names, _scopes(content))


def existing_id(message: str) -> str | None:
    """The id of the record that is in the way: HubSpot tells it in the text alone."""
    found = _EXISTING.search(message)
    return (found[1] or found[2]) if found else None


def _rate_limited(status: int, headers: Mapping[str, str], content: Mapping[str, Any], fault: Fault) -> RateLimited:
    policy = str(content.get("policyName") or "").upper()
    wait = _header_wait(headers)
    wait = _POLICY_WAIT_S.get(policy) if wait is None else wait
    text = f"HubSpot's limit is used up ({policy or 'unnamed'}): {fault.message}"
    return RateLimited(text, retry_after=wait, code=policy or fault.code or None, status=status)


def _header_wait(headers: Mapping[str, str]) -> float | None:
    return retry_after({name.lower(): value for name, value in headers.items()}, datetime.now(UTC))


def _row_status(fault: Fault) -> int:
    if fault.code in _RATE_CODES:
        return 429
    return {"LOCKED": _LOCKED_STATUS, "INTERNAL_ERROR": 500}.get(fault.code, 400)


def _parsed(body: Any) -> Mapping[str, Any]:
    if isinstance(body, str | bytes):
        try:
            body = json.loads(body)
        except (ValueError, RecursionError):
            return {}
    return body if isinstance(body, Mapping) else {}


def _details(message: str) -> list[Mapping[str, Any]]:
    found = _DETAILS.search(message)
    if found is None:
        return []
    try:
        details = json.loads(found[1])
    except ValueError:
        return []
    return [detail for detail in details if isinstance(detail, dict)]


def _scopes(content: Mapping[str, Any]) -> tuple[str, ...]:
    entries = content.get("errors")
    contexts = (
        [entry.get("context") for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
    )
    found = [context.get("requiredGranularScopes") for context in contexts if isinstance(context, dict)]
    return tuple(str(scope) for scopes in found if isinstance(scopes, list) for scope in scopes)
