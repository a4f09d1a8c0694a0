"""Teams' transcripts: voice tags and unpadded times, made from a plain `Name: text` WebVTT."""

import re

CUE = re.compile(
    r"(?P<start>[\d:.]+) --> (?P<end>[\d:.]+)[^\n]*\n(?P<name>[^:\n]+): (?P<text>(?:[^\n]+\n?)+)", re.MULTILINE
)


def as_teams(text: str) -> str:
    """The transcript as Teams gives it; one that has no such cues is left as it is."""
    cues = [_cue(match) for match in CUE.finditer(text.replace("\r\n", "\n"))]
    return "WEBVTT\n\n" + "\n\n".join(cues) + "\n" if cues else text


def _cue(match: re.Match[str]) -> str:
    said = " ".join(match["text"].split())
    return f"{_unpadded(match['start'])} --> {_unpadded(match['end'])}\n<v {match['name'].strip()}>{said}</v>"


def _unpadded(clock: str) -> str:
    """`00:00:05.320` as `0:0:5.320`."""
    whole, _, fraction = clock.partition(".")
    parts = ["0", *whole.split(":")][-3:]
    return ":".join(str(int(part)) for part in parts) + f".{fraction or '0'}"
