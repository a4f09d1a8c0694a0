"""Labelled sentences: CSV or TSV, with headings or without.

| Heading | Also understood | |
|---|---|---|
| `text` | sentence, utterance, comment | needed |
| `V`, `A`, `D` | valence, arousal, dominance | ratings on any scale |
| `labels` | label, emotion, emotions | names, several joined by `,`, `;` or `|` |
| `split` | set, fold | rows of `test` are used where there are some |

Without headings the first column is the text; after it come three numbers, or labels. Labels may be numbers where a
`labels.txt` beside the file has one name a line, counted from 0.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hub.evaluation import tables
from hub.evaluation.errors import EvaluationError
from hub.evaluation.labels import group

DIMENSIONS = ("valence", "arousal", "dominance")
_ALIASES = {
    "text": ("sentence", "utterance", "comment"),
    "valence": ("v",),
    "arousal": ("a",),
    "dominance": ("d",),
    "labels": ("label", "emotion", "emotions"),
    "split": ("set", "fold"),
}
_SEPARATOR = re.compile(r"\s*[,;|]\s*")
_USUAL_SPLIT = "test"


@dataclass(frozen=True)
class Sentence:
    """One row. `vad` is None without three ratings; `labels` are in the core's words."""

    text: str
    vad: tuple[float, float, float] | None
    labels: frozenset[str]


def read(path: Path, split: str = "") -> list[Sentence]:
    """The rows of a split: `test` where none is named and there is one. Raises `EvaluationError`."""
    lines = tables.lines(path)
    if not lines:
        raise EvaluationError(f"{path} is empty.")
    rows = [row for row in _rows(lines, path) if row.get("text")]
    rows = _of_split(rows, split, path)
    names = _names(path)
    found = [Sentence(row["text"], _ratings(row), _labels(row, names, path)) for row in rows]
    if not any(one.vad or one.labels for one in found):
        raise EvaluationError(f"{path} has neither V, A, D nor labels beside its sentences.")
    return found


def _rows(lines: Sequence[Sequence[str]], path: Path) -> list[tables.Row]:
    columns = tables.columns(lines[0], _ALIASES)
    if "text" in columns.values():
        return tables.named(lines[1:], columns)
    if len(lines[0]) < 2:
        raise EvaluationError(f"{path} has one column only; it needs the text and its labels or V, A, D.")
    numbers = len(lines[0]) >= 4 and all(_number(field) is not None for field in lines[0][1:4])
    return tables.named(lines, {0: "text", **(dict(enumerate(DIMENSIONS, 1)) if numbers else {1: "labels"})})


def _of_split(rows: list[tables.Row], split: str, path: Path) -> list[tables.Row]:
    present = Counter(row.get("split", "") for row in rows)
    wanted = split or (_USUAL_SPLIT if _USUAL_SPLIT in present else "")
    if wanted in ("", "all"):
        return rows
    if wanted not in present:
        raise EvaluationError(f"{path} has no split {wanted!r}; it has {', '.join(sorted(map(repr, present)))}.")
    return [row for row in rows if row.get("split") == wanted]


def _ratings(row: tables.Row) -> tuple[float, float, float] | None:
    valence, arousal, dominance = (_number(row.get(name, "")) for name in DIMENSIONS)
    if valence is None or arousal is None or dominance is None:
        return None
    return valence, arousal, dominance


def _labels(row: tables.Row, names: Sequence[str], path: Path) -> frozenset[str]:
    words = [word for word in _SEPARATOR.split(row.get("labels", "")) if word]
    return frozenset(group(_name(word, names, path)) for word in words)


def _name(word: str, names: Sequence[str], path: Path) -> str:
    if not word.isdigit():
        return word
    if int(word) >= len(names):
        raise EvaluationError(f"{path} has the label {word}: put a labels.txt with one name a line beside it.")
    return names[int(word)]


def _names(path: Path) -> list[str]:
    beside = path.with_name("labels.txt")
    return [line[0].strip() for line in tables.lines(beside)] if beside.is_file() else []


def _number(field: str) -> float | None:
    try:
        return float(field)
    except ValueError:
        return None
