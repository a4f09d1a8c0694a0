"""A few records by name or address, for a person to choose from."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from connectors.base.records import RecordRef
from connectors.hubspot.api import Api, Record
from connectors.hubspot.mapping import OBJECT_BY_TYPE
from connectors.hubspot.reading import Links

_SEARCHED: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {"Contact": ("firstname", "lastname", "email"), "Deal": ("dealname",), "Company": ("name", "domain")}
)
_NAMED_BY: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {"Contact": ("firstname", "lastname"), "Deal": ("dealname",), "Company": ("name",)}
)
_AT_MOST: Final = 10
SEARCHES: Final = len(_SEARCHED)


def search(api: Api, links: Links, text: str) -> Sequence[RecordRef]:
    """At most ten records of each type that hold every word of the text; HubSpot's index lags behind by seconds."""
    words = text.replace("*", " ").split()[:3]
    return [ref for kind in _SEARCHED for ref in _of_type(api, links, kind, words)] if words else []


def _of_type(api: Api, links: Links, kind: str, words: Sequence[str]) -> list[RecordRef]:
    names = _SEARCHED[kind]
    holds = [{"propertyName": name, "operator": "CONTAINS_TOKEN", "value": f"*{words[0]}*"} for name in names]
    rows = api.search(OBJECT_BY_TYPE[kind], holds, names, any_of=True)
    return [_ref(links, kind, row) for row in rows if _matches(row, names, words)][:_AT_MOST]


def _matches(row: Record, names: Sequence[str], words: Sequence[str]) -> bool:
    text = " ".join(str(row["properties"].get(name) or "") for name in names).lower()
    return all(word.lower() in text for word in words)


def _ref(links: Links, kind: str, row: Record) -> RecordRef:
    properties, record_id = row["properties"], str(row["id"])
    name = " ".join(filter(None, (properties.get(part) for part in _NAMED_BY[kind])))
    return RecordRef(kind, record_id, name or str(properties.get("email") or record_id), links.to(kind, record_id))
