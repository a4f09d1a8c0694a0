"""The rated sentences that the text model is trained on and measured with, in their official splits.

EmoBank (Buechel and Hahn 2017, CC BY-SA 4.0): valence, arousal and dominance, 1..5. GoEmotions (Demszky et al. 2020,
CC BY 4.0): 28 emotions, and the seven that they group into.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analysis_core.models.training.corpora import data_folder
from analysis_core.text.encoder import EMOTIONS

SPLITS = ("train", "dev", "test")
FINE = 28
_MASKS = {"[NAME]": "Chris", "[RELIGION]": "religion"}
"""GoEmotions hides names; a word that is one stands in their place."""


@dataclass(frozen=True)
class Rated:
    """Sentences and their ratings, (sentences, ratings)."""

    texts: tuple[str, ...]
    ratings: NDArray[np.float32]


def emobank() -> Mapping[str, Rated]:
    """By split, ratings being valence, arousal and dominance."""
    with (data_folder() / "text" / "emobank" / "emobank.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {split: _rated([row for row in rows if row["split"] == split]) for split in SPLITS}


def goemotions() -> Mapping[str, Rated]:
    """By split, ratings being 0 or 1 for each of the seven emotions of `EMOTIONS`, then for each of the 28."""
    return {split: _labelled(data_folder() / "text" / "goemotions" / "data", split) for split in SPLITS}


def first(splits: Mapping[str, Rated], count: int | None) -> Mapping[str, Rated]:
    """The first so many sentences of each split; all for None."""
    return {name: Rated(found.texts[:count], found.ratings[:count]) for name, found in splits.items()}


def scaled(splits: Mapping[str, Rated]) -> Mapping[str, Rated]:
    """Ratings in spreads from the training split's mean."""
    middle, spread = splits["train"].ratings.mean(0), splits["train"].ratings.std(0)
    return {name: Rated(found.texts, (found.ratings - middle) / spread) for name, found in splits.items()}


def _rated(rows: list[dict[str, str]]) -> Rated:
    ratings = [[float(row[key]) for key in "VAD"] for row in rows]
    return Rated(tuple(row["text"] for row in rows), np.array(ratings, np.float32))


def _labelled(folder: Path, split: str) -> Rated:
    names = (folder / "ekman" / "labels.txt").read_text("utf-8").split()
    grouped, fine = _lines(folder / "ekman" / f"{split}.tsv"), _lines(folder / "original" / f"{split}.tsv")
    ratings = np.zeros((len(fine), len(EMOTIONS) + FINE), np.float32)
    for row, group, single in zip(ratings, grouped, fine, strict=True):
        row[[EMOTIONS.index(names[int(label)]) for label in group[1].split(",")]] = 1
        row[[len(EMOTIONS) + int(label) for label in single[1].split(",")]] = 1
    return Rated(tuple(_named(row[0]) for row in fine), ratings)


def _lines(path: Path) -> list[list[str]]:
    return [line.split("\t") for line in path.read_text("utf-8").split("\n") if line]


def _named(text: str) -> str:
    for mask, word in _MASKS.items():
        text = text.replace(mask, word)
    return text
