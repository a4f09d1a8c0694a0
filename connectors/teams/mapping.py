"""Notifications and listed items as the hub's events, and meetings as its records. Pure.

A basic notification names an item and its meeting, and nothing that tells one occurrence of a series from another:
its event is incomplete. Encrypted ones carry the whole item.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from connectors.base.errors import RequestRejected
from connectors.base.records import EventKind, MeetingDetails, RecordingFile, RecordingRef, SourceEvent
from connectors.teams.items import EVENT_KINDS, FILE_KINDS, RECORDINGS, TRANSCRIPTS, Item, item, moment, rows
from connectors.teams.people import People

OPENED = "openedResource"
"""Where `webhook.py` puts the content of an encrypted item, once it is decrypted and its sender proven."""
_RESOURCE = re.compile(
    r"(?:communications|users\('?(?P<user>[^/')]+)'?\)|users/(?P<owner>[^/]+))/onlineMeetings\('(?P<meeting>[^']+)'\)"
    r"/(?P<collection>recordings|transcripts)\('(?P<item>[^']+)'\)",
    re.IGNORECASE,
)
_SUBSCRIPTION_EVENTS = {"reauthorizationrequired", "subscriptionremoved", "missed"}
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_UNTOLD = datetime.fromtimestamp(0, UTC)
"""Basic notifications carry no time of what they tell; the complete event has it."""


def events_in(body: Mapping[str, Any]) -> tuple[SourceEvent, ...]:
    """The events in one notification; items of other kinds are left out. Raises `RequestRejected` when it is broken."""
    if not isinstance(body.get("value"), list):
        raise RequestRejected("the notification has no items", status=400)
    found = [event for row in rows(body["value"]) if (event := _event(row)) is not None]
    unique: dict[str, SourceEvent] = {}
    for event in found:
        unique.setdefault(_sameness(event), event)
    return tuple(unique.values())


def _sameness(event: SourceEvent) -> str:
    """Both of a tenant's subscriptions end together, and are looked after together."""
    return event.account_id if event.kind is EventKind.SUBSCRIPTION_ENDING else event.key


def complete_event(found: Item, tenant_id: str) -> SourceEvent:
    """The event of an item that is known in full."""
    kind = EVENT_KINDS[found.collection]
    happened = found.ended_at or found.created_at
    if happened is None:
        raise RequestRejected("the item has no time", status=400)
    facts = {"organizer_id": found.organizer_id, "online_meeting_id": found.meeting_id, "session": _session(found)}
    recording = RecordingRef(meeting_id=f"{found.meeting_id}#{_session(found)}", facts=facts)
    return SourceEvent(kind, found.tenant_id or tenant_id, f"{kind}:{_digest(found.id)}", happened, recording)


def meeting_details(recording: RecordingRef, subject: str, found: Sequence[Item], people: People) -> MeetingDetails:
    """A meeting from the items of its session and from who took part."""
    files = [each for each in found if _session(each) == recording.facts["session"]]
    begins = [each.created_at for each in files if each.created_at]
    ends = [each.ended_at for each in files if each.ended_at]
    began, ended = min(begins, default=None), max(ends, default=None)
    return MeetingDetails(
        external_id=recording.meeting_id,
        title=subject,
        started_at=began,
        duration_s=(ended - began).total_seconds() if began and ended else None,
        host_email=people.host_email,
        attendees=people.attendees,
        files=tuple(_file(each) for each in sorted(files, key=_rank)),
        ended_at=ended,
    )


def _event(row: Mapping[str, Any]) -> SourceEvent | None:
    facts = {name.lower(): value for name, value in row.items()}
    if facts.get("lifecycleevent"):
        return _lifecycle(facts)
    match = _RESOURCE.search(str(facts.get("resource") or ""))
    if match is None or str(facts.get("changetype") or "created").lower() != "created":
        return None
    collection, tenant_id = match["collection"].lower(), str(facts.get("tenantid") or "")
    resource = facts.get(OPENED.lower())
    if isinstance(resource, dict):
        opened = item(resource, collection)
        if opened.session and (opened.ended_at or opened.created_at):
            return complete_event(opened, tenant_id)
    return _announced(match, collection, tenant_id)


def _announced(match: re.Match[str], collection: str, tenant_id: str) -> SourceEvent:
    named = item({"id": match["item"], "meetingId": match["meeting"]}, collection)
    owner = match["user"] or match["owner"] or named.organizer_id
    about = {
        "organizer_id": owner,
        "online_meeting_id": named.meeting_id,
        "collection": collection,
        "item_id": named.id,
    }
    return SourceEvent(
        kind=EVENT_KINDS[collection],
        account_id=tenant_id,
        key=f"announced:{collection}:{_digest(named.id)}",
        occurred_at=_UNTOLD,
        recording=RecordingRef(named.meeting_id, about),
        incomplete=True,
    )


def _lifecycle(facts: Mapping[str, Any]) -> SourceEvent | None:
    happening = str(facts["lifecycleevent"])
    if happening.lower() not in _SUBSCRIPTION_EVENTS:
        return None
    ends = moment(facts.get("subscriptionexpirationdatetime")) or _UNTOLD
    about = _digest(str(facts.get("subscriptionid") or ""), happening, ends.isoformat())
    kind = EventKind.SUBSCRIPTION_ENDING
    return SourceEvent(kind, str(facts.get("tenantid") or ""), f"{kind}:{about}", ends)


def _file(found: Item) -> RecordingFile:
    return RecordingFile(
        id=found.id,
        kind=FILE_KINDS[found.collection],
        url=found.content_path,
        extension=found.extension,
        started_at=found.created_at,
    )


def _rank(found: Item) -> tuple[int, datetime]:
    return (RECORDINGS, TRANSCRIPTS).index(found.collection), found.created_at or _LONG_AGO


def _session(found: Item) -> str:
    """Items without any correlation stand alone."""
    return found.session or _digest(found.id)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:24]


def items_of(values: Iterable[Mapping[str, Any]], collection: str) -> list[Item]:
    """Graph's rows of one kind."""
    return [item(row, collection) for row in values]
