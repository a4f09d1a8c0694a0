"""How a result's events and alerts read: a title, what speaks for it, a tone for its mark, and which ones are shown."""

from collections.abc import Mapping, Sequence
from typing import Any

from hub.console.formats import words

Row = Mapping[str, Any]

MOST_SHOWN = 40
_SMALL = {"face.action_unit", "pause.filled"}
"""There can be hundreds; the lanes and the panel of facial movements sum them up."""

_TITLES = {
    "credibility_low": "Steadiness low",
    "valence_low": "Unpleasant turn",
    "arousal_high": "Strong excitement",
    "dominance_low": "Yielding",
    "words.hesitation": "Hesitation",
    "words.hedge": "Hedge",
    "words.deferral": "Deferral",
    "words.commitment": "Commitment",
    "words.objection": "Objection",
    "words.certainty": "Certainty",
    "pause.long": "Long pause",
    "answer.slow": "Slow answer",
    "talk.interruption": "Cuts in",
    "strain.raised": "More strain than before",
    "words_and_looks.apart": "Words and looks differ",
}
_ADDS = {"words.commitment", "words.certainty"}
_TAKES = {"words.hesitation", "words.deferral", "words.objection", "strain.raised", "words_and_looks.apart"}
_LONGEST_QUOTE = 120
_STRONGEST = 2


def notable(events: Sequence[Row]) -> list[Row]:
    """The events a person would want to jump to: the strongest 40, without the smallest kinds."""
    large = {_same(row): row for row in reversed(events) if row["type"] not in _SMALL}
    return sorted(
        large.values(), key=lambda row: (_TITLES.get(str(row["type"])) is None, -float(row.get("strength") or 0))
    )[:MOST_SHOWN]


def _same(row: Row) -> tuple[str, object]:
    """Several markers of one kind in one sentence are one event, at the first of them."""
    sentence = (row.get("evidence") or {}).get("sentence")
    return str(row["type"]), (row.get("speaker"), sentence) if sentence else row.get("start_s")


def title(row: Row) -> str:
    """The event in two or three words."""
    kind = str(row["type"])
    return _TITLES.get(kind) or words(kind)


def tone(row: Row) -> str:
    """`bad` for alerts, `good` and `note` for what adds or takes, else `quiet`."""
    if row.get("is_alert"):
        return "bad"
    kind = str(row["type"])
    return "good" if kind in _ADDS else "note" if kind in _TAKES else "quiet"


def detail(row: Row) -> str:
    """What was said or measured, in one line."""
    if row.get("is_alert"):
        return f"Reached {float(row['value']):.2f}; the threshold is {float(row['threshold']):.2f}"
    evidence = row.get("evidence") or {}
    if said := str(evidence.get("sentence") or ""):
        return f"\u201c{_cut(said)}\u201d"
    if "silence_s" in evidence:
        return f"{float(evidence['silence_s']):.1f} s of silence"
    if "interrupted" in evidence:
        return f"{evidence['interrupted']} was still speaking"
    return _measures(evidence)


def _measures(evidence: Row) -> str:
    """The measures furthest from the baseline, in spreads."""
    numbers = {name: float(value) for name, value in evidence.items() if isinstance(value, int | float)}
    furthest = sorted(numbers, key=lambda name: -abs(numbers[name]))[:_STRONGEST]
    return ", ".join(f"{_measure(name)} {'up' if numbers[name] > 0 else 'down'}" for name in furthest)


def _measure(name: str) -> str:
    for unit in ("_st", "_db", "_z", "_hz"):
        name = name.removesuffix(unit)
    return {"hnr": "voice clarity"}.get(name, words(name).lower())


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_QUOTE else text[:_LONGEST_QUOTE].rsplit(" ", 1)[0] + "\u2026"
