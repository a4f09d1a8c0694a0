"""Finds linguistic markers from `markers.json`: kind, span and the pattern that found them."""

import json
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from analysis_core.text.sentences import WORD

_NEGATION = re.compile(r"\b(?:not|no|never|nobody|nothing|without|hardly|neither|nor|cannot)\b|n['\u2019]t\b", re.I)
_SUBORDINATE = re.compile(r"\b(?:if|unless|whether|once|until|in case|provided|assuming|suppose)\b", re.I)
_CLAUSE = re.compile(r"[,.;:!?\u2014]|\b(?:but|and|because|so|although|however)\b", re.I)
_NEGATION_REACH_WORDS = 4
_CONTEXT = 1000
"""How many characters around a hit are read: longer than clauses are, and text without end costs no more."""
_SPACE = re.compile(r" (?!\?)")

MANNER = ("hesitation", "hedge")
"""The groups that show how something is said rather than what."""

_UNCERTAIN = (*MANNER, "evasion")
FILLED_PAUSE = "filled_pause"
"""The kind that is taken out before others are looked for: it can stand anywhere, also inside them."""

_REPEATED = re.compile(r"\b([^\W\d_]+(?:['\u2019][^\W\d_]+)?(?:\s+[^\W\d_]+)?)(?:[,\s]+\1\b)+", re.I)
_MEANT_TWICE = re.compile(r"that|had|very|really|no|yes|bye|ok|okay|well|now|so|much|many|more", re.I)


@dataclass(frozen=True)
class MarkerKind:
    """One row of the list. `group` is what kinds of one nature share."""

    name: str
    group: str
    patterns: tuple[re.Pattern[str], ...]
    unless_before: re.Pattern[str] | None
    unless_after: re.Pattern[str] | None
    negatable: bool
    conditional: bool


@dataclass(frozen=True)
class Hit:
    """A marker found in one sentence; offsets in characters."""

    kind: str
    group: str
    start: int
    end: int
    source: str


@cache
def _list() -> dict[str, Any]:
    raw: dict[str, Any] = json.loads(files("analysis_core.text").joinpath("markers.json").read_text("utf-8"))
    return raw


@cache
def kinds() -> tuple[MarkerKind, ...]:
    """The list, read once."""
    return tuple(_kind(name, row) for name, row in _list()["kinds"].items())


@cache
def function_words() -> frozenset[str]:
    """The words that tell text in the list's language from other text."""
    return frozenset(_list()["function_words"])


def version() -> str:
    """The list's version, as results name it."""
    return str(_list()["version"])


@cache
def group_of(kind: str) -> str:
    """The group of a marker kind, `hesitation` for instance."""
    return "hesitation" if kind == "repetition" else next(row.group for row in kinds() if row.name == kind)


def find(sentence: str) -> list[Hit]:
    """The sentence's markers in order. Of overlapping hits within a group the longest counts, beside filled pauses.

    Hesitation and hedging are looked for again where what was found is taken out, since one can stand inside another:
    "I do, you know, not know".
    """
    text = sentence.replace("\u2019", "'").replace("\u00ad", "-")  # a soft hyphen does not end a word
    pauses = list(_listed(text, [kind for kind in kinds() if kind.name == FILLED_PAUSE]))
    fluent = _blanked(text, pauses)
    others = [kind for kind in kinds() if kind.name != FILLED_PAUSE]
    first = _longest([*_listed(fluent, others), *_repetitions(fluent)])
    manner = [hit for hit in first if hit.group in MANNER]
    inner = _listed(_blanked(fluent, manner), [kind for kind in others if kind.group in _UNCERTAIN])
    repeated = _repetitions(_blanked(fluent, [hit for hit in manner if " " in text[hit.start : hit.end].strip()]))
    known = {(hit.start, hit.end) for hit in first}
    second = [hit for hit in _longest([*inner, *repeated]) if (hit.start, hit.end) not in known]
    return sorted([*pauses, *first, *second], key=lambda hit: (hit.start, hit.kind))


def _longest(hits: Sequence[Hit]) -> list[Hit]:
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda hit: (hit.start - hit.end, hit.start)):
        if not any(hit.group == other.group and hit.start < other.end and other.start < hit.end for other in kept):
            kept.append(hit)
    return kept


def without(sentence: str, groups: Collection[str]) -> str:
    """The sentence without its markers of these groups and the commas that set them apart."""
    return " ".join(_blanked(sentence, [hit for hit in find(sentence) if hit.group in groups]).split())


def _blanked(text: str, hits: Sequence[Hit]) -> str:
    """The text with spaces in place of the hits and of the commas around them: the same length, and fluent."""
    for hit in hits:
        start = len(text[: hit.start].rstrip().removesuffix(","))
        after = text[hit.end :].lstrip()
        end = len(text) - len(after.removeprefix(","))
        text = f"{text[:start]}{' ' * (end - start)}{text[end:]}"
    return text


def _listed(text: str, among: Sequence[MarkerKind]) -> Iterator[Hit]:
    for kind in among:
        for number, pattern in enumerate(kind.patterns):
            for match in pattern.finditer(text):
                if match.group().strip() and not _cancelled(kind, text, match.start(), match.end()):
                    yield Hit(kind.name, kind.group, match.start(), match.end(), f"markers:{kind.name}.{number}")


def _repetitions(text: str) -> Iterator[Hit]:
    """A word or two said twice in a row, as when starting over.

    People start over at the small words; of the others, "super, super" or "State, State", most are meant.
    """
    for match in _REPEATED.finditer(text):
        said = match.group(1)
        if said.split()[0].lower() in function_words() and not _MEANT_TWICE.fullmatch(said):
            yield Hit("repetition", "hesitation", match.start(), match.end(), "markers:repetition")


def _cancelled(kind: MarkerKind, text: str, start: int, end: int) -> bool:
    before, after = text[max(0, start - _CONTEXT) : start], text[end : end + _CONTEXT]
    if kind.unless_before and kind.unless_before.search(before):
        return True
    if kind.unless_after and kind.unless_after.search(after):
        return True
    if not (kind.conditional or kind.negatable):
        return False
    clause = _CLAUSE.split(before)[-1]
    if kind.conditional and _SUBORDINATE.search(clause):
        return True
    near = WORD.findall(clause)[-_NEGATION_REACH_WORDS:]
    return kind.negatable and bool(_NEGATION.search(" ".join(near)))


def _kind(name: str, row: dict[str, Any]) -> MarkerKind:
    return MarkerKind(
        name=name,
        group=row["group"],
        patterns=tuple(re.compile(_whole_words(pattern), re.I) for pattern in row["patterns"]),
        unless_before=_optional(row.get("unless_before")),
        unless_after=_optional(row.get("unless_after")),
        negatable=row.get("negatable", False),
        conditional=row.get("conditional", False),
    )


def _optional(pattern: str | None) -> re.Pattern[str] | None:
    return re.compile(pattern, re.I) if pattern else None


def _whole_words(pattern: str) -> str:
    if "(?<" not in pattern:  # what stands behind must have one length
        pattern = _SPACE.sub(r"\\s+", pattern)
    return rf"(?<!\w)(?:{pattern})(?!\w)"
