"""HubSpot's answers as connector errors: decided by what the body says, then by the status."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from hubspot.crm.associations.v4.exceptions import ApiException as AssociationsException
from hubspot.crm.objects.exceptions import ApiException as ObjectsException
from hubspot.crm.properties.exceptions import ApiException as PropertiesException
from hubspot.crm.timeline.exceptions import ApiException as TimelineException
from urllib3.exceptions import HTTPError

from connectors.base import http
from connectors.base.errors import ConnectorError, ProviderUnavailable, RequestRejected
from connectors.base.manifest import load_manifest

_ApiException = (ObjectsException, AssociationsException, PropertiesException, TimelineException)
_CODES: Final = load_manifest(Path(__file__).with_name("manifest.toml")).errors
_LOCKED, _MOVING = "LOCKED", "MIGRATION_IN_PROGRESS"
_CODE_OF_STATUS: Mapping[int, str] = {423: _LOCKED, 477: _MOVING}
_IN_A_ROW, _TOO_MANY = 400, 429
# HubSpot rarely says how long, but names the limit; the daily one ends at midnight of the account
_POLICY_WAIT_S: Mapping[str, float] = {"SECONDLY": 1.0, "TEN_SECONDLY_ROLLING": 10.0, "DAILY": 3600.0}
_LOCK_WAIT_S = 2.0
_WORDS = {
    _LOCKED: "HubSpot is still busy with earlier changes to the same record",
    _MOVING: "HubSpot is moving this account to another data centre",
    "SECONDLY": "the limit of a second is used up",
    "TEN_SECONDLY_ROLLING": "the limit of ten seconds is used up",
    "DAILY": "the limit of the day is used up",
    "MISSING_SCOPES": "the connection lacks a permission; connect HubSpot again and allow it",
    "PROPERTY_DOESNT_EXIST": "a mapped property is missing in HubSpot; run the set-up again",
    "READ_ONLY_VALUE": "a mapped property can only be read",
    "OBJECT_NOT_FOUND": "the record does not exist in HubSpot any more",
    "CONFLICT": "HubSpot has such a record already",
    "CONFLICTING_UNIQUE_VALUE": "another HubSpot record already holds this value",
}
_DETAILS = re.compile(r"were not valid:\s*(\[.*\])\s*$", re.DOTALL)
_EXISTING = re.compile(r"Existing ID:\s*(\d+)|\b(\d+) already has that value")


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
        return (": ".join(parts) or self.code) + names + scopes


@contextmanager
def translated() -> Iterator[None]:
    """Raise connector errors for what the SDK and urllib3 raise inside."""
    try:
        yield
    except _ApiException as error:
        if not error.status:  # a TLS failure; the SDK gives it no status
            raise ProviderUnavailable("no safe connection to HubSpot could be made") from error
        raise classify(error.status, error.headers or {}, error.body) from error
    except HTTPError as error:
        raise ProviderUnavailable(f"HubSpot did not answer ({type(error).__name__})") from error


def classify(status: int, headers: Mapping[str, str], body: Any) -> ConnectorError:
    """The error for one failed answer; `body` is parsed, or text."""
    fault = read_fault(body)
    policy = str(_parsed(body).get("policyName") or "").upper() if status == _TOO_MANY else ""
    named = replace(fault, code=policy or _CODE_OF_STATUS.get(status) or fault.code)
    wait_s = _wait_s(headers, named.code)
    return http.classify("HubSpot", named.words(), named.code or None, status, wait_s, _CODES)


def refusal(row: Mapping[str, Any]) -> RequestRejected:
    """The refusal in one row of a batch answer. Raises instead when trying the whole again can cure it."""
    error = classify(_IN_A_ROW, {}, row)
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


def _wait_s(headers: Mapping[str, str], code: str) -> float | None:
    asked = http.retry_after(headers, datetime.now(UTC))
    if code == _LOCKED:
        return max(_LOCK_WAIT_S, asked or 0.0)
    return _POLICY_WAIT_S.get(code) if asked is None else asked


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
