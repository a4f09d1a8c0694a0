"""Recorded meetings: what is played, and how Zoom describes it."""

import base64
import math
import re
import secrets
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import av
from pydantic import BaseModel, ConfigDict, Field

from sandbox.kit.clock import iso, parse_iso
from sandbox.kit.store import Doc
from sandbox.kit.world import World
from sandbox.zoom.account import ACCOUNT_ID, HOST_EMAIL, HOST_ID

FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._ -]{0,150}")
VIDEO_TYPE = "active_speaker"


class Participant(BaseModel):
    """Someone in the call. Without `registered` an outsider's address stays unknown, as on Zoom."""

    name: str
    email: str = ""
    internal: bool = False
    registered: bool = True
    rejoined: bool = False
    """Left and came back, which makes a second row."""


class MeetingOrder(BaseModel):
    """A recorded meeting to make. Files are names in the recordings directory."""

    model_config = ConfigDict(extra="forbid")

    topic: str = "Recorded call"
    host_email: str = HOST_EMAIL
    participants: list[Participant] = Field(default_factory=list)
    video: str | None = None
    audio: str | None = None
    transcript: str | None = None
    uuid: str | None = None
    start_time: datetime | None = None
    duration_s: float | None = Field(default=None, ge=0)
    announce: bool = True
    webhook_url: str | None = None
    transcript_delay_s: float = Field(default=1.0, ge=0)
    """How long after `recording.completed` the transcript is ready."""
    companion_transcript: str | None = None
    """What AI Companion wrote down, which is no file of the recording."""
    companion_delay_s: float = Field(default=1.0, ge=0)


class UnknownFile(ValueError):
    """The recordings directory has no such file."""


class Meetings:
    """All recorded meetings."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._meetings = world.collection("zoom", "meeting")
        self._files = world.collection("zoom", "file")

    def create(self, order: MeetingOrder) -> Doc:
        """Record one. Raises `UnknownFile`."""
        paths = self._paths(order)
        seconds = self._seconds(order, paths)
        start = order.start_time or self._world.clock() - timedelta(seconds=seconds)
        start = parse_iso(start.isoformat())
        meeting: Doc = {
            "uuid": order.uuid or base64.b64encode(secrets.token_bytes(16)).decode(),
            "id": 10**10 + secrets.randbelow(9 * 10**10),
            "topic": order.topic,
            "host_id": HOST_ID,
            "host_email": order.host_email,
            "start_time": iso(start),
            "end_time": iso(start + timedelta(seconds=seconds)),
            "duration_s": seconds,
            "participants": [p.model_dump() for p in order.participants],
            "transcript_ready": False,
            "companion": None,
            "companion_at": None,
        }
        meeting["files"] = [self._add_file(meeting, kind, path) for kind, path in paths.items()]
        if order.companion_transcript:
            meeting["companion"] = self._add_file(meeting, "companion", self._path(order.companion_transcript))
        self._meetings.put(meeting["uuid"], meeting)
        return meeting

    def get(self, key: str) -> Doc | None:
        """By UUID, or the latest with this meeting number."""
        found = self._meetings.get(key)
        if found or not key.isdigit():
            return found
        return next(iter(reversed(self._meetings.find(lambda m: m["id"] == int(key)))), None)

    def file(self, file_id: str) -> Doc | None:
        """A recording file."""
        return self._files.get(file_id)

    def path(self, file: Doc) -> Path:
        """Where its bytes are. Raises `UnknownFile` when it is gone."""
        return self._path(file["name"])

    def all(self) -> list[Doc]:
        """Oldest first."""
        return self._meetings.all()

    def transcript_is_ready(self, uuid: str) -> Doc:
        """From now on the transcript is listed with the other files."""
        return self._change(uuid, {"transcript_ready": True})

    def companion_is_ready(self, uuid: str) -> Doc:
        """From now on AI Companion's transcript can be had."""
        return self._change(uuid, {"companion_at": iso(self._world.clock())})

    def files_of(self, meeting: Doc) -> list[Doc]:
        """The files that are ready."""
        return [f for f in meeting["files"] if f["file_type"] != "TRANSCRIPT" or meeting["transcript_ready"]]

    def _change(self, uuid: str, change: Doc) -> Doc:
        meeting = self._meetings.get(uuid)
        if meeting is None:
            raise KeyError(uuid)
        self._meetings.put(uuid, meeting | change)
        return meeting | change

    def _paths(self, order: MeetingOrder) -> dict[str, Path]:
        named = {"audio": order.audio, "video": order.video, "transcript": order.transcript}
        return {kind: self._path(name) for kind, name in named.items() if name}

    def _path(self, name: str) -> Path:
        path = self._world.settings.recordings_dir / name
        if not FILE_NAME.fullmatch(name) or not path.is_file():
            raise UnknownFile(f"no recording is called {name!r}")
        return path

    def _seconds(self, order: MeetingOrder, paths: dict[str, Path]) -> float:
        if order.duration_s is not None:
            return order.duration_s
        media = paths.get("video") or paths.get("audio")
        return media_seconds(media) if media else 0.0

    def _add_file(self, meeting: Doc, kind: str, path: Path) -> Doc:
        types = {
            "audio": ("M4A", "M4A", "audio_only"),
            "video": ("MP4", "MP4", VIDEO_TYPE),
            "transcript": ("TRANSCRIPT", "VTT", "audio_transcript"),
            "companion": ("TRANSCRIPT", "VTT", "ai_companion"),
        }
        file_type, extension, recording_type = types[kind]
        file: Doc = {
            "id": secrets.token_hex(16),
            "uuid": meeting["uuid"],
            "name": path.name,
            "file_type": file_type,
            "file_extension": extension,
            "recording_type": recording_type,
            "file_size": path.stat().st_size,
        }
        self._files.put(file["id"], file)
        return file


def media_seconds(path: Path) -> float:
    """How long a media file plays. Raises `UnknownFile` when it is none."""
    try:
        with av.open(str(path)) as container:
            return round((container.duration or 0) / av.time_base, 3)
    except av.error.FFmpegError as error:
        raise UnknownFile(f"{path.name!r} is not a media file") from error


def file_view(meeting: Doc, file: Doc, base_url: str) -> dict[str, Any]:
    """A file as the API lists it."""
    return {
        "id": file["id"],
        "meeting_id": meeting["uuid"],
        "recording_start": meeting["start_time"],
        "recording_end": meeting["end_time"],
        "file_type": file["file_type"],
        "file_extension": file["file_extension"],
        "file_size": file["file_size"],
        "play_url": f"{base_url}/zoom/rec/play/{file['id']}",
        "download_url": f"{base_url}/zoom/rec/download/{file['id']}",
        "status": "completed",
        "recording_type": file["recording_type"],
    }


def meeting_view(meeting: Doc, files: list[Doc], base_url: str) -> dict[str, Any]:
    """A recorded meeting as the API lists it. `duration` is in whole minutes."""
    return {
        "uuid": meeting["uuid"],
        "id": meeting["id"],
        "account_id": ACCOUNT_ID,
        "host_id": meeting["host_id"],
        "topic": meeting["topic"],
        "type": 2,
        "start_time": meeting["start_time"],
        "timezone": "Europe/London",
        "host_email": meeting["host_email"],
        "duration": minutes(meeting),
        "total_size": sum(file["file_size"] for file in files),
        "recording_count": len(files),
        "share_url": f"{base_url}/zoom/rec/share/{meeting['id']}",
        "recording_files": [file_view(meeting, file, base_url) for file in files],
    }


def minutes(meeting: Doc) -> int:
    """The length in begun minutes."""
    return math.ceil(float(meeting["duration_s"]) / 60)
