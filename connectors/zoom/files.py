"""Zoom's recording files as the hub's. Pure.

Zoom's own examples break their schemas: `file_extension` can be missing or contradict `file_type`, and
CC and TIMELINE files have no id, status or size.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.base.records import FileKind, RecordingFile

_KINDS = {"MP4": FileKind.VIDEO, "M4A": FileKind.AUDIO, "TRANSCRIPT": FileKind.TRANSCRIPT}
_EXTENSIONS = {"MP4": "mp4", "M4A": "m4a", "TRANSCRIPT": "vtt", "CC": "vtt", "CHAT": "txt", "TIMELINE": "json"}
_KIND_ORDER = (FileKind.VIDEO, FileKind.AUDIO, FileKind.TRANSCRIPT, FileKind.OTHER)
_BEST_LAYOUTS = (
    # in the active speaker's view the visible face is the person who talks
    "active_speaker",
    "shared_screen_with_speaker_view",
    "shared_screen_with_speaker_view(CC)",
    "host_video",
    "gallery_view",
    "shared_screen_with_gallery_view",
    "audio_only",
    "audio_transcript",
)
_READY = {"", "completed"}
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_NO_PART = 0
"""Of files that do not tell when they were recorded, where several parts were."""


@dataclass(frozen=True)
class _Part:
    """What lies between one press on record and the next on stop; its files overlap in time."""

    start: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        return self.end - self.start


def recording_files(rows: object) -> tuple[RecordingFile, ...]:
    """Every finished, downloadable file, best first: of the longest part, by kind, by layout, then by time.

    Zoom gives a recording that was stopped and begun again as several files of each kind under one meeting.
    """
    ready = [(number, row) for number, row in enumerate(dict_rows(rows)) if _is_ready(row)]
    parts = _parts(row for _, row in ready)
    files = [_file(row, number, _part_of(row, parts)) for number, row in ready]
    longest_first = sorted(range(1, len(parts) + 1), key=lambda part: -parts[part - 1].length)
    return tuple(sorted(files, key=lambda file: _rank(file, [*longest_first, _NO_PART])))


def file_ids(rows: object, *kinds: FileKind) -> tuple[str, ...]:
    """Zoom's ids of the finished files of these kinds, sorted."""
    wanted = (row for row in dict_rows(rows) if _is_ready(row) and _kind(row) in kinds)
    return tuple(sorted({str(row["id"]) for row in wanted if row.get("id")}))


def is_processing(rows: object) -> bool:
    """Whether Zoom is still working on a video or audio file."""
    media = (row for row in dict_rows(rows) if _kind(row) in {FileKind.VIDEO, FileKind.AUDIO})
    return any(str(row.get("status") or "") not in _READY for row in media)


def recorded_span(rows: object) -> tuple[datetime, datetime] | None:
    """From the first file's start to the last one's end; None when no file says."""
    spans = [(moment(row.get("recording_start")), moment(row.get("recording_end"))) for row in dict_rows(rows)]
    starts, ends = [start for start, _ in spans if start], [end for _, end in spans if end]
    return (min(starts), max(ends)) if starts and ends else None


def dict_rows(rows: object) -> Iterable[Mapping[str, Any]]:
    """The objects in a JSON list; nothing for anything else."""
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def moment(text: object) -> datetime | None:
    """An instant as Zoom prints it (`2026-11-19T10:00:00Z`, with or without fractions); None for anything else."""
    if not isinstance(text, str) or not text:
        return None
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def _is_ready(row: Mapping[str, Any]) -> bool:
    return bool(row.get("download_url")) and str(row.get("status") or "") in _READY


def _parts(rows: Iterable[Mapping[str, Any]]) -> Sequence[_Part]:
    """The parts that can be seen or heard, in the order they were recorded."""
    media = [row for row in rows if _kind(row) in {FileKind.VIDEO, FileKind.AUDIO}]
    parts: list[_Part] = []
    for start, end in sorted(span for row in media if (span := _span(row))):
        if parts and start < parts[-1].end:
            parts[-1] = _Part(parts[-1].start, max(end, parts[-1].end))
        else:
            parts.append(_Part(start, end))
    return parts


def _part_of(row: Mapping[str, Any], parts: Sequence[_Part]) -> int:
    """The part that a file shares the most time with, counted from 1; with one part at most it is of that."""
    if len(parts) <= 1:
        return 1
    span = _span(row)
    if span is None:
        return _NO_PART
    shared = [min(span[1], part.end) - max(span[0], part.start) for part in parts]
    longest = max(shared)
    return shared.index(longest) + 1 if longest > timedelta() else _NO_PART


def _span(row: Mapping[str, Any]) -> tuple[datetime, datetime] | None:
    start, end = moment(row.get("recording_start")), moment(row.get("recording_end"))
    return (start, end) if start and end and start < end else None


def _file(row: Mapping[str, Any], number: int, part: int) -> RecordingFile:
    file_type = _type(row)
    return RecordingFile(
        id=str(row.get("id") or f"{file_type.lower()}-{number}"),
        kind=_kind(row),
        url=str(row["download_url"]),
        extension=_EXTENSIONS.get(file_type) or str(row.get("file_extension") or "").lower(),
        size_bytes=_whole(row.get("file_size")),
        layout=str(row.get("recording_type") or ""),
        started_at=moment(row.get("recording_start")),
        part=part,
    )


def _rank(file: RecordingFile, parts: Sequence[int]) -> tuple[int, int, int, datetime]:
    layout = _BEST_LAYOUTS.index(file.layout) if file.layout in _BEST_LAYOUTS else len(_BEST_LAYOUTS)
    place = parts.index(file.part) if file.part in parts else len(parts)
    return place, _KIND_ORDER.index(file.kind), layout, file.started_at or _LONG_AGO


def _type(row: Mapping[str, Any]) -> str:
    return str(row.get("file_type") or "").upper()


def _kind(row: Mapping[str, Any]) -> FileKind:
    return _KINDS.get(_type(row), FileKind.OTHER)


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None
