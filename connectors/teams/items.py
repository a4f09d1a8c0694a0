"""Recordings and transcripts as Graph describes them. Pure.

What joins a recording with its transcript is `contentCorrelationId`. A meeting id alone is not enough: all
occurrences of a series share one, and a recording that is stopped and started again makes another item.
"""

import base64
import binascii
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from connectors.base.errors import RequestRejected
from connectors.base.records import EventKind, FileKind

RECORDINGS = "recordings"
TRANSCRIPTS = "transcripts"
EVENT_KINDS = {RECORDINGS: EventKind.RECORDING_COMPLETED, TRANSCRIPTS: EventKind.TRANSCRIPT_COMPLETED}
FILE_KINDS = {RECORDINGS: FileKind.VIDEO, TRANSCRIPTS: FileKind.TRANSCRIPT}
_EXTENSIONS = {RECORDINGS: "mp4", TRANSCRIPTS: "vtt"}
_QUERIES = {RECORDINGS: "", TRANSCRIPTS: "?$format=text/vtt"}
_ORGANIZER = re.compile(r"\d+\*([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\*", re.IGNORECASE)
_FRACTION = re.compile(r"\.(\d{1,6})\d*")


@dataclass(frozen=True)
class Item:
    """One recording or transcript. `collection` is the word of its address: `recordings` or `transcripts`."""

    collection: str
    id: str
    meeting_id: str
    organizer_id: str
    tenant_id: str
    created_at: datetime | None
    ended_at: datetime | None
    session: str
    """What it has in common with the other files of the same stretch; empty when Graph did not say."""

    @property
    def path(self) -> str:
        """Where it is, below the API's address. Addresses in notifications are not usable."""
        return f"{meeting_path(self.organizer_id, self.meeting_id)}/{self.collection}/{quote(self.id, safe='')}"

    @property
    def content_path(self) -> str:
        """Where its bytes are."""
        return f"{self.path}/content{_QUERIES[self.collection]}"

    @property
    def extension(self) -> str:
        """Of its file."""
        return _EXTENSIONS[self.collection]


def item(resource: Mapping[str, Any], collection: str) -> Item:
    """A `callRecording` or `callTranscript`, whatever the case of its property names.

    Raises `RequestRejected` when it does not say which one it is.
    """
    facts = {name.lower(): value for name, value in resource.items()}
    organizer = _organizer(facts.get("meetingorganizer"))
    item_id, meeting_id = _text(facts.get("id")), _text(facts.get("meetingid"))
    if not item_id or not meeting_id:
        raise RequestRejected("the item has no id or meeting", status=400)
    return Item(
        collection=collection,
        id=item_id,
        meeting_id=meeting_id,
        organizer_id=_text(organizer.get("id")) or organizer_of(meeting_id),
        tenant_id=_text(organizer.get("tenantid")),
        created_at=moment(facts.get("createddatetime")),
        ended_at=moment(facts.get("enddatetime")),
        session=_text(facts.get("contentcorrelationid")) or _text(facts.get("callid")),
    )


def meeting_path(organizer_id: str, meeting_id: str) -> str:
    """A meeting's address below the API's. Raises `RequestRejected` when nobody is known to have organised it."""
    if not organizer_id:
        raise RequestRejected("Microsoft did not say who organised the meeting", code="organizer_unknown")
    return f"users/{quote(organizer_id, safe='')}/onlineMeetings/{quote(meeting_id, safe='')}"


def organizer_of(meeting_id: str) -> str:
    """The organiser's id that Teams encodes in a meeting's id; empty when it is not there."""
    try:
        decoded = base64.b64decode(meeting_id, altchars=b"-_" if {"-", "_"} & set(meeting_id) else None, validate=True)
    except (binascii.Error, ValueError):
        return ""
    match = _ORGANIZER.match(decoded.decode("utf-8", errors="replace"))
    return match[1] if match else ""


def moment(value: object) -> datetime | None:
    """An instant as Graph prints it, with up to seven fractional digits; None for anything else."""
    if not isinstance(value, str) or not value:
        return None
    try:
        parsed = datetime.fromisoformat(_FRACTION.sub(r".\1", value, count=1))
    except ValueError:
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def named(value: Mapping[str, Any], name: str) -> Any:
    """A property by its name in lower case, whatever case it came in; None where it is missing."""
    return next((inner for key, inner in value.items() if key.lower() == name), None)


def rows(value: object) -> Iterable[Mapping[str, Any]]:
    """The objects in a JSON list; nothing for anything else."""
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def _organizer(value: object) -> Mapping[str, Any]:
    user = {name.lower(): inner for name, inner in value.items()}.get("user") if isinstance(value, dict) else None
    return {name.lower(): inner for name, inner in user.items()} if isinstance(user, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
