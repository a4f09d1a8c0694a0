"""Zoom's participant rows as attendees. Pure.

People from outside the account have no e-mail and often no id, and everybody who leaves and comes back has
another row.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.base.records import Attendee
from connectors.zoom.files import dict_rows, moment

_A_YEAR_S = 366 * 24 * 3600


@dataclass
class _Person:
    name: str = ""
    ids: set[str] = field(default_factory=set)
    email: str = ""
    internal: bool | None = None
    attended_s: float | None = None

    def is_in(self, row: Mapping[str, Any]) -> bool:
        """Whether a row is another stay of this person."""
        row_id, email = str(row.get("id") or ""), _email(row)
        if row_id in self.ids or (email and email == self.email):
            return True
        contradicts = (row_id and self.ids) or (email and self.email)
        return bool(self.name) and self.name == _name(row) and not contradicts

    def add(self, row: Mapping[str, Any]) -> None:
        """Count one more stay."""
        self.name = self.name or _name(row)
        self.email = self.email or _email(row)
        self.ids |= {str(row["id"])} if row.get("id") else set()
        if isinstance(row.get("internal_user"), bool):
            self.internal = bool(self.internal) or row["internal_user"]
        if (stay := _stay_s(row)) is not None:
            self.attended_s = (self.attended_s or 0.0) + stay


def attendees(rows: Iterable[object], host_id: str, host_email: str) -> tuple[Attendee, ...]:
    """One attendee per person, in order of arrival, with the seconds of all stays added up."""
    people: list[_Person] = []
    for row in dict_rows(list(rows)):
        person = next((known for known in people if known.is_in(row)), None)
        if person is None:
            people.append(person := _Person())
        person.add(row)
    return tuple(_attendee(person, host_id, host_email) for person in people)


def _attendee(person: _Person, host_id: str, host_email: str) -> Attendee:
    is_host = host_id in person.ids or bool(host_email and person.email == host_email.lower())
    return Attendee(person.name, person.email, is_host, person.internal, person.attended_s)


def _stay_s(row: Mapping[str, Any]) -> float | None:
    """Seconds of one stay; Zoom reports 0 for a while after the end, when the times know better."""
    joined, left = moment(row.get("join_time")), moment(row.get("leave_time"))
    if joined and left:
        return max(0.0, (left - joined).total_seconds())
    duration = row.get("duration")
    return float(duration) if isinstance(duration, int) and 0 < duration < _A_YEAR_S else None


def _name(row: Mapping[str, Any]) -> str:
    return str(row.get("name") or row.get("user_name") or "").strip()


def _email(row: Mapping[str, Any]) -> str:
    return str(row.get("user_email") or row.get("email") or "").strip().lower()
