"""Receipts between the connector's value and the JSON column."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from connectors.base.crm import Left, Undone
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
        written=dict(stored.get("written") or {}),
        records=tuple(stored.get("records") or ()),
    )


def carrying(receipt: Receipt, last: Receipt | None) -> Receipt:
    """With what an earlier delivery left on records that this one no longer writes to, so that undo finds them."""
    if last is None:
        return receipt
    return replace(receipt, former={**last.former, **receipt.former}, written={**last.written, **receipt.written})


def stands(stored: Mapping[str, Any]) -> bool:
    """Whether a delivery left something, and nobody took it back."""
    return bool(stored) and "undone" not in stored


def with_undone(stored: Mapping[str, Any], undone: Undone) -> dict[str, object]:
    """A stored receipt, and what became of it."""
    return {**stored, "undone": asdict(undone)}


def undone_of(stored: Mapping[str, Any]) -> Undone | None:
    """What undoing a delivery did; None when it was not undone."""
    told = stored.get("undone")
    if not told:
        return None
    restored = {key: tuple(names) for key, names in told["restored"].items()}
    return Undone(restored, tuple(Left(**each) for each in told["left"]), tuple(told["removed"]))
