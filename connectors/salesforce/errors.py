"""Salesforce's answers as connector errors: decided by error code, since the same code comes with several statuses."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import requests
from simple_salesforce.exceptions import SalesforceError

from connectors.base import http
from connectors.base.errors import ConnectorError, ProviderUnavailable, RequestRejected
from connectors.base.manifest import load_manifest

_CODES: Final = load_manifest(Path(__file__).with_name("manifest.toml")).errors
_BAD_TOKEN: Final = "Bad_OAuth_Token"  # noqa: S105 an error code, not a secret
_NO_HEADERS: Mapping[str, str] = MappingProxyType({})
_WORDS = {
    "INVALID_FIELD": "a mapped field is missing in Salesforce or hidden from the connected user; run the set-up again",
    "INSUFFICIENT_ACCESS_OR_READONLY": "the connected user may not write this record",
    "INSUFFICIENT_ACCESS": "the connected user lacks a permission that this needs",
    "ENTITY_IS_DELETED": "the record was deleted in Salesforce",
    "NOT_FOUND": "the record or object does not exist in Salesforce",
    "REQUEST_LIMIT_EXCEEDED": "the organisation's API requests of the last 24 hours are used up",
    "API_DISABLED_FOR_ORG": "this Salesforce edition or user has no API access",
    "DUPLICATES_DETECTED": "a duplicate rule in Salesforce refused the change",
    "FIELD_CUSTOM_VALIDATION_EXCEPTION": "a validation rule in Salesforce refused the change",
}


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
        return (": ".join(parts) or self.code) + suffix


@contextmanager
def translated() -> Iterator[None]:
    """Raise connector errors for what simple-salesforce and requests raise inside."""
    try:
        yield
    except SalesforceError as error:  # an answer that is no failure, but none that the library expects
        raise classify(error.status, error.content) from error
    except (RecursionError, TypeError) as error:  # what simple-salesforce says of JSON that it does not expect
        raise ProviderUnavailable("Salesforce sent JSON of another shape") from error
    except requests.RequestException as error:
        raise ProviderUnavailable(f"Salesforce did not answer ({type(error).__name__})") from error


def classify(status: int, content: Any, headers: Mapping[str, str] = _NO_HEADERS) -> ConnectorError:
    """The error for one failed answer: `content` is its parsed body, or text. Parts of answers have no headers."""
    fault = first_fault(content)
    if status == 300:
        return RequestRejected(
            "several Salesforce records hold the same external id; delete all but one",
            code="ambiguous_external_id",
            status=status,
        )
    wait_s = http.retry_after(headers, datetime.now(UTC))
    return http.classify("Salesforce", fault.words(), fault.code or None, status, wait_s, _CODES)


def first_fault(content: Any) -> Fault:
    """The first entry of an error body in any of its shapes; an empty fault when there is none."""
    entry = content[0] if isinstance(content, list) and content else content
    if not isinstance(entry, dict):
        # userinfo says so with a plain text instead of an error array
        return Fault(_BAD_TOKEN if _BAD_TOKEN in str(entry) else "", "")
    nested = entry.get("errors")
    if isinstance(nested, list) and nested:
        entry = nested[0]
    code = entry.get("errorCode") or entry.get("statusCode") or entry.get("error") or ""
    message = entry.get("message") or entry.get("error_description") or ""
    rule = (entry.get("duplicateResult") or {}).get("duplicateRule") or ""
    return Fault(str(code), str(message), tuple(map(str, entry.get("fields") or ())), str(rule))


def refusal(status: int, content: Any) -> RequestRejected:
    """The refusal in one part of a composite answer. Raises instead when trying the whole again can cure it."""
    error = classify(status, content)
    if not isinstance(error, RequestRejected):
        raise error
    return error
