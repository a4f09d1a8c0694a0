"""Transcripts as documents hold them: each speech has its time at its head, or a name alone below its timing line."""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from analysis_core.io.cues import is_timing
from analysis_core.io.heads import Head, heads_by_name, heads_by_time
from analysis_core.io.speakers import is_name, split_speakers
from analysis_core.io.speeches import Speech, joined
from analysis_core.observations import Cue

_LEAST = 2
_LEAST_NAMED = 0.8
_LEAST_IN_ORDER = 0.9
_LEAST_SHARE = 0.5
_EARLY_S = 60.0
_MOST_BEFORE = 1
"""A time in a line of its own stands above all speeches but perhaps one."""
_WORDS_A_SECOND = 1.5
_LEAST_S = 2.0
_SENTENCE_ENDS = (".", "!", "?", "\u2026")


@dataclass(frozen=True)
class _Section:
    """What stands under one time: speeches of one person or, without a `speaker`, of whom the lines name."""

    start_s: float
    end_s: float | None
    speaker: str | None
    lines: Sequence[str]


def headed_cues(lines: Sequence[str]) -> tuple[Cue, ...]:
    """The cues of a document whose speeches have a time at their head; empty when it is no such document.

    A cue ends where the next one begins, or earlier where its words cannot take that long. Speeches that share a time
    follow each other, each for as long as its words take. `lines` have no space around them.
    """
    lines = _with_names_beside(lines)
    for found in (heads_by_name(lines), heads_by_time(lines, firm=True), _loose(lines)):
        heads = _below_the_title(found)
        if _carry(heads, lines):
            return tuple(_cues(_sections(heads, lines), lines[: heads[0].line]))
    return ()


def with_names_inline(lines: Sequence[str]) -> list[str]:
    """A document of timing lines where each is followed by a line with the name alone, as `Name: what was said`.

    Other documents come back as they are.
    """
    starts = [index for index, line in enumerate(lines) if is_timing(line)]
    ends = [*starts[1:], len(lines)]
    bodies = [[line.strip() for line in lines[a + 1 : b] if line.strip()] for a, b in zip(starts, ends, strict=True)]
    names = _names_alone(bodies)
    if not any(names):
        return list(lines)
    said = [
        f"{name}: {' '.join(body[1:])}" if name else " ".join(body) for name, body in zip(names, bodies, strict=True)
    ]
    return [line for index, text in zip(starts, said, strict=True) for line in (lines[index], text, "")]


def _with_names_beside(lines: Sequence[str]) -> Sequence[str]:
    """A document in which a name stands above each time, and what is said below it, with both in one line."""
    alone = [head.line for head in heads_by_time(lines, firm=True) if not head.text]
    below = [lines[a + 1 : b] for a, b in pairwise([*alone, len(lines)])]
    above = [lines[max(0, line - 1) : line + 1] for line in alone]
    if any(_names_alone(below)):
        return lines
    names = {line: name for line, name in zip(alone, _names_alone(above), strict=True) if name}
    kept = (number for number in range(len(lines)) if number + 1 not in names)
    return [f"{names[number]}\t\t{lines[number]}" if number in names else lines[number] for number in kept]


def _names_alone(bodies: Sequence[Sequence[str]]) -> list[str | None]:
    """For each body the name in its first line where most have one; None for all of them otherwise."""
    firsts = [body[0] if len(body) > 1 else "" for body in bodies]
    seen = Counter(firsts)
    names = [first if is_name(first, seen[first]) else None for first in firsts]
    known = [name for name in names if name]
    several = len(set(known)) <= max(_LEAST, len(known) // 2)
    if several and len(known) >= _LEAST_NAMED * len(bodies):
        return names
    return [None] * len(bodies)


def _loose(lines: Sequence[str]) -> list[Head]:
    """Times that could be part of a sentence, where they stand in most lines or begin as a recording does."""
    found = heads_by_time(lines, firm=False)
    if found and (found[0].start_s < _EARLY_S or len(found) >= _LEAST_SHARE * len(lines)):
        return found
    return []


def _below_the_title(heads: Sequence[Head]) -> Sequence[Head]:
    """Without the hour of the meeting that stands at the top."""
    title = len(heads) > _LEAST and heads[0].start_s > heads[1].start_s
    return heads[1:] if title else heads


def _carry(heads: Sequence[Head], lines: Sequence[str]) -> bool:
    """Whether the document consists of what is under the heads, rather than mentioning times here and there."""
    if len(heads) < _LEAST:
        return False
    later = sum(one.start_s <= other.start_s for one, other in pairwise(heads))
    strays = [line for line, closed in _strays(heads, lines) if closed]
    named = sum(speaker is not None for speaker, _ in split_speakers(strays))
    most = len(heads) if heads[0].name or heads[0].text else _MOST_BEFORE
    return later >= _LEAST_IN_ORDER * (len(heads) - 1) and named <= most


def _strays(heads: Sequence[Head], lines: Sequence[str]) -> Iterator[tuple[str, bool]]:
    """Lines that are no heads, and whether a name in front of them would contradict the head above."""
    by_line, closed = {head.line: head for head in heads}, True
    for number, line in enumerate(lines):
        head = by_line.get(number)
        if head:
            closed = bool(head.name or head.text)
        else:
            yield line, closed


def _sections(heads: Sequence[Head], lines: Sequence[str]) -> list[_Section]:
    ends = [*(head.line for head in heads[1:]), len(lines)]
    bodies = [
        [text for text in (head.text, *map(str.strip, lines[head.line + 1 : end])) if text]
        for head, end in zip(heads, ends, strict=True)
    ]
    alone = _names_alone(bodies) if heads[0].name is None else [None] * len(heads)
    return [
        _Section(head.start_s, head.end_s, head.name or name, body[1:] if name else body)
        for head, name, body in zip(heads, alone, bodies, strict=True)
    ]


def _cues(sections: Sequence[_Section], lead: Sequence[str]) -> Iterator[Cue]:
    ordered = sorted(sections, key=lambda section: section.start_s)
    speeches = list(zip(ordered, _speeches(ordered), strict=True))
    people = {speaker for _, said in speeches for speaker, _ in said if speaker}
    for speaker, text in split_speakers(lead):
        if speaker in people or (speaker is None and text.endswith(_SENTENCE_ENDS)):
            yield Cue(0.0, ordered[0].start_s, speaker, text)
    moments = [list(moment) for _, moment in groupby(speeches, lambda row: row[0].start_s)]
    nexts = [*(moment[0][0].start_s for moment in moments[1:]), math.inf]
    for moment, next_s in zip(moments, nexts, strict=True):
        yield from _laid_out(moment[-1][0], [one for _, said in moment for one in said], next_s)


def _speeches(sections: Sequence[_Section]) -> list[list[Speech]]:
    """For each section who says what, in order."""
    split = iter(split_speakers([line for section in sections if section.speaker is None for line in section.lines]))
    return [
        [(section.speaker, " ".join(section.lines))]
        if section.speaker
        else _several([next(split) for _ in section.lines])
        for section in sections
    ]


def _several(split: Sequence[Speech]) -> list[Speech]:
    if any(speaker for speaker, _ in split):
        return joined(split)
    return [(None, " ".join(text for _, text in split))]


def _laid_out(last: _Section, said: Sequence[Speech], next_s: float) -> Iterator[Cue]:
    """The speeches of one moment after each other, until the `last` one's end or the next moment."""
    lengths = [max(_LEAST_S, len(text.split()) / _WORDS_A_SECOND) for _, text in said]
    if last.end_s is None:
        pace = min(1.0, (next_s - last.start_s) / sum(lengths))
    else:
        pace = (last.end_s - last.start_s) / sum(lengths)
    at = last.start_s
    for (speaker, text), length in zip(said, lengths, strict=True):
        yield Cue(at, at + pace * length, speaker, text)
        at += pace * length
