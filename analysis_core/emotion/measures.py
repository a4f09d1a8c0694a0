"""What vertical rules look at: a plain result, or one speaker of it, as figures 0..1."""

from collections.abc import Mapping, Sequence
from typing import Any

Plain = Mapping[str, Any]

USUAL: Mapping[str, float] = {
    "valence": 0.5,
    "arousal": 0.5,
    "dominance": 0.5,
    "change": 0.0,
    "anger": 0.0,
    "fear": 0.0,
    "sadness": 0.0,
    "joy": 0.0,
    "boredom": 0.0,
    "strain": 0.5,
    "hesitation": 0.5,
    "engagement": 0.5,
    "confidence": 0.5,
    "resistance": 0.5,
    "objections": 0.0,
    "commitments": 0.0,
    "pace": 0.5,
}
"""Every measure with the value at which it takes nothing and adds nothing."""

STEADY = 0.06
"""Changes of valence up to this are no trend."""
_LEAST_FOR_TREND = 9
_MANY_PER_100_WORDS = 3.0
_SLOW_WPM, _FAST_WPM = 90.0, 230.0


def measures(part: Plain) -> dict[str, float]:
    """The measures that were observed, by the names in `USUAL`; what was not observed is left out.

    `part` is `Result.to_dict()`, or one of its `speakers`. Percentages and scores come as 0..1. `change` is how much
    valence rose from the first to the last third, -1..1. `objections` and `commitments` are 1 from three in a hundred
    words. `pace` is 0 at 90 words a minute and 1 at 230.
    """
    voice = (part.get("emotions") or {}).get("voice") or {}
    strain, hesitation = part.get("stress_indicators") or {}, part.get("hesitation_map") or {}
    found: dict[str, float | None] = {
        **{name: (part.get("vad") or {}).get(name) for name in ("valence", "arousal", "dominance")},
        **{name: voice.get(name) for name in ("anger", "fear", "sadness", "joy", "boredom")},
        "change": _change((part.get("vad_series") or {}).get("valence") or ()),
        "strain": strain.get("level"),
        "hesitation": _mean(hesitation.get("per_second") or ()),
        "engagement": _share(part.get("engagement_score")),
        "confidence": _share(part.get("confidence_score")),
        "resistance": part.get("resistance_indicator"),
        "objections": _rate(part, "objection"),
        "commitments": _rate(part, "commitment"),
        "pace": _pace(part),
    }
    return {name: value for name, value in found.items() if value is not None}


def trajectory(found: Mapping[str, float]) -> str:
    """`improving`, `stable` or `declining`."""
    change = found.get("change", 0.0)
    return "improving" if change > STEADY else "declining" if change < -STEADY else "stable"


def _share(percent: float | None) -> float | None:
    return None if percent is None else percent / 100


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _change(series: Sequence[float | None]) -> float | None:
    known = [value for value in series if value is not None]
    if len(known) < _LEAST_FOR_TREND:
        return None
    third = len(known) // 3
    return sum(known[-third:]) / third - sum(known[:third]) / third


def _rate(part: Plain, group: str) -> float | None:
    markers = part.get("hesitation_markers")
    if not markers or not markers["words"]:
        return None
    rate = sum(row["per_100_words"] for row in markers["kinds"].values() if row["group"] == group)
    return float(min(1.0, rate / _MANY_PER_100_WORDS))


def _pace(part: Plain) -> float | None:
    speakers = part.get("speakers") or (part,)
    known = [row["words_per_minute"] for row in speakers if row.get("words_per_minute")]
    if not known:
        return None
    return float(min(1.0, max(0.0, (sum(known) / len(known) - _SLOW_WPM) / (_FAST_WPM - _SLOW_WPM))))
