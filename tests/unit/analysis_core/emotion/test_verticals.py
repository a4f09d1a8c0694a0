"""States and metrics of verticals: the rules, and what the documentation says of them."""

from pathlib import Path
from typing import Any

import pytest

from analysis_core import Options, analyse
from analysis_core.emotion import VERTICALS, judge
from analysis_core.emotion.measures import USUAL, measures
from analysis_core.emotion.verticals import Index

ROOT = Path(__file__).resolve().parents[4]
DOCUMENT = ROOT / "docs" / "verticals.md"
WORDS = ROOT / "sandbox" / "recordings" / "renewal_call.vtt"


def _result(**changes: float) -> dict[str, Any]:
    """A plain result at its usual values but for `changes`, in the measures' own names."""
    at = dict(USUAL) | changes
    ends = (0.5 - at["change"] / 2, 0.5 + at["change"] / 2)
    return {
        "vad": {name: at[name] for name in ("valence", "arousal", "dominance")},
        "vad_series": {"valence": [ends[0]] * 20 + [None] + [0.5] * 20 + [ends[1]] * 20},
        "emotions": {"voice": {name: at[name] for name in ("anger", "fear", "sadness", "joy", "boredom")}},
        "stress_indicators": {"level": at["strain"]},
        "hesitation_map": {"per_second": [at["hesitation"], None]},
        "engagement_score": 100 * at["engagement"],
        "confidence_score": 100 * at["confidence"],
        "resistance_indicator": at["resistance"],
        "hesitation_markers": {
            "words": 200,
            "kinds": {
                "objection": {"group": "objection", "per_100_words": 3 * at["objections"]},
                "commitment": {"group": "commitment", "per_100_words": 3 * at["commitments"]},
            },
        },
        "words_per_minute": 90 + 140 * at["pace"],
        "speakers": [],
    }


def test_measures_come_out_of_a_result_as_they_went_in() -> None:
    at = dict.fromkeys(USUAL, 0.4) | {"change": 0.2}

    assert measures(_result(**at)) == pytest.approx(at)


@pytest.mark.parametrize("vertical", VERTICALS)
def test_an_ordinary_conversation_is_nothing_special(vertical: str) -> None:
    usual = judge(_result(), vertical)

    assert usual["state"] in {"neutral", "calm"}
    assert "high" not in usual["metrics"].values()


@pytest.mark.parametrize(
    ("vertical", "changes", "state"),
    [
        ("contact_center", {"anger": 0.4, "valence": 0.3, "strain": 0.7}, "frustrated"),
        ("contact_center", {"valence": 0.7, "change": 0.1}, "satisfied"),
        ("contact_center", {"fear": 0.4, "strain": 0.65}, "anxious"),
        ("contact_center", {"engagement": 0.2, "boredom": 0.3}, "disengaged"),
        ("healthcare", {"sadness": 0.4, "valence": 0.3, "strain": 0.7}, "distressed"),
        ("healthcare", {"sadness": 0.3, "arousal": 0.3}, "low"),
        ("sales", {"objections": 0.6, "resistance": 0.7}, "resistant"),
        ("sales", {"engagement": 0.65, "commitments": 0.3}, "interested"),
        ("sales", {"hesitation": 0.7}, "hesitant"),
        ("education", {"hesitation": 0.8, "confidence": 0.35}, "confused"),
        ("education", {"engagement": 0.2, "boredom": 0.2}, "bored"),
        ("finance", {"strain": 0.8}, "stressed"),
        ("finance", {"confidence": 0.65}, "confident"),
    ],
)
def test_what_stands_out_gives_the_state(vertical: str, changes: dict[str, float], state: str) -> None:
    assert judge(_result(**changes), vertical)["state"] == state


def test_an_angry_decline_is_a_contact_centers_worst_call() -> None:
    metrics = judge(_result(anger=0.6, valence=0.25, strain=0.8, arousal=0.8, change=-0.2), "contact_center")["metrics"]

    assert metrics["csat_predicted"] < 2.3
    assert metrics["sentiment_trajectory"] == "declining"
    assert metrics["escalation_risk"] == "high"
    assert metrics["first_call_resolution_likely"] is False
    assert metrics["churn_risk"] > 0.5


def test_what_was_not_observed_gives_no_metric() -> None:
    metrics = judge({"speakers": []}, "sales")["metrics"]

    assert metrics["purchase_interest"] is None
    assert metrics["objection_level"] is None


def test_one_speaker_of_a_real_result_can_be_judged() -> None:
    result = analyse(None, transcript=WORDS, options=Options()).to_dict()

    told = judge(result, "sales", "Priya Shah")

    assert told["state"] in {"neutral", "hesitant", "interested", "resistant", "enthusiastic"}
    assert 0 <= told["metrics"]["purchase_interest"] <= 1
    with pytest.raises(KeyError):
        judge(result, "sales", "Nobody")


def _row(name: str, index: Index) -> str:
    terms = ", ".join(f"{weight:+g} {measure}" for measure, weight in index.weights.items())
    return f"| {name} | {index.base:g} | {terms} |"


@pytest.mark.parametrize("vertical", VERTICALS)
def test_the_documentation_lists_every_rule(vertical: str) -> None:
    text = DOCUMENT.read_text()
    section = text[text.index(f"## `{vertical}`") :].split("\n## ")[0]

    rules = VERTICALS[vertical]
    for name, index in rules.indices.items():
        assert _row(name, index) in section
    for state in rules.states:
        assert f"{state.name} ({state.index} ≥ {state.least:g})" in section
    for metric in judge(_result(), vertical)["metrics"]:
        assert f"`{metric}`" in section
