"""Lines that say when: `Dana van Dyke  0:03`, `[00:03] Dana: Hello`, `Dana (0:03): Hello`, `[0:01 --> 0:03] Hello`."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from analysis_core.io.cues import seconds
from analysis_core.io.speakers import bare, is_name, split_speakers

_WIDEST = 40
_HALF = r"\s?[ap]\.?m\b\.?"
_TIME = rf"(?:\d{{1,2}}:)?\d{{1,3}}:\d{{2}}(?:[.,]\d{{1,3}})?(?:{_HALF})?(?!:?\d|[.,]\d|[^\W\d])"
_STAMP = (
    rf"(?P<opening>[\[(]\s?)?(?P<start>{_TIME})(?:\s?(?:-->|[-\u2013\u2014])\s?(?P<end>{_TIME}))?(?(opening)\s?[\])])"
)
_BY_TIME = re.compile(rf"^{_STAMP}\s*(?P<mark>[-\u2013\u2014|:])?(?P<text>.*)$", re.DOTALL | re.I)
_BY_NAME = re.compile(
    rf"^(?P<name>\S[^\n]{{0,79}}?)(?P<gap>[\s|,\u2013\u2014-]{{1,{_WIDEST}}}|(?=[\[(])){_STAMP}\s*(?P<mark>:)?(?P<text>.*)$",
    re.DOTALL | re.I,
)
_DATE = re.compile(r"(?<!\d)(?:(?:19|20)\d\d|\d{1,2}[./-]\d{1,2}[./-]\d{2,4})(?!\d)")
_NOON_S = 12 * 3600.0


@dataclass(frozen=True)
class Head:
    """A line with a time, and with whatever else stands in it. `line` is its number."""

    line: int
    start_s: float
    end_s: float | None
    name: str | None
    text: str


def heads_by_name(lines: Sequence[str]) -> list[Head]:
    """Lines in which a time follows a name, with or without what is said behind it."""
    matches = {number: match for number, line in enumerate(lines) if (match := _by_name(line))}
    names = {number: bare(match["name"].strip().removesuffix(":").strip()) for number, match in matches.items()}
    seen = Counter(names.values())
    return [
        _head(number, match, names[number])
        for number, match in matches.items()
        if _somebody(names[number], seen, match)
    ]


def heads_by_time(lines: Sequence[str], *, firm: bool) -> list[Head]:
    """Lines that a time begins; only those where it is no part of a sentence when `firm`."""
    matches = {number: match for number, line in enumerate(lines) if (match := _BY_TIME.match(line))}
    named = [speaker is not None for speaker, _ in split_speakers([match["text"] for match in matches.values()])]
    return [
        _head(number, match, None)
        for (number, match), name in zip(matches.items(), named, strict=True)
        if name or not firm or _apart(match)
    ]


def _by_name(line: str) -> re.Match[str] | None:
    """What follows the time is speech only where a bracket or a colon parts them."""
    match = _BY_NAME.match(line)
    return match if match and (match["opening"] or match["mark"] or not match["text"]) else None


def _somebody(name: str, seen: Counter[str], match: re.Match[str]) -> bool:
    """A date comes once, at the top. A wide gap, or a bracket, makes a head of what could be a sentence's end."""
    if ":" in name or (seen[name] < 2 and _DATE.search(name)):
        return False
    return is_name(name, seen[name], everybody=bool(match["opening"]) or len(match["gap"]) > 1)


def _seconds(time: str) -> float:
    """Seconds into the recording, or since midnight where it is a clock's time with its half of the day."""
    half = re.search(_HALF, time, re.I)
    if not half:
        return seconds(time)
    hour, *rest = time[: half.start()].split(":")
    return seconds(":".join((str(int(hour) % 12), *rest, "00")[:3])) + _NOON_S * ("p" in half[0].lower())


def _apart(match: re.Match[str]) -> bool:
    return bool(match["opening"] or match["mark"] or match["end"] or match["start"].count(":") > 1 or not match["text"])


def _head(number: int, match: re.Match[str], name: str | None) -> Head:
    start = _seconds(match["start"])
    end = max(start, _seconds(match["end"])) if match["end"] else None
    return Head(number, start, end, name, match["text"].strip())
