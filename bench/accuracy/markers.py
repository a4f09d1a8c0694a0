"""How often a marker is what it is taken for, by hits that we labelled.

`marker_labels.csv` holds up to twelve hits of each kind in GoEmotions' training comments (by a comment's id; the words
are not ours to copy), and whether each means there what its kind says. They were drawn at random and labelled by one
person; 207 of 245 were right. The list was then changed once more, so what it no longer hits does not count.
"""

import csv
from collections import defaultdict
from pathlib import Path
from typing import Final

from analysis_core.text import markers
from bench.figures import Figures
from bench.sources import Sources

_LABELS: Final = Path(__file__).with_name("marker_labels.csv")
_GROUPS: Final = ("hesitation", "hedge", "evasion", "objection", "commitment")
"""Those that scores, moments and the resistance indicator are made of."""


def measure(figures: Figures, data: Sources) -> None:
    """Precision over all kinds, and of the groups that matter; a rare kind counts as much as a common one."""
    comments = _comments(data.text / "goemotions" / "data" / "original" / "train.tsv")
    right: dict[str, list[bool]] = defaultdict(list)
    for row in _labels():
        hits = {(hit.kind, hit.start) for hit in markers.find(comments[row["comment"]])}
        if (row["kind"], int(row["start"])) in hits:
            right[markers.group_of(row["kind"])].append(row["right"] == "1")
    judged = [each for group in right.values() for each in group]
    figures.add("text.marker_precision", sum(judged) / len(judged))
    for group in _GROUPS:
        figures.add(f"text.marker_precision_{group}", sum(right[group]) / len(right[group]))
    figures.add("text.markers_labelled", len(judged))


def _labels() -> list[dict[str, str]]:
    with _LABELS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _comments(path: Path) -> dict[str, str]:
    rows = (line.split("\t") for line in path.read_text(encoding="utf-8").split("\n"))
    return {row[2]: row[0] for row in rows if len(row) > 2}
