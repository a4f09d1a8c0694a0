"""Zoom's webhook bodies and API answers as the hub's records. Pure.

Zoom sends no event id. What makes an event itself is the recorded occurrence (its UUID) and the files that
became ready, so a key holds those and no time stamp: reconciliation, which sees only the list of recordings,
arrives at the same key as the webhook did.
"""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from connectors.base.errors import RequestRejected
from connectors.base.records import EventKind, FileKind, MeetingDetails, RecordingFile, RecordingRef, SourceEvent
from connectors.zoom.files import file_ids, is_processing, moment, recorded_span, recording_files
from connectors.zoom.people import attendees

_A_YEAR_MIN = 366 * 24 * 60
_MEDIA = (FileKind.VIDEO, FileKind.AUDIO)
_FILES_OF = {EventKind.RECORDING_COMPLETED: _MEDIA, EventKind.TRANSCRIPT_COMPLETED: (FileKind.TRANSCRIPT,)}
_KINDS = {
    "recording.completed": EventKind.RECORDING_COMPLETED,
    "recording.transcript_completed": EventKind.TRANSCRIPT_COMPLETED,
    "meeting.aic_transcript_completed": EventKind.TRANSCRIPT_COMPLETED,
    "meeting.ended": EventKind.MEETING_ENDED,
}


def events_in(body: Mapping[str, Any], sent_at: datetime | None = None) -> tuple[SourceEvent, ...]:
    """The event in one webhook body; none when it is not about recordings. Raises `RequestRejected` when broken."""
    if body.get("event") == "app_deauthorized":
        return (_deauthorized(_object(body, "payload"), _from_milliseconds(body.get("event_ts")) or sent_at),)
    kind = _KINDS.get(str(body.get("event")))
    if kind is None:
        return ()
    payload = _object(body, "payload")
    meeting = _object(payload, "object")
    account_id = str(payload.get("account_id") or meeting.get("account_id") or "")
    happened = _from_milliseconds(body.get("event_ts")) or _end_of(meeting)
    token = body.get("download_token")
    secrets = {"download_token": token} if isinstance(token, str) and token else {}
    return (_event(kind, account_id, meeting, happened, secrets),)


def listed_events(meeting: Mapping[str, Any], account_id: str) -> tuple[SourceEvent, ...]:
    """What the webhooks for one entry of the recordings list were, or will be: nothing while Zoom is at work on it."""
    rows = meeting.get("recording_files")
    if is_processing(rows):
        return ()
    ready = [kind for kind, kinds in _FILES_OF.items() if file_ids(rows, *kinds)]
    return tuple(_event(kind, account_id, meeting, _end_of(meeting), {}) for kind in ready)


def meeting_details(
    meeting: Mapping[str, Any], people: Iterable[object], companion: RecordingFile | None = None
) -> MeetingDetails:
    """A meeting from its recordings answer, its participant rows and AI Companion's transcript, where there is one."""
    rows = meeting.get("recording_files")
    span = recorded_span(rows)
    host_email = str(meeting.get("host_email") or "").lower()
    files = recording_files(rows)
    # its times are the meeting's own: it fits no single part of a recording that was stopped and begun again
    fitting = (companion,) if companion and all(file.part == companion.part for file in files) else ()
    return MeetingDetails(
        external_id=_uuid(meeting),
        title=str(meeting.get("topic") or ""),
        started_at=moment(meeting.get("start_time")) or (span[0] if span else None),
        duration_s=(span[1] - span[0]).total_seconds() if span else _minutes(meeting),
        host_email=host_email,
        attendees=attendees(people, str(meeting.get("host_id") or ""), host_email),
        files=files + fitting,
        ended_at=span[1] if span else None,
    )


def meeting_path(uuid: str) -> str:
    """A meeting UUID as a path segment: encoded twice when it begins with a slash or holds two in a row."""
    encoded = quote(uuid, safe="")
    return quote(encoded, safe="") if uuid.startswith("/") or "//" in uuid else encoded


def _event(
    kind: EventKind, account_id: str, meeting: Mapping[str, Any], happened: datetime, secrets: Mapping[str, str]
) -> SourceEvent:
    uuid = _uuid(meeting)
    facts = {"host_id": str(meeting.get("host_id") or "")}
    recording = RecordingRef(meeting_id=uuid, facts=facts, secrets=secrets)
    return SourceEvent(kind, account_id, _key(kind, uuid, meeting), happened, recording)


def _key(kind: EventKind, uuid: str, meeting: Mapping[str, Any]) -> str:
    ids = file_ids(meeting.get("recording_files"), *_FILES_OF.get(kind, ()))
    return f"{kind}:{uuid}:{_digest(*ids)}" if ids else f"{kind}:{uuid}"


def _deauthorized(payload: Mapping[str, Any], told_at: datetime | None) -> SourceEvent:
    """This event has an envelope of its own: no object, and its time inside the payload.

    Our duty to delete does not depend on that time, so that any that is known will do.
    """
    account_id, user_id = str(payload.get("account_id") or ""), str(payload.get("user_id") or "")
    happened = moment(payload.get("deauthorization_time")) or moment(payload.get("event_ts")) or told_at
    if not account_id or happened is None:
        raise RequestRejected("the event names no account or time", status=400)
    key = f"{EventKind.ACCOUNT_DEAUTHORIZED}:{account_id}:{_digest(user_id, happened.isoformat())}"
    return SourceEvent(EventKind.ACCOUNT_DEAUTHORIZED, account_id, key, happened, user_id=user_id)


def _uuid(meeting: Mapping[str, Any]) -> str:
    uuid = meeting.get("uuid") or meeting.get("meeting_uuid")
    if not isinstance(uuid, str) or not uuid:
        raise RequestRejected("the meeting has no uuid", status=400)
    return uuid


def _object(value: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    inner = value.get(name)
    if not isinstance(inner, dict):
        raise RequestRejected(f"the event has no {name}", status=400)
    return inner


def _end_of(meeting: Mapping[str, Any]) -> datetime:
    """When a recording ended, as well as its entry can tell."""
    span = recorded_span(meeting.get("recording_files"))
    if span:
        return span[1]
    ended, started = moment(meeting.get("end_time")), moment(meeting.get("start_time"))
    if ended:
        return ended
    if started:
        return started + timedelta(seconds=_minutes(meeting) or 0)
    raise RequestRejected("the meeting has no time", status=400)


def _minutes(meeting: Mapping[str, Any]) -> float | None:
    duration = meeting.get("duration")
    return duration * 60.0 if isinstance(duration, int | float) and 0 < duration < _A_YEAR_MIN else None


def _from_milliseconds(value: object) -> datetime | None:
    if not isinstance(value, int) or not 0 < value < 10**14:
        return None
    return datetime.fromtimestamp(value / 1000, UTC)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
