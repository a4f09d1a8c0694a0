"""Valence, arousal, dominance and emotions of words against labelled sentences, each row taken as one sentence."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hub.evaluation import statistics
from hub.evaluation.errors import EvaluationError
from hub.evaluation.sentences import DIMENSIONS, Sentence
from hub.evaluation.statistics import Array, Rows

if TYPE_CHECKING:
    from analysis_core.text.affect import Feeling

_THRESHOLDS = np.arange(0.05, 0.95, 0.025)
_BATCH = 64
_LEAST_RATED = 3

Flags = NDArray[np.bool_]


def evaluate(
    sentences: Sequence[Sentence], told: Callable[[float], None], tuning: Sequence[Sentence] = ()
) -> dict[str, Any]:
    """Figures of ratings and labels, whichever there are; `told` hears how far it is, 0..1.

    The core gives each emotion a probability; F1 needs a line to draw. It is drawn where F1 is best on `tuning`, or,
    without any, for each half of the sentences where it is best on the other half. Raises `EvaluationError`,
    `ModelMissing`.
    """
    feelings = _feelings([one.text for one in (*sentences, *tuning)], told)
    report: dict[str, Any] = {"n": len(sentences), "english": _english(sentences)}
    rated = [row for row, one in enumerate(sentences) if one.vad]
    if len(rated) >= _LEAST_RATED:
        report |= _ratings([sentences[row] for row in rated], [feelings[row] for row in rated])
    if any(one.labels & feelings[0].emotions.keys() for one in sentences) or not rated:
        report |= _emotions(sentences, feelings[: len(sentences)], tuning, feelings[len(sentences) :])
    if not {"r_v", "r_a", "r_d", "macro_f1"} & report.keys():
        raise EvaluationError("At least three sentences with V, A or D, or some with labels, are needed.")
    return report


def _english(sentences: Sequence[Sentence]) -> bool:
    """Whether the core would read such text at all."""
    from analysis_core.text.language import is_english

    return is_english(" ".join(one.text for one in sentences))


def _feelings(texts: Sequence[str], told: Callable[[float], None]) -> "list[Feeling]":
    from analysis_core.text.affect import judge
    from analysis_core.text.encoder import encode

    found: list[Feeling] = []
    for start in range(0, len(texts), _BATCH):
        found += judge(encode(texts[start : start + _BATCH]))
        told(len(found) / len(texts))
    return found


def _ratings(sentences: Sequence[Sentence], feelings: "Sequence[Feeling]") -> dict[str, Any]:
    rated = np.array([one.vad for one in sentences], np.float64)
    report: dict[str, Any] = {"vad_n": len(rated)}
    for column, name in enumerate(DIMENSIONS):
        known = ~np.isnan(rated[:, column])
        if known.sum() >= _LEAST_RATED:
            said = np.array([getattr(feeling, name) for feeling in feelings])
            found = _correlation(rated[known, column], said[known])
            report |= {f"r_{name[0]}": found[0], f"r_{name[0]}_interval": found[1]}
    return report


def _correlation(rated: Array, said: Array) -> tuple[float | None, statistics.Interval | None]:
    def r(rows: Rows) -> float:
        return statistics.correlation(rated[rows], said[rows])

    everything = np.arange(len(rated))
    return statistics.number(r(everything)), statistics.interval(r, _single(everything))


def _emotions(
    sentences: Sequence[Sentence],
    feelings: "Sequence[Feeling]",
    tuning: Sequence[Sentence],
    tuning_feelings: "Sequence[Feeling]",
) -> dict[str, Any]:
    names = sorted(feelings[0].emotions)
    labelled = [row for row, one in enumerate(sentences) if one.labels & set(names)]
    if not labelled:
        raise EvaluationError(f"No sentence has one of the labels {', '.join(names)}.")
    true = _flags([sentences[row] for row in labelled], names)
    likely = _likely([feelings[row] for row in labelled], names)
    if any(one.labels for one in tuning):
        said = likely >= _best(_flags(tuning, names), _likely(tuning_feelings, names))
    else:
        said = _drawn_on_other_half(true, likely)
    return _scores(true, said, likely, names) | {
        "thresholds_from": "tuning file" if tuning else "other half",
        "skipped": dict(Counter(label for one in sentences for label in one.labels if label not in names)),
    }


def _scores(true: Flags, said: Flags, likely: Array, names: Sequence[str]) -> dict[str, Any]:
    def macro(rows: Rows) -> float:
        return float(np.nanmean(statistics.f1(true[rows], said[rows])))

    everything, single = np.arange(len(true)), true.sum(1) == 1
    of_label = np.array(names)[true[single].argmax(1)]
    return {
        "macro_f1": statistics.number(macro(everything)),
        "macro_f1_interval": statistics.interval(macro, _single(everything)),
        "emotions_n": len(true),
        "f1": statistics.rounded(dict(zip(names, statistics.f1(true, said).tolist(), strict=True))),
        "support": dict(zip(names, true.sum(0).tolist(), strict=True)),
        "confusion": statistics.confusion(of_label, np.array(names)[likely[single].argmax(1)], names),
    }


def _drawn_on_other_half(true: Flags, likely: Array) -> Flags:
    said = np.zeros_like(true)
    halves = np.arange(len(true)) % 2 == 0
    for half in (halves, ~halves):
        others = ~half if (~half).any() else half
        said[half] = likely[half] >= _best(true[others], likely[others])
    return said


def _best(true: Flags, likely: Array) -> Array:
    """For each class the threshold with the best F1, shape (classes,); 0.5 for a class that is never true."""
    scores = np.array([statistics.f1(true, likely >= line) for line in _THRESHOLDS])
    return np.where(true.any(0), _THRESHOLDS[np.nan_to_num(scores).argmax(0)], 0.5)


def _flags(sentences: Sequence[Sentence], names: Sequence[str]) -> Flags:
    return np.array([[name in one.labels for name in names] for one in sentences], bool)


def _likely(feelings: "Sequence[Feeling]", names: Sequence[str]) -> Array:
    rows: Sequence[Mapping[str, float]] = [feeling.emotions for feeling in feelings]
    return np.array([[row[name] for name in names] for row in rows])


def _single(rows: Rows) -> list[Rows]:
    return [rows[at : at + 1] for at in range(len(rows))]
