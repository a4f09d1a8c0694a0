"""Who took part: from the attendance report, or else from the invitation. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from connectors.base.records import Attendee


@dataclass(frozen=True)
class People:
    """The organiser's address and everybody who is known to have taken part."""

    host_email: str = ""
    attendees: tuple[Attendee, ...] = ()


def attended(records: Iterable[Mapping[str, Any]], tenant_id: str, host_email: str) -> People:
    """From an attendance report. People who came in without signing in have a name only."""
    found = [_attendee(record, tenant_id) for record in records]
    host = next((person.email for person in found if person.host and person.email), host_email.lower())
    return People(host, tuple(person for person in found if person.name or person.email))


def invited(host_email: str, host_name: str, guests: Iterable[tuple[str, str]]) -> People:
    """From the invitation: the organiser and (name, address) of the others. Nobody is known to have been there."""
    host = Attendee(host_name, host_email.lower(), host=True, internal=True)
    others = [Attendee(name, email.lower()) for name, email in guests if name or email]
    return People(host.email, (host, *others) if host.email or host.name else tuple(others))


def _attendee(record: Mapping[str, Any], tenant_id: str) -> Attendee:
    identity = record.get("identity")
    who: Mapping[str, Any] = identity if isinstance(identity, dict) else {}
    seconds = record.get("totalAttendanceInSeconds")
    return Attendee(
        name=str(who.get("displayName") or "").strip(),
        email=str(record.get("emailAddress") or "").strip().lower(),
        host=str(record.get("role") or "").lower() == "organizer",
        internal=_is_internal(who, tenant_id),
        attended_s=float(seconds) if isinstance(seconds, int) and seconds > 0 else None,
    )


def _is_internal(who: Mapping[str, Any], tenant_id: str) -> bool | None:
    """None where the report names no tenant: people from outside who did not sign in have none."""
    theirs = who.get("tenantId")
    return str(theirs).lower() == tenant_id.lower() if theirs and tenant_id else None
