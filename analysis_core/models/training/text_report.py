"""`python -m analysis_core.models.training.text_report`: how well the built model reads the test splits.

Thresholds of emotions are chosen on the development split. Intervals are 95 % of 1,000 resamplings of the sentences.
"""

import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from threadpoolctl import threadpool_limits

from analysis_core.models.catalogue import PACKAGE
from analysis_core.models.store import describe
from analysis_core.models.training.sentences import Rated, emobank, goemotions
from analysis_core.text.affect import judge
from analysis_core.text.encoder import DIMENSIONS, EMOTIONS, encode

TARGET = PACKAGE / "text" / "heads" / "sentence_affect.report.json"

_DRAWS = 1000
_LINES = np.arange(0.05, 0.95, 0.01)

Matrix = NDArray[np.float64]
Splits = Mapping[str, Rated]
Flags = NDArray[np.bool_]
Rows = NDArray[np.int64]


def main() -> int:
    """Writes the report beside the changes and says it."""
    ratings, splits, began = emobank()["test"], goemotions(), time.process_time()
    dimensions = felt(ratings.texts)[:, : len(DIMENSIONS)]
    taken_ms = 1000 * (time.process_time() - began) / len(ratings.texts)
    emotions = {split: felt(splits[split].texts)[:, -len(EMOTIONS) :] for split in ("dev", "test")}
    report = {
        "model": describe("sentence-affect").sha256,
        "emobank_test": correlations(dimensions, ratings),
        "goemotions_ekman_test": f1_scores(emotions, splits),
    }
    text = json.dumps(report, indent=2) + "\n"
    TARGET.write_text(text, encoding="utf-8")
    sys.stdout.write(f"{text}{taken_ms:.1f} ms a sentence\n")
    return 0


def felt(texts: tuple[str, ...]) -> Matrix:
    """Dimensions, then emotions, (sentences, 10), as the product gives them."""
    rows = judge(encode(texts))
    return np.array([[*(getattr(row, name) for name in DIMENSIONS), *row.emotions.values()] for row in rows])


def told(said: Callable[[Rated], Matrix], ratings: Splits, labels: Splits) -> Iterator[str]:
    """How well a network reads the test splits; `said` gives its dimensions and emotions as logits, (sentences, 10)."""
    dimensions = said(ratings["test"])[:, : len(DIMENSIONS)]
    for name, r in correlations(dimensions, ratings["test"]).items():
        yield f"EmoBank, {name}, r {r['value']:.3f} {r['interval']}"
    emotions = {split: expit(said(labels[split])[:, len(DIMENSIONS) :]) for split in ("dev", "test")}
    macro = f1_scores(emotions, labels)["macro_f1"]
    yield f"GoEmotions, Ekman's classes and neutral, macro F1 {macro['value']:.3f} {macro['interval']}"


def correlations(said: Matrix, rated: Rated) -> dict[str, Any]:
    """Pearson's r of each dimension with its interval."""

    def r(dimension: int) -> Callable[[Rows], float]:
        return lambda rows: float(np.corrcoef(said[rows, dimension], rated.ratings[rows, dimension])[0, 1])

    return {name: measured(r(number), len(said)) for number, name in enumerate(DIMENSIONS)}


def f1_scores(emotions: Mapping[str, Matrix], splits: Mapping[str, Rated]) -> dict[str, Any]:
    """Macro-F1 with its interval, and of each emotion its F1 and threshold; `emotions` are what was said, by split."""
    dev, test = emotions["dev"], emotions["test"]
    dev_true, true = (splits[split].ratings[:, : len(EMOTIONS)] > 0 for split in ("dev", "test"))
    lines = _LINES[np.array([f1(dev >= line, dev_true) for line in _LINES]).argmax(0)]
    said = test >= lines
    scores = zip(EMOTIONS, f1(said, true), lines, strict=True)
    rows = {name: {"f1": round(float(score), 4), "threshold": round(float(line), 2)} for name, score, line in scores}
    return {"macro_f1": measured(lambda rows: float(f1(said[rows], true[rows]).mean()), len(true)), **rows}


def f1(said: Flags, true: Flags) -> Matrix:
    """F1 of each class."""
    return np.asarray(2 * (said & true).sum(0) / np.maximum(said.sum(0) + true.sum(0), 1))


def measured(figure: Callable[[Rows], float], count: int) -> dict[str, Any]:
    """The figure on all rows, and the interval in which 95 % of its resamplings lie."""
    chance = np.random.default_rng(0)
    drawn = [figure(chance.integers(0, count, count)) for _ in range(_DRAWS)]
    low, high = np.percentile(drawn, [2.5, 97.5])
    return {"value": round(figure(np.arange(count)), 4), "interval": [round(float(low), 4), round(float(high), 4)]}


if __name__ == "__main__":
    with threadpool_limits(1):
        sys.exit(main())
