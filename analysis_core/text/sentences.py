"""Cuts what a speaker says into sentences and knows when each character was said."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from analysis_core.io.turns import SAME_TURN_GAP_S
from analysis_core.observations import Cue, Sentence

_END = re.compile(
    r"""(?<=[.!?\u2026])["'\u201d\u2019)\]]*\s+(?=["'\u201c\u2018(\[]?[^\W_a-z]|["'\u201c]|\W{0,9}$)"""
    r"|(?<=[\u3002\uff01\uff1f])"
)
_ABBREVIATION = re.compile(
    r"(?:\b(?:m[rs]|mrs|dr|prof|sr|jr|st|vs|etc|inc|ltd|co|approx|e\.g|i\.e)|\b(?-i:[A-HJ-Z]))\.$", re.I
)
_WORDED = re.compile(
    r"(?:(?:and|but|so|well|okay|ok),? )?(?:"
    r"(?:what|where|when|who|why|how|which)(?:(?! (?:i|you|we|they|he|she|it)\b) \w+)?"
    r" (?:is|are|was|were|do|does|did|can|could|will|would|should)\b"
    r"|(?:what|where|who|how)(?:'s|'re)\b"
    r"|(?:can|could|do|did|would|will|should|are|have) (?:you|we|they)\b"
    r")",
    re.I,
)
"""English questions by their first words: captions of recognisers often have no punctuation."""

_LONGEST_WORDS = 40
_LONGEST_CHARACTERS = 2000
"""Nobody speaks so long a sentence; what is longer has no punctuation, or is meant to keep readers busy."""

WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*", re.UNICODE)
"""A word, with its apostrophes."""


@dataclass(frozen=True)
class Passage:
    """Neighbouring cues of one speaker, joined by spaces. `starts` are the offsets of each cue in `text`."""

    speaker: str
    cues: tuple[Cue, ...]
    starts: tuple[int, ...]
    text: str
    timed: bool

    def time_at(self, offset: int) -> float | None:
        """When the character was said, by its share of its cue's text; None without times."""
        if not self.timed:
            return None
        index = max(0, bisect_right(self.starts, offset) - 1)
        cue = self.cues[index]
        share = min(1.0, (offset - self.starts[index]) / max(1, len(cue.text)))
        return cue.start_s + share * (cue.end_s - cue.start_s)


def passages(cues: Sequence[Cue], timed: bool) -> Iterator[Passage]:
    """Cues joined for as long as one speaker goes on."""
    held: list[Cue] = []
    for cue in cues:
        if not cue.text:
            continue
        if held and not _goes_on(held[-1], cue, timed):
            yield _passage(held, timed)
            held = []
        held.append(cue)
    if held:
        yield _passage(held, timed)


def sentences(passage: Passage) -> Iterator[tuple[int, Sentence]]:
    """Each sentence with its offset in the passage's text."""
    for start, end in _spans(passage):
        text = passage.text[start:end]
        if WORD.search(text):
            yield (
                start,
                Sentence(
                    text=text,
                    speaker=passage.speaker,
                    start_s=passage.time_at(start),
                    end_s=passage.time_at(end),
                    words=len(WORD.findall(text)),
                    valence=None,
                    arousal=None,
                    dominance=None,
                    emotions={},
                    question=_asks(text.rstrip("\"'\u201d\u2019) ")),
                ),
            )


def _asks(text: str) -> bool:
    """Whether it ends in a question mark, or is worded as a question where nothing ends it."""
    return text.endswith(("?", "\uff1f")) or (text[-1:].isalnum() and bool(_WORDED.match(text)))


def _goes_on(last: Cue, cue: Cue, timed: bool) -> bool:
    near = not timed or cue.start_s - last.end_s <= SAME_TURN_GAP_S
    return near and last.speaker == cue.speaker


def _passage(cues: list[Cue], timed: bool) -> Passage:
    starts, at = [], 0
    for cue in cues:
        starts.append(at)
        at += len(cue.text) + 1
    return Passage(cues[0].speaker or "", tuple(cues), tuple(starts), " ".join(cue.text for cue in cues), timed)


def _spans(passage: Passage) -> Iterator[tuple[int, int]]:
    """Sentence ends by punctuation; where there is none for long, the cues' ends serve instead."""
    start = 0
    for end, after in [*_ends(passage.text), (len(passage.text), len(passage.text))]:
        yield from _shortened(passage, start, end)
        start = after


def _ends(text: str) -> Iterator[tuple[int, int]]:
    for match in _END.finditer(text):
        if not _ABBREVIATION.search(text[: match.start()][-12:]):
            yield match.start() + len(match.group().rstrip()), match.end()


def _shortened(passage: Passage, start: int, end: int) -> Iterator[tuple[int, int]]:
    first, last = bisect_right(passage.starts, start), bisect_left(passage.starts, end)
    for boundary in passage.starts[first:last]:
        if len(WORD.findall(passage.text[start:boundary])) >= _LONGEST_WORDS // 2:
            yield start, boundary - 1
            start = boundary
    while end - start > _LONGEST_CHARACTERS:
        cut = passage.text.rfind(" ", start + 1, start + _LONGEST_CHARACTERS)
        cut = cut if cut > start else start + _LONGEST_CHARACTERS
        yield start, cut
        start = cut
    if start < end:
        yield start, end
