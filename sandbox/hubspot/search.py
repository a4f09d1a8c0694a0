"""Searches: filter groups are joined by OR, the filters in one by AND."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.hubspot.errors import HubSpotError, no_such_property
from sandbox.hubspot.object_types import ObjectType
from sandbox.hubspot.properties import Schema
from sandbox.hubspot.records import Records
from sandbox.kit.store import Doc

Options = Callable[[], dict[str, Any]]


@dataclass(frozen=True)
class Found:
    """One page of a search."""

    total: int
    docs: Sequence[Doc]


class Search:
    """What `POST /crm/v3/objects/{type}/search` does."""

    def __init__(self, schema: Schema, records: Records, options: Options) -> None:
        self._schema = schema
        self._records = records
        self._options = options

    def run(self, kind: ObjectType, body: Mapping[str, Any]) -> tuple[Found, str | None]:
        """The page that is asked for, and where the next one begins. Raises `HubSpotError`."""
        groups = list(body.get("filterGroups") or [])
        self._check(kind, groups)
        docs = self._records.indexed(kind, float(self._options()["search_lag_seconds"]))
        found = [doc for doc in docs if not groups or any(_all_hold(group, doc) for group in groups)]
        found = _sorted(found, body.get("sorts") or [])
        start, limit = int(body.get("after") or 0), min(200, int(body.get("limit") or 10))
        after = str(start + limit) if start + limit < len(found) else None
        return Found(len(found), found[start : start + limit]), after

    def _check(self, kind: ObjectType, groups: Sequence[Mapping[str, Any]]) -> None:
        filters = [rule for group in groups for rule in group.get("filters") or []]
        if len(groups) > 5 or any(len(group.get("filters") or []) > 6 for group in groups) or len(filters) > 18:
            raise HubSpotError(400, "At most 5 filterGroups, 6 filters in one and 18 in all")
        known = self._schema.names(kind)
        for rule in filters:
            if rule.get("propertyName") not in known:
                raise no_such_property(str(rule.get("propertyName")))
            if rule.get("operator") not in _HOLDS:
                raise HubSpotError(400, f"Invalid filter operator {rule.get('operator')}")


def _all_hold(group: Mapping[str, Any], doc: Doc) -> bool:
    return all(_HOLDS[rule["operator"]](_held(doc, rule), rule) for rule in group.get("filters") or [])


def _held(doc: Doc, rule: Mapping[str, Any]) -> str:
    return str(doc["properties"].get(rule["propertyName"]) or "").lower()


def _text(value: Any) -> str:
    return str(value or "").lower()


def _contains(held: str, rule: Mapping[str, Any]) -> bool:
    tokens = held.replace(";", " ").replace("@", " ").split()
    return _text(rule.get("value")).strip("*") in (tokens if "*" not in _text(rule.get("value")) else held)


_HOLDS: Mapping[str, Callable[[str, Mapping[str, Any]], bool]] = {
    "EQ": lambda held, rule: held == _text(rule.get("value")),
    "NEQ": lambda held, rule: held != _text(rule.get("value")),
    "IN": lambda held, rule: held in [_text(value) for value in rule.get("values") or []],
    "NOT_IN": lambda held, rule: held not in [_text(value) for value in rule.get("values") or []],
    "HAS_PROPERTY": lambda held, _: bool(held),
    "NOT_HAS_PROPERTY": lambda held, _: not held,
    "CONTAINS_TOKEN": _contains,
    "GT": lambda held, rule: bool(held) and _order(held) > _order(_text(rule.get("value"))),
    "GTE": lambda held, rule: bool(held) and _order(held) >= _order(_text(rule.get("value"))),
    "LT": lambda held, rule: bool(held) and _order(held) < _order(_text(rule.get("value"))),
    "LTE": lambda held, rule: bool(held) and _order(held) <= _order(_text(rule.get("value"))),
}


def _order(text: str) -> tuple[int, float, str]:
    try:
        return (0, float(text), "")
    except ValueError:
        return (1, 0.0, text)


def _sorted(docs: list[Doc], sorts: Sequence[Any]) -> list[Doc]:
    for rule in reversed(sorts):
        name = rule["propertyName"] if isinstance(rule, dict) else str(rule)
        falling = isinstance(rule, dict) and rule.get("direction") == "DESCENDING"
        docs = sorted(docs, key=lambda doc: _order(str(doc["properties"].get(name) or "").lower()), reverse=falling)
    return docs
