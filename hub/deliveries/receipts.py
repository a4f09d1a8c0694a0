"""Receipts between the connector's value and the JSON column."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from connectors.base.records import Receipt


def to_json(receipt: Receipt) -> dict[str, object]:
    """The receipt as stored."""
    return asdict(receipt)


def from_json(stored: Mapping[str, Any] | None) -> Receipt | None:
    """The receipt as connectors know it; None for an empty column."""
    if not stored:
        return None
    return Receipt(
        summary=str(stored.get("summary", "")),
        url=str(stored.get("url", "")),
        ids=dict(stored.get("ids") or {}),
        former=dict(stored.get("former") or {}),
        warnings=tuple(stored.get("warnings") or ()),
    )
