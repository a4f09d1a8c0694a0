"""Recorded meetings: what is played, and how Graph describes it."""

import base64
import re
import secrets
import uuid
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import av
from pydantic import BaseModel, ConfigDict, Field

from sandbox.kit.clock import parse_iso
from sandbox.kit.store import Doc
from sandbox.kit.world import World
from sandbox.teams.tenant import DANA, DEFAULT_OPTIONS, TENANT_ID, User, user_of

FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._ -]{0,150}")
KINDS = {"recording": "video/mp4", "transcript": "text/vtt"}


class Participant(BaseModel):
    """Someone in the call."""

    name: str
    email: str = ""
    internal: bool = False


class MeetingOrder(BaseModel):
    """A recorded meeting to make. Files are names in the recordings directory; the transcript may be plain VTT."""

    model_config = ConfigDict(extra="forbid")

    subject: str = "Recorded call"
    organizer: str = DANA.email
    participants: list[Participant] = Field(default_factory=list)
    video: str | None = None
    transcript: str | None = None
    meeting_id: str | None = None
    """An earlier meeting's id: another occurrence of a series."""
    start_time: datetime | None = None
    duration_s: float | None = Field(default=None, ge=0)
    announce: bool = True
    transcript_delay_s: float = Field(default=1.0, ge=0)


class Unplayable(ValueError):
    """There is no such file or person."""


class Meetings:
    """All recorded meetings; one document per occurrence."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._calls = world.collection("teams", "call")

    def create(self, order: MeetingOrder) -> Doc:
        """Record one. Raises `Unplayable`."""
        organizer = user_of(order.organizer)
        if organizer is None:
            raise Unplayable(f"nobody in the tenant is called {order.organizer!r}")
        names = {"recording": order.video, "transcript": order.transcript}
        paths = {kind: self._path(name) for kind, name in names.items() if name}
        seconds = _seconds(order, paths)
        start = parse_iso((order.start_time or self._world.clock() - timedelta(seconds=seconds)).isoformat())
        call: Doc = {
            "id": str(uuid.uuid4()),
            "meeting_id": order.meeting_id or _meeting_id(organizer),
            "correlation_id": str(uuid.uuid4()),
            "subject": order.subject,
            "organizer": organizer.id,
            "participants": [person.model_dump() for person in order.participants],
            "start": precise(start),
            "end": precise(start + timedelta(seconds=seconds)),
            "duration_s": seconds,
            "transcript_ready": False,
            "files": {kind: {"id": _item_id(kind), "name": path.name} for kind, path in paths.items()},
        }
        self._calls.put(call["id"], call)
        return call

    def all(self) -> list[Doc]:
        """Oldest first."""
        return self._calls.all()

    def of(self, user: User, meeting_id: str | None = None) -> list[Doc]:
        """The occurrences that a user organised, of one meeting or of all."""
        return self._calls.find(lambda c: c["organizer"] == user.id and meeting_id in (None, c["meeting_id"]))

    def transcript_is_ready(self, call_id: str) -> Doc:
        """From now on the transcript is listed."""
        call = self._calls.get(call_id)
        if call is None:
            raise KeyError(call_id)
        self._calls.put(call_id, call | {"transcript_ready": True})
        return call | {"transcript_ready": True}

    def with_item(self, kind: str, item_id: str) -> Doc | None:
        """The occurrence that a recording or transcript belongs to, once it is ready."""
        found = self._calls.find(lambda call: is_ready(call, kind) and call["files"][kind]["id"] == item_id)
        return found[0] if found else None

    def path(self, call: Doc, kind: str) -> Path:
        """Where the bytes of a file are. Raises `Unplayable` when it is gone."""
        return self._path(call["files"][kind]["name"])

    def item_view(self, call: Doc, kind: str, base_url: str) -> dict[str, Any]:
        """A `callRecording` or `callTranscript`."""
        item_id = call["files"][kind]["id"]
        place = f"users/{call['organizer']}/onlineMeetings/{quote(call['meeting_id'])}/{kind}s/{quote(item_id)}/content"
        view = {
            "@odata.type": f"#microsoft.graph.call{kind.capitalize()}",
            "id": item_id,
            "meetingId": call["meeting_id"],
            "createdDateTime": call["start"],
            "endDateTime": call["end"],
            f"{kind}ContentUrl": f"{base_url}/{place}",
            "meetingOrganizer": _identity(call["organizer"]),
        }
        if self._world.options("teams", DEFAULT_OPTIONS)["correlated"]:
            view |= {"callId": call["id"], "contentCorrelationId": call["correlation_id"]}
        return view

    def _path(self, name: str) -> Path:
        path = self._world.settings.recordings_dir / name
        if not FILE_NAME.fullmatch(name) or not path.is_file():
            raise Unplayable(f"no recording is called {name!r}")
        return path


def is_ready(call: Doc, kind: str) -> bool:
    """Whether the file exists already."""
    return kind in call["files"] and (kind != "transcript" or bool(call["transcript_ready"]))


def meeting_view(calls: list[Doc]) -> dict[str, Any]:
    """An `onlineMeeting`, from its occurrences."""
    first, last = calls[0], calls[-1]
    return {
        "id": first["meeting_id"],
        "subject": first["subject"],
        "creationDateTime": first["start"],
        "startDateTime": first["start"],
        "endDateTime": last["end"],
        "joinWebUrl": join_url(first),
        "participants": {
            "organizer": _participant(first["organizer"], "presenter"),
            "attendees": [_attendee(person) for person in first["participants"] if not _organises(first, person)],
        },
    }


def attendance(call: Doc) -> list[dict[str, Any]]:
    """The rows of an occurrence's attendance report."""
    return [_attendance_row(call, person) for person in call["participants"]]


def report_view(call: Doc) -> dict[str, Any]:
    """An occurrence's attendance report."""
    return {
        "id": call["id"],
        "totalParticipantCount": len(call["participants"]),
        "meetingStartDateTime": call["start"],
        "meetingEndDateTime": call["end"],
    }


def join_url(call: Doc) -> str:
    """What people click to take part."""
    return f"https://teams.microsoft.com/l/meetup-join/{quote(call['meeting_id'], safe='')}/0"


def precise(moment: datetime) -> str:
    """An instant with the seven fractional digits that Graph prints."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f") + "0Z"


def _attendance_row(call: Doc, person: Doc) -> dict[str, Any]:
    known = user_of(person["email"]) if person["internal"] else None
    stay = {"joinDateTime": call["start"], "leaveDateTime": call["end"], "durationInSeconds": int(call["duration_s"])}
    return {
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{call['id']}/{person['name']}")),
        # an anonymous guest has a name and nothing else
        "emailAddress": person["email"] or None,
        "identity": {
            "id": known.id if known else None,
            "displayName": person["name"],
            "tenantId": TENANT_ID if person["internal"] else None,
        },
        "role": "Organizer" if _organises(call, person) else "Attendee",
        "totalAttendanceInSeconds": int(call["duration_s"]),
        "attendanceIntervals": [stay],
    }


def _organises(call: Doc, person: Doc) -> bool:
    user = user_of(person["email"])
    return user is not None and user.id == call["organizer"]


def _participant(user_id: str, role: str) -> dict[str, Any]:
    user = user_of(user_id)
    identity = {"id": user_id, "displayName": user.name if user else None, "tenantId": TENANT_ID}
    return {"upn": user.email if user else None, "role": role, "identity": {"user": identity}}


def _attendee(person: Doc) -> dict[str, Any]:
    return {
        "upn": person["email"] or None,
        "role": "attendee",
        "identity": {"user": {"id": None, "displayName": person["name"]}},
    }


def _identity(user_id: str) -> dict[str, Any]:
    user = {
        "@odata.type": "#microsoft.graph.teamworkUserIdentity",
        "id": user_id,
        "displayName": None,
        "userIdentityType": "aadUser",
        "tenantId": TENANT_ID,
    }
    return {"application": None, "device": None, "user": user}


def _meeting_id(organizer: User) -> str:
    """Teams encodes organiser and thread in it."""
    thread = base64.b64encode(secrets.token_bytes(24), altchars=b"ab").decode()
    return base64.b64encode(f"1*{organizer.id}*0**19:meeting_{thread}@thread.v2".encode()).decode()


def _item_id(kind: str) -> str:
    prefix = "V2" if kind == "recording" else "1"
    return base64.b64encode(f"{prefix}##{secrets.token_hex(20)}##{uuid.uuid4()}".encode()).decode()


def _seconds(order: MeetingOrder, paths: dict[str, Path]) -> float:
    if order.duration_s is not None:
        return order.duration_s
    media = paths.get("recording")
    if media is None:
        return 0.0
    try:
        with av.open(str(media)) as container:
            return round((container.duration or 0) / av.time_base, 3)
    except av.error.FFmpegError as error:
        raise Unplayable(f"{media.name!r} is not a media file") from error
