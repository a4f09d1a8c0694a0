"""Labelled sentences: CSV or TSV, with headings or without.

| Heading | Also understood | |
|---|---|---|
| `text` | sentence, utterance, comment, content, transcript | needed |
| `V`, `A`, `D` | valence, arousal, dominance; also with mean, score or rating | ratings on any scale; one will do |
| `labels` | label, emotion, emotions, sentiment | names, several joined by `,`, `;` or `|`, or in brackets as lists |
| an emotion's name, of several | GoEmotions' names | 1 where the sentence has it |
| `split` | set, fold | rows of `test` are used where there are some |

Numbers may have decimal commas. Without headings the first column is the text, after a number that counts the rows if
there is one; after it come three numbers, or labels. Labels may be numbers where a `labels.txt` beside the file has one
name a line, counted from 0. A label may also come first.
"""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hub.evaluation import tables
from hub.evaluation.errors import EvaluationError
from hub.evaluation.labels import KNOWN, group

DIMENSIONS = ("valence", "arousal", "dominance")
_ALIASES = {
    "text": ("sentence", "utterance", "comment", "content", "transcript"),
    "valence": ("v", "val"),
    "arousal": ("a", "aro"),
    "dominance": ("d", "dom"),
    "labels": ("label", "emotion", "emotions", "sentiment"),
    "split": ("set", "fold"),
}
_SEPARATOR = re.compile(r"\s*[,;|]\s*")
_LISTED = re.compile(r"'([^']*)'|\"([^\"]*)\"|([\w-]+)")
_MARK = "is "
_YES = ("1", "1.0", "true", "yes", "x")
_LEAST_MARKS = 2
_USUAL_SPLIT = "test"

Ratings = tuple[float | None, float | None, float | None]


@dataclass(frozen=True)
class Sentence:
    """One row. `vad` is None without ratings, as is each that is missing; `labels` are in the core's words."""

    text: str
    vad: Ratings | None
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
        return tables.named(lines[1:], _marks(lines[0], columns) | columns)
    if len(lines[0]) < 2:
        raise EvaluationError(f"{path} has one column only; it needs the text and its labels or V, A, D.")
    return tables.named(lines, _unnamed(lines[0]))


def _marks(header: Sequence[str], columns: Mapping[int, str]) -> dict[int, str]:
    """Columns that say of one emotion each whether a sentence has it."""
    names = {index: tables.heading_name(heading) for index, heading in enumerate(header) if index not in columns}
    found = {index: f"{_MARK}{name}" for index, name in names.items() if group(name) in KNOWN}
    return found if len(found) >= _LEAST_MARKS else {}


def _unnamed(first: Sequence[str]) -> dict[int, str]:
    """The text, then ratings or labels; a number before the text counts rows, an emotion's name is its label."""
    if len(first) == 2 and any(group(word) in KNOWN for word in _words(first[0])):
        return {0: "labels", 1: "text"}
    text = 1 if len(first) > 2 and _number(first[0]) is not None and _number(first[1]) is None else 0
    after = [_number(field) for field in first[text + 1 : text + 4]]
    names = DIMENSIONS if len(after) == len(DIMENSIONS) and None not in after else ("labels",)
    return {text: "text", **dict(enumerate(names, text + 1))}


def _of_split(rows: list[tables.Row], split: str, path: Path) -> list[tables.Row]:
    present = Counter(row.get("split", "") for row in rows)
    wanted = split or (_USUAL_SPLIT if _USUAL_SPLIT in present else "")
    if wanted in ("", "all"):
        return rows
    if wanted not in present:
        raise EvaluationError(f"{path} has no split {wanted!r}; it has {', '.join(sorted(map(repr, present)))}.")
    return [row for row in rows if row.get("split") == wanted]


def _ratings(row: tables.Row) -> Ratings | None:
    valence, arousal, dominance = (_number(row.get(name, "")) for name in DIMENSIONS)
    return None if valence is arousal is dominance is None else (valence, arousal, dominance)


def _labels(row: tables.Row, names: Sequence[str], path: Path) -> frozenset[str]:
    marked = [
        name.removeprefix(_MARK) for name, field in row.items() if name.startswith(_MARK) and field.lower() in _YES
    ]
    return frozenset(group(_name(word, names, path)) for word in (*_words(row.get("labels", "")), *marked))


def _words(field: str) -> list[str]:
    """`joy, love`, and lists as programs print them: `['joy', 'love']`."""
    if field.startswith(("[", "{", "(")):
        return ["".join(found) for found in _LISTED.findall(field)]
    return [word for word in _SEPARATOR.split(field.strip("'\"")) if word]


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
        value = float(field.strip().replace(",", "."))
    except ValueError:
        return None
    return value if math.isfinite(value) else None
