"""Who took part, with the gaps that Zoom's list has."""

import hashlib
from datetime import timedelta
from typing import Any

from sandbox.kit.clock import iso, parse_iso
from sandbox.kit.store import Doc

AWAY = timedelta(seconds=20)


def participant_rows(meeting: Doc) -> list[dict[str, Any]]:
    """One row per stay: whoever left and came back has two."""
    return [row for person in meeting["participants"] for row in _rows(meeting, person)]


def _rows(meeting: Doc, person: Doc) -> list[dict[str, Any]]:
    start, end = parse_iso(meeting["start_time"]), parse_iso(meeting["end_time"])
    stays = [(start, end)]
    if person["rejoined"]:
        middle = start + (end - start) / 2
        stays = [(start, middle), (min(middle + AWAY, end), end)]
    return [_row(person, iso(joined), iso(left), int((left - joined).total_seconds())) for joined, left in stays]


def _row(person: Doc, joined: str, left: str, seconds: int) -> dict[str, Any]:
    known = person["internal"] or person["registered"]
    digest = hashlib.sha256(person["name"].encode()).hexdigest()
    return {
        # people who are not signed in to Zoom have no id
        "id": digest[:22] if person["internal"] else "",
        "name": person["name"],
        "user_id": str(int(digest[:7], 16)),
        "registrant_id": digest[22:44] if person["registered"] and not person["internal"] else "",
        "user_email": person["email"] if known else "",
        "join_time": joined,
        "leave_time": left,
        "duration": seconds,
        "failover": False,
        "status": "in_meeting",
        "internal_user": person["internal"],
    }
