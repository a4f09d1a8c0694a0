"""Emotions of the voice against labelled clips, each clip by itself, as the core would hear a recording of it alone."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from hub.evaluation import statistics
from hub.evaluation.errors import EvaluationError
from hub.evaluation.labels import CLASSES, own_name
from hub.evaluation.listening import Heard, HeardClip, arousal, hear, shares
from hub.evaluation.manifest import Clip
from hub.evaluation.statistics import Names, Rows

_STRONG, _NORMAL = ("strong", "02", "high"), ("normal", "01", "low")
_MOST_NAMED = 20


def evaluate(
    clips: Sequence[Clip], classes: int, told: Callable[[float], None], calm_as_neutral: bool = False
) -> dict[str, Any]:
    """Figures for `classes` 4, 7 or 8; `told` hears how far it is, 0..1.

    Labels that the model or the chosen classes lack are skipped and counted; with intensities given, such clips still
    count for arousal. Raises `EvaluationError` where nothing is left, `ModelMissing`.
    """
    from analysis_core.speech.emotion import head

    said = [name for name in CLASSES[classes] if name in head().classes]
    labels = {clip: own_name(clip.emotion, calm_as_neutral) for clip in clips}
    skipped = Counter(clip.emotion for clip in clips if labels[clip] not in said)
    if skipped.total() == len(clips):
        raise EvaluationError(f"No clip has one of the labels {', '.join(said)}; there are {_counts(skipped)}.")
    heard = hear([clip for clip in clips if labels[clip] in said or _graded(clip)], told)
    labelled = [one for one in heard.clips if labels[one.clip] in said]
    if not labelled:
        raise EvaluationError("None of the clips with labels that the model knows could be read.")
    true = np.array([labels[one.clip] for one in labelled])
    return {**_figures(labelled, true, said), "arousal": _arousal(heard.clips), **_left_out(skipped, heard)}


def _figures(clips: Sequence[HeardClip], true: Names, said: Sequence[str]) -> dict[str, Any]:
    called = np.array(said)[np.array([shares(one, said) for one in clips]).argmax(1)]

    def recall(rows: Rows) -> float:
        return statistics.unweighted_recall(true[rows], called[rows])

    speakers = [one.clip.speaker for one in clips]
    groups = statistics.grouped(speakers)
    return {
        "uar": statistics.number(statistics.unweighted_recall(true, called)),
        "uar_interval": statistics.interval(recall, groups),
        "interval_over": "clips" if len(groups) == len(true) else "speakers",
        "n": len(true),
        "speakers": len({name for name in speakers if name}),
        "accuracy": statistics.number(float(np.mean(true == called))),
        "classes": list(said),
        "recall": statistics.rounded(statistics.recalls(true, called)),
        "support": dict(Counter(true.tolist())),
        "confusion": statistics.confusion(true, called, said),
        "by_gender": _by([one.clip.gender for one in clips], recall),
        "by_corpus": _by([one.clip.corpus for one in clips], recall),
    }


def _by(names: Sequence[str], recall: Callable[[Rows], float]) -> Mapping[str, Any]:
    """Recall and count for each value of a column that has several."""
    values = np.asarray(names)
    found = {str(name): np.flatnonzero(values == name) for name in np.unique(values) if name}
    if len(found) < 2:
        return {}
    return {name: {"uar": statistics.number(recall(rows)), "n": len(rows)} for name, rows in found.items()}


def _graded(clip: Clip) -> bool:
    return bool(clip.speaker) and clip.intensity.lower() in (*_STRONG, *_NORMAL)


def _arousal(clips: Sequence[HeardClip]) -> Mapping[str, Any] | None:
    """How well arousal tells strong from normal acting, each speaker against their own baseline.

    Neutral clips are part of the baseline and not compared: nobody acts them strongly.
    """
    graded = [one for one in clips if _graded(one.clip)]
    strong = np.array([one.clip.intensity.lower() in _STRONG for one in graded], bool)
    if not strong.any() or strong.all():
        return None
    speakers, levels = np.array([one.clip.speaker for one in graded]), np.zeros(len(graded))
    for name in np.unique(speakers):
        own = np.flatnonzero(speakers == name).tolist()
        levels[own] = arousal([graded[row] for row in own])
    compared = np.flatnonzero([own_name(one.clip.emotion) != "neutral" for one in graded])
    strong, levels = strong[compared], levels[compared]

    def area(rows: Rows) -> float:
        return statistics.area_under_curve(strong[rows], levels[rows])

    return {
        "auc": statistics.number(statistics.area_under_curve(strong, levels)),
        "auc_interval": statistics.interval(area, statistics.grouped(speakers[compared].tolist())),
        "n": len(strong),
    }


def _left_out(skipped: Counter[str], heard: Heard) -> dict[str, Any]:
    return {
        "skipped": dict(skipped),
        "unreadable": heard.unreadable[:_MOST_NAMED],
        "unreadable_count": len(heard.unreadable),
    }


def _counts(skipped: Counter[str]) -> str:
    return ", ".join(f"{name} ({count})" for name, count in skipped.most_common())
