"""States and metrics for five lines of work, from rules in one versioned table. Version `verticals-1`.

An index is `base` plus weight x (measure - its usual value) for each measure that was observed, kept within 0..1. The
rules are ours and plausible, not fitted to outcomes: nobody gave us calls with their later satisfaction scores. They
sort conversations for a person to look at. `docs/verticals.md` lists them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analysis_core.emotion.measures import USUAL, measures, trajectory

VERSION = "verticals-1"

Metric = float | str | bool
Figures = Mapping[str, float]


@dataclass(frozen=True)
class Index:
    """A figure 0..1: where it starts, and what each measure adds when it is 1 above its usual value."""

    base: float
    weights: Figures

    def of(self, found: Figures) -> float | None:
        """The figure; None when nothing it is made of was observed."""
        known = {name: weight for name, weight in self.weights.items() if name in found}
        if not known:
            return None
        value = self.base + sum(weight * (found[name] - USUAL[name]) for name, weight in known.items())
        return min(1.0, max(0.0, value))


@dataclass(frozen=True)
class State:
    """A state and the index that has to be at least `least` for it."""

    name: str
    index: str
    least: float


@dataclass(frozen=True)
class Vertical:
    """`indices` are computed first; the first of `states` that holds is the state, else `otherwise`.

    `shown` makes the metrics out of indices and measures.
    """

    indices: Mapping[str, Index]
    states: Sequence[State]
    otherwise: str
    shown: Callable[[Mapping[str, float | None], Figures], dict[str, Metric | None]]


def judge(result: Mapping[str, Any], vertical: str, speaker: str | None = None) -> dict[str, Any]:
    """`state` and `metrics` of a plain result, or of one of its speakers, with the `version` of the rules.

    Metrics that nothing was observed for are None. Raises `KeyError` for an unknown vertical or speaker.
    """
    rules = VERTICALS[vertical]
    found = measures(result if speaker is None else _speaker(result, speaker))
    indices = {name: index.of(found) for name, index in rules.indices.items()}
    state = next((row.name for row in rules.states if (indices[row.index] or 0.0) >= row.least), rules.otherwise)
    return {"state": state, "metrics": rules.shown(indices, found), "version": VERSION}


def _speaker(result: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    for row in result["speakers"]:
        if row["name"] == name:
            return dict(row)
    raise KeyError(name)


def level(value: float | None) -> str | None:
    """`low` under 0.33, `high` from 0.6, else `medium`."""
    if value is None:
        return None
    return "low" if value < 0.33 else "high" if value >= 0.6 else "medium"


def rounded(value: float | None) -> float | None:
    """Two decimals: the rules are no finer than that."""
    return None if value is None else round(value, 2)


def _contact_center(indices: Mapping[str, float | None], found: Figures) -> dict[str, Metric | None]:
    satisfied, escalating = indices["satisfaction"], indices["escalation"]
    csat = None if satisfied is None else round(1 + 4 * satisfied, 1)
    resolved = (
        None if csat is None else csat >= 3.2 and trajectory(found) != "declining" and level(escalating) != "high"
    )
    return {
        "csat_predicted": csat,
        "sentiment_trajectory": trajectory(found),
        "escalation_risk": level(escalating),
        "first_call_resolution_likely": resolved,
        "churn_risk": rounded(indices["churn"]),
    }


def _healthcare(indices: Mapping[str, float | None], found: Figures) -> dict[str, Metric | None]:
    distress = indices["distress"]
    return {
        "distress_level": rounded(distress),
        "anxiety_indicator": rounded(indices["anxiety"]),
        "engagement": rounded(found.get("engagement")),
        "sentiment_trajectory": trajectory(found),
        "follow_up_suggested": None if distress is None else distress >= 0.6 or trajectory(found) == "declining",
    }


def _sales(indices: Mapping[str, float | None], found: Figures) -> dict[str, Metric | None]:
    return {
        "purchase_interest": rounded(indices["interest"]),
        "objection_level": level(indices["objection"]),
        "deal_momentum": trajectory(found),
        "engagement": rounded(found.get("engagement")),
        "closing_readiness": rounded(indices["readiness"]),
    }


def _education(indices: Mapping[str, float | None], found: Figures) -> dict[str, Metric | None]:
    pace = found.get("pace")
    return {
        "engagement_level": rounded(indices["attention"]),
        "confusion_indicator": rounded(indices["confusion"]),
        "frustration_indicator": rounded(indices["frustration"]),
        "sentiment_trajectory": trajectory(found),
        "pace": None if pace is None else "slow" if pace < 0.2 else "fast" if pace > 0.8 else "comfortable",
    }


def _finance(indices: Mapping[str, float | None], found: Figures) -> dict[str, Metric | None]:
    return {
        "client_confidence": rounded(indices["confidence"]),
        "stress_level": rounded(indices["stress"]),
        "uncertainty": rounded(indices["uncertainty"]),
        "decision_readiness": rounded(indices["readiness"]),
        "sentiment_trajectory": trajectory(found),
    }


VERTICALS: Mapping[str, Vertical] = {
    "contact_center": Vertical(
        indices={
            "satisfaction": Index(
                0.6, {"valence": 1.0, "change": 0.5, "anger": -0.5, "strain": -0.4, "resistance": -0.4}
            ),
            "escalation": Index(0.15, {"anger": 0.9, "arousal": 0.6, "strain": 0.5, "valence": -0.5, "change": -0.5}),
            "churn": Index(0.25, {"valence": -0.8, "resistance": 0.5, "anger": 0.4, "objections": 0.3, "change": -0.4}),
            "frustration": Index(0.1, {"anger": 0.9, "strain": 0.6, "valence": -0.8}),
            "anxiety": Index(0.1, {"fear": 0.9, "strain": 0.6, "hesitation": 0.4}),
            "absence": Index(0.2, {"engagement": -1.0, "boredom": 0.5, "arousal": -0.4}),
        },
        states=(
            State("frustrated", "frustration", 0.4),
            State("anxious", "anxiety", 0.4),
            State("satisfied", "satisfaction", 0.7),
            State("disengaged", "absence", 0.45),
        ),
        otherwise="neutral",
        shown=_contact_center,
    ),
    "healthcare": Vertical(
        indices={
            "distress": Index(0.2, {"sadness": 0.6, "fear": 0.6, "strain": 0.6, "valence": -0.7, "change": -0.4}),
            "anxiety": Index(0.15, {"fear": 0.8, "strain": 0.7, "arousal": 0.4, "hesitation": 0.4}),
            "lowness": Index(0.1, {"sadness": 0.8, "arousal": -0.6, "valence": -0.6}),
            "calm": Index(0.6, {"strain": -0.8, "arousal": -0.4, "valence": 0.5, "fear": -0.5}),
        },
        states=(
            State("distressed", "distress", 0.55),
            State("anxious", "anxiety", 0.45),
            State("low", "lowness", 0.45),
            State("calm", "calm", 0.55),
        ),
        otherwise="neutral",
        shown=_healthcare,
    ),
    "sales": Vertical(
        indices={
            "interest": Index(0.45, {"engagement": 0.8, "valence": 0.6, "change": 0.5, "commitments": 0.3, "joy": 0.3}),
            "objection": Index(0.2, {"objections": 0.6, "resistance": 0.6, "valence": -0.4}),
            "readiness": Index(0.35, {"commitments": 0.5, "confidence": 0.6, "valence": 0.4, "objections": -0.4}),
            "hesitation": Index(0.3, {"hesitation": 0.9, "confidence": -0.6}),
            "enthusiasm": Index(0.3, {"joy": 0.6, "arousal": 0.7, "engagement": 0.6}),
        },
        states=(
            State("resistant", "objection", 0.5),
            State("enthusiastic", "enthusiasm", 0.6),
            State("hesitant", "hesitation", 0.45),
            State("interested", "interest", 0.55),
        ),
        otherwise="neutral",
        shown=_sales,
    ),
    "education": Vertical(
        indices={
            "attention": Index(0.5, {"engagement": 1.0, "boredom": -0.5, "arousal": 0.3}),
            "confusion": Index(0.2, {"hesitation": 0.7, "confidence": -0.6, "dominance": -0.4}),
            "frustration": Index(0.1, {"anger": 0.8, "strain": 0.6, "valence": -0.6}),
            "boredom": Index(0.15, {"boredom": 0.6, "engagement": -0.8, "arousal": -0.4}),
        },
        states=(
            State("frustrated", "frustration", 0.4),
            State("confused", "confusion", 0.4),
            State("bored", "boredom", 0.4),
            State("engaged", "attention", 0.55),
        ),
        otherwise="neutral",
        shown=_education,
    ),
    "finance": Vertical(
        indices={
            "confidence": Index(0.5, {"confidence": 0.8, "dominance": 0.3, "strain": -0.4}),
            "stress": Index(0.2, {"strain": 1.0, "fear": 0.5, "arousal": 0.4}),
            "uncertainty": Index(0.3, {"hesitation": 0.8, "confidence": -0.5}),
            "readiness": Index(0.4, {"confidence": 0.6, "commitments": 0.4, "resistance": -0.5, "hesitation": -0.4}),
        },
        states=(
            State("stressed", "stress", 0.45),
            State("uncertain", "uncertainty", 0.45),
            State("confident", "confidence", 0.55),
        ),
        otherwise="neutral",
        shown=_finance,
    ),
}
"""The rules of each vertical."""
