"""Transcripts as documents hold them.

`Dana van Dyke  0:03` above what she says, `[00:00:03] Dana: Hello`, or a name alone below each timing line.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from analysis_core.io.cues import is_timing, seconds
from analysis_core.io.speakers import split_speakers
from analysis_core.observations import Cue

_STAMP = r"[\[(]?(?P<time>(?:\d{1,2}:)?\d{1,3}:\d{2}(?:[.,]\d{1,3})?)[\])]?"
_ABOVE = re.compile(rf"^\s*(?P<name>\S[^\n]{{0,79}}?)[\s\u00a0|,\u2013-]+{_STAMP}\s*$")
_BEFORE = re.compile(rf"^\s*{_STAMP}\s*[-\u2013|]?\s*(?P<text>\S.*)$", re.DOTALL)
_LEAST = 2
_LEAST_NAMED = 0.8
_LONGEST_HEAD = 120
_LEAST_IN_ORDER = 0.9
_WORDS_A_SECOND = 1.5
_LEAST_S = 2.0


@dataclass
class _Headed:
    start_s: float
    speaker: str | None
    lines: list[str]


def headed_cues(lines: Sequence[str]) -> tuple[Cue, ...]:
    """The cues of a document whose speeches have a time at their head; empty when it is no such document.

    A cue ends where the next one begins, or earlier where its words cannot take that long.
    """
    for found in (_above(lines), _before(lines)):
        if len(found) >= _LEAST and _in_order(found):
            return _cues(found)
    return ()


def with_names_inline(lines: Sequence[str]) -> list[str]:
    """A document of timing lines where each is followed by a line with the name alone, as `Name: what was said`.

    Other documents come back as they are.
    """
    starts = [index for index, line in enumerate(lines) if is_timing(line)]
    ends = [*starts[1:], len(lines)]
    bodies = [[line.strip() for line in lines[a + 1 : b] if line.strip()] for a, b in zip(starts, ends, strict=True)]
    spoken = [f"{body[0]}: {' '.join(body[1:])}" if len(body) > 1 else "" for body in bodies]
    names = [speaker for speaker, _ in split_speakers(spoken)]
    if sum(name is not None for name in names) < _LEAST_NAMED * len(bodies):
        return list(lines)
    said = [one if name else " ".join(body) for one, name, body in zip(spoken, names, bodies, strict=True)]
    return [line for index, text in zip(starts, said, strict=True) for line in (lines[index], text, "")]


def _above(lines: Sequence[str]) -> list[_Headed]:
    found: list[_Headed] = []
    for line in lines:
        match = _ABOVE.match(line) if len(line) <= _LONGEST_HEAD else None
        if match and not _BEFORE.match(line):
            found.append(_Headed(seconds(match["time"]), match["name"].strip().removesuffix(":"), []))
        elif found:
            found[-1].lines.append(line)
    return found


def _before(lines: Sequence[str]) -> list[_Headed]:
    found: list[_Headed] = []
    for line in lines:
        match = _BEFORE.match(line)
        if match:
            found.append(_Headed(seconds(match["time"]), None, [match["text"]]))
        elif found:
            found[-1].lines.append(line)
    firsts = split_speakers([row.lines[0] for row in found])
    for row, (speaker, text) in zip(found, firsts, strict=True):
        row.speaker, row.lines[0] = speaker, text
    return found


def _in_order(found: Sequence[_Headed]) -> bool:
    later = sum(one.start_s <= other.start_s for one, other in pairwise(found))
    return later >= _LEAST_IN_ORDER * (len(found) - 1)


def _cues(found: Sequence[_Headed]) -> tuple[Cue, ...]:
    ordered = sorted(found, key=lambda row: row.start_s)
    ends = [*(row.start_s for row in ordered[1:]), float("inf")]
    return tuple(_cue(row, end) for row, end in zip(ordered, ends, strict=True))


def _cue(row: _Headed, next_s: float) -> Cue:
    text = " ".join(line.strip() for line in row.lines if line.strip())
    longest = max(_LEAST_S, len(text.split()) / _WORDS_A_SECOND)
    return Cue(row.start_s, max(row.start_s, min(next_s, row.start_s + longest)), row.speaker, text)
