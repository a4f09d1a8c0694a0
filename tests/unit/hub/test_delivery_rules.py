"""When a destination wants a result, and what it is told when it does not."""

from dataclasses import replace

import pytest
from pydantic import ValidationError

from connectors.base.records import Alert
from hub.deliveries.rules import reason_to_skip
from tests.support.reports import a_report

ALERT = Alert("valence_low", 0.1, 0.25, 12.0)


def test_an_empty_rule_takes_everything() -> None:
    assert reason_to_skip({}, a_report()) is None


@pytest.mark.parametrize(("score", "wanted"), [(59.9, True), (60.0, False), (None, False)])
def test_a_limit_takes_scores_below_it_only(score: float | None, wanted: bool) -> None:
    reason = reason_to_skip({"trust_score_below": 60}, replace(a_report(), trust_score=score))

    assert (reason is None) is wanted


def test_kinds_of_analysis_take_what_they_name_and_say_what_came_instead() -> None:
    rule: dict[str, object] = {"analysis_kinds": ["video"]}

    assert reason_to_skip(rule, replace(a_report(), kind="video")) is None
    assert reason_to_skip(rule, replace(a_report(), kind="audio")) == (
        "the rule takes a recording with a picture only, this is a recording with sound alone"
    )


def test_alerts_only_takes_results_with_alerts() -> None:
    rule: dict[str, object] = {"alerts_only": True}

    assert reason_to_skip(rule, replace(a_report(), alerts=(ALERT,))) is None
    assert (
        reason_to_skip(rule, replace(a_report(), alerts=()))
        == "the rule takes results with alerts only, this one has none"
    )


def test_kinds_of_alert_take_results_with_one_of_them() -> None:
    rule: dict[str, object] = {"alert_types": ["valence_low", "arousal_high"]}

    assert reason_to_skip(rule, replace(a_report(), alerts=(ALERT,))) is None
    assert reason_to_skip(rule, replace(a_report(), alerts=(replace(ALERT, type="dominance_low"),))) == (
        "the rule takes results with alerts of low valence, high arousal only, this one has none of them"
    )


def test_owners_take_their_own_meetings_however_the_address_is_written() -> None:
    rule: dict[str, object] = {"owners": ["Dana.Reyes@northwind.example"]}

    assert reason_to_skip(rule, replace(a_report(), host_email="dana.reyes@Northwind.example")) is None
    assert reason_to_skip(rule, replace(a_report(), host_email="tomas@northwind.example")) == (
        "the rule takes meetings of dana.reyes@northwind.example only, this one is tomas@northwind.example's"
    )
    assert "not known" in str(reason_to_skip(rule, replace(a_report(), host_email="")))


@pytest.mark.parametrize("rule", [{"alert_types": ["joy_high"]}, {"owners": ["dana"]}, {"analysis_kinds": ["session"]}])
def test_a_kind_of_alert_or_an_address_that_cannot_be_is_refused(rule: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        reason_to_skip(rule, a_report())


def test_a_rule_with_an_unknown_condition_is_refused_not_ignored() -> None:
    with pytest.raises(ValidationError):
        reason_to_skip({"trust_score_under": 60}, a_report())
