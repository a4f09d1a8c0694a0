"""Cues out of WebVTT and SRT. Both are read leniently, by their timing lines: no cue is lost to a stray blank line."""

import html
import re
from collections.abc import Iterator, Sequence

from analysis_core.io.speakers import split_speakers
from analysis_core.observations import Cue

_TIME = r"-?(?:-?\d+:){0,2}-?\d+(?:[.,]\d+)?"
_TIMING = re.compile(rf"^\s*(?P<start>{_TIME})\s*-->\s*(?P<end>{_TIME})(?:\s.*)?$")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+(?P<name>[^>]*)>")
_TAG = re.compile(r"</?(?:v|c|i|b|u|ruby|rt|lang|font)\b[^>]*>|<\d[\d:.]*>")
_ASIDE = re.compile(r"^(?:NOTE|STYLE|REGION)(?:\s|$)")


def is_timing(line: str) -> bool:
    """Whether the line gives a cue's times."""
    return _TIMING.match(line) is not None


def cues(text: str) -> tuple[Cue, ...]:
    """Every cue in order of its start. Times before the recording's first second are set to 0."""
    voiced = [cue for start, end, body in _bodies(text.splitlines()) for cue in _voices(start, end, body)]
    untagged = [index for index, cue in enumerate(voiced) if cue.speaker is None]
    split = split_speakers([voiced[i].text for i in untagged], of=sum(bool(cue.text) for cue in voiced))
    for index, (speaker, said) in zip(untagged, split, strict=True):
        cue = voiced[index]
        voiced[index] = Cue(cue.start_s, cue.end_s, speaker, said)
    return tuple(sorted(voiced, key=lambda cue: cue.start_s))


def _bodies(lines: Sequence[str]) -> Iterator[tuple[float, float, str]]:
    timings = [(index, match) for index, line in enumerate(lines) if (match := _TIMING.match(line))]
    ends = [*(index for index, _ in timings[1:]), len(lines)]
    for (index, match), end in zip(timings, ends, strict=False):
        body = lines[index + 1 : end]
        if end < len(lines):
            body = _without_identifier(body)
        start, stop = seconds(match["start"]), seconds(match["end"])
        yield max(0.0, start), max(0.0, start, stop), "\n".join(_without_asides(body)).strip()


def _without_identifier(body: Sequence[str]) -> Sequence[str]:
    """Drop the next cue's identifier: the last line, when it stands alone or is a bare number."""
    if not body or not body[-1].strip():
        return body
    alone = len(body) > 1 and not body[-2].strip()
    return body[:-1] if alone or body[-1].strip().isdigit() else body


def _without_asides(body: Sequence[str]) -> Iterator[str]:
    """Leave out NOTE, STYLE and REGION blocks, which start after a blank line and end at the next one."""
    inside, blank = False, False
    for line in body:
        if not line.strip():
            inside, blank = False, True
        elif blank and _ASIDE.match(line):
            inside = True
        if not inside:
            yield line
        blank = not line.strip()


def _voices(start: float, end: float, body: str) -> Iterator[Cue]:
    """One cue for each `<v Name>` in the body, sharing its time by length; one without speaker when there is none."""
    voices = list(_VOICE.finditer(body))
    if not voices:
        yield Cue(start, end, None, _plain(body))
        return
    stops = [voice.start() for voice in voices[1:]] + [len(body)]
    lead = _plain(body[: voices[0].start()])
    texts = [_plain(body[voice.end() : stop]) for voice, stop in zip(voices, stops, strict=True)]
    texts[0] = f"{lead} {texts[0]}".strip()
    whole, at = sum(map(len, texts)) or 1, start
    for number, (voice, text) in enumerate(zip(voices, texts, strict=True), 1):
        stop = end if number == len(texts) else at + (end - start) * len(text) / whole
        yield Cue(at, stop, html.unescape(voice["name"]).strip() or None, text)
        at = stop


def _plain(text: str) -> str:
    lines = (html.unescape(_TAG.sub("", line)).replace("\u200e", "").strip() for line in text.split("\n"))
    return " ".join(line for line in lines if line)


def seconds(stamp: str) -> float:
    """`1:02:03.5`, `0:0:5.320`, `02:03,5` and their negative forms in seconds."""
    parts = stamp.replace(",", ".").replace("-", "").split(":")
    total = 0.0
    for part in parts:
        total = total * 60 + float(part)
    return -total if "-" in stamp else total
