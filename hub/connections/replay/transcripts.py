"""Answers that are a transcript: read as the pipeline reads them."""

from collections.abc import Mapping
from typing import Any, Final

from connectors.base.recorded import Recorded

_MARKS: Final = (b"WEBVTT", b"\xef\xbb\xbfWEBVTT")


def transcript_in(recorded: Recorded) -> Mapping[str, Any] | None:
    """Who said what, or why it cannot be read; None for anything that is no WebVTT."""
    from analysis_core.errors import TranscriptUnreadable
    from analysis_core.io.transcript import read_transcript

    if not recorded.body.startswith(_MARKS):
        return None
    try:
        found = read_transcript(recorded.body)
    except TranscriptUnreadable as error:
        return {"transcript": {"unreadable": str(error)}}
    return {"transcript": {"format": found.format, "cues": found.cues}}
