"""The text files beside the film: Zoom's transcript and participant list, and what was really played."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from sandbox.recording.expressions import FRAMES_PER_SECOND, Curve
from sandbox.recording.picture import tiles
from sandbox.recording.script import PEOPLE, Person
from sandbox.recording.timeline import Span, Timeline

_STARTED = datetime(2026, 9, 15, 14, 0, tzinfo=UTC)
_OWN_DOMAIN = "@northwind.example"


def transcript(timeline: Timeline) -> str:
    """Write the lines as Zoom's WebVTT: numbered cues, `Name: text`, CRLF."""
    cues = (
        f"{number}\r\n{_clock(line.start_s)} --> {_clock(line.end_s)}\r\n{line.speaker}: {line.text}\r\n\r\n"
        for number, line in enumerate(timeline.lines, 1)
    )
    return "WEBVTT\r\n\r\n" + "".join(cues)


def participants(timeline: Timeline) -> str:
    """Write who took part, in the shape of Zoom's past meeting participants."""
    rows = [_participant(number, person, timeline.duration_s) for number, person in enumerate(PEOPLE)]
    page = {"page_count": 1, "page_size": 30, "total_records": len(rows), "next_page_token": "", "participants": rows}
    return json.dumps(page, indent=2) + "\n"


def truth(timeline: Timeline, curves: Mapping[str, Mapping[str, Curve]]) -> str:
    """Write what was played: lines, filled pauses, silences and manners in seconds, Action Units per frame."""
    content = {
        "fps": FRAMES_PER_SECOND,
        "duration": round(timeline.duration_s, 3),
        "tiles": tiles(),
        "phases": [
            {
                "speaker": moment.turn.speaker,
                "manner": moment.turn.manner.name,
                "start": round(moment.start_s, 3),
                "end": round(moment.end_s, 3),
            }
            for moment in timeline.turns
        ],
        "segments": [_span(line) for line in timeline.lines],
        "filled_pauses": [_span(span) for span in timeline.spans if span.kind == "filled"],
        "pauses": [_span(span) for span in timeline.spans if span.kind == "silence"],
        "au": {
            name: {unit: [round(float(value), 3) for value in curve] for unit, curve in units.items()}
            for name, units in curves.items()
        },
    }
    return json.dumps(content) + "\n"


def _span(span: Span) -> dict[str, object]:
    times: dict[str, object] = {"speaker": span.speaker, "start": round(span.start_s, 3), "end": round(span.end_s, 3)}
    return times | ({"text": span.text} if span.text else {})


def _participant(number: int, person: Person, duration_s: float) -> dict[str, object]:
    internal = person.email.endswith(_OWN_DOMAIN)
    return {
        "id": "KDcuGIm1QgePTO8WbOqwIQ" if internal else "",
        "user_id": str(16778240 + number * 1024),
        "name": person.name,
        "user_email": person.email,
        "join_time": _instant(_STARTED),
        "leave_time": _instant(_STARTED + timedelta(seconds=duration_s)),
        "duration": round(duration_s),
        "failover": False,
        "status": "in_meeting",
        "internal_user": internal,
        "host": person.host,
    }


def _instant(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _clock(seconds: float) -> str:
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{rest // 1000:02d}.{rest % 1000:03d}"
