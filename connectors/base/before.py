"""What a CRM record held before a call was written to it.

It is kept in the record itself, written in the same update as the figures, so that a crash between the provider's
answer and our commit cannot lose it. Pure: whoever reads a record hands its values in.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connectors.base.records import Receipt, Report


@dataclass(frozen=True)
class Before:
    """The values by field from before `meeting_id` was written, and the links to other records that were added."""

    meeting_id: str
    values: dict[str, Any]
    links: tuple[str, ...] = ()

    def to_text(self) -> str:
        """The form in which the record holds it."""
        links = {"links": self.links} if self.links else {}
        return json.dumps({"meeting_id": self.meeting_id, "values": self.values, **links})


def read_before(text: object) -> Before | None:
    """What a record's own field says; None when it says nothing, or somebody wrote over it."""
    try:
        stored = json.loads(str(text or "null"))
        if not stored:
            return None
        return Before(str(stored["meeting_id"]), dict(stored["values"]), tuple(map(str, stored.get("links") or ())))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def before_writing(
    stored: Before | None, current: Mapping[str, Any], meeting_id: str, links: Sequence[str] = ()
) -> Before:
    """The values to restore on undo, those before this meeting's first revision, and all links added for it."""
    if stored is not None and stored.meeting_id == meeting_id:
        return Before(meeting_id, {**current, **stored.values}, tuple(dict.fromkeys((*stored.links, *links))))
    return Before(meeting_id, dict(current), tuple(links))


def shows_later_meeting(stored: Before | None, shown: object, report: Report) -> bool:
    """Whether a record that shows a call of the moment `shown` shows one that began after this report's."""
    if not shown or report.started_at is None:
        return False
    if stored is not None and stored.meeting_id == report.meeting_id:
        return False
    return datetime.fromisoformat(str(shown)) > report.started_at


def reason_to_leave(stored: Before | None, receipt: Receipt) -> str:
    """Why undoing a delivery leaves a record as it is, in words; empty when it may be put back."""
    another = stored is not None and stored.meeting_id != receipt.ids.get("meeting_id")
    return "another call was written to it since" if another else ""


def left_there(stored: Before | None, receipt: Receipt, key: str) -> Mapping[str, object]:
    """What a delivery left in a record. Without a note of that, everything counts as ours while the record says so."""
    known = receipt.written.get(key)
    if known is not None or stored is not None:
        return known or {}
    return {name: object() for name in receipt.former[key]}
