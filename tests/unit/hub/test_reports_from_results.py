"""A stored result becomes the report that destinations and notifiers take."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from analysis_core.result import (
    Abstained,
    Alert,
    Contributions,
    Coverage,
    HesitationMap,
    MomentContribution,
    Result,
    SpeakerResult,
    StressIndicators,
    Vad,
)
from connectors.base.records import SpeakerReport
from hub.analysis.models import Analysis, AnalysisState
from hub.deliveries.report import build_report
from hub.meetings.models import Meeting, Participant
from hub.settings import Settings

NOW = datetime(2026, 9, 15, 15, 0, tzinfo=UTC)
VAD = Vad(0.4, 0.6, 0.5, {}, 0.7)
MEETING = Meeting(
    id="mtg_1", organisation_id="org_1", external_id="x", provider="zoom", title="Renewal",
    host_email="dana@northwind.example", created_at=NOW, updated_at=NOW,
)  # fmt: skip
MOMENTS = [(50, 1), (10, -9), (20, 2), (30, 3), (40, 4), (60, 5)]
PEOPLE = [
    Participant(
        organisation_id="org_1", meeting_id="mtg_1", name="Priya", email="priya@contoso.example", speaker="Priya S"
    ),
    Participant(
        organisation_id="org_1", meeting_id="mtg_1", name="Dana", email="dana@northwind.example", internal=True
    ),
]


def _speaker(name: str, *, observed: bool) -> SpeakerResult:
    talk = SpeakerResult(name, observed, 40.0, 0.5, 3, 0, 9.0, None, None, None, None)
    return replace(talk, trust_score=61.0, vad=VAD) if observed else talk


def _moment(start_s: float, points: float) -> MomentContribution:
    return MomentContribution(start_s, start_s + 5, "Priya S", points, "fluency", f"at {start_s:g}")


def _result(**changes: object) -> Result:
    result = Result(
        duration_s=80.0, trust_score=61.0, abstained=None, trust_interval=(55.0, 67.0), credibility_signal=(0.6, None),
        vad=VAD, vad_series={}, active_aus=(), action_units=(), au_activation_map=(), events=(),
        resistance_indicator=None, confidence_score=None, hesitation_map=HesitationMap((), ()),
        stress_indicators=StressIndicators(None, (), {}, ()), prosody=None, sentiment_depth=None, engagement_signal=(),
        engagement_score=None, hesitation_markers=None, emotions={}, sentences=(),
        alerts=(Alert("valence_low", 0.25, 0.2, 31.0, "Priya S"),),
        speakers=(_speaker("Priya S", observed=True), _speaker("Dana", observed=False)), coverage={},
        contributions=Contributions((), tuple(_moment(start, points) for start, points in MOMENTS)),
        summary="Steady, with a pause at the price.", warnings=(), models=(),
    )  # fmt: skip
    return replace(result, **changes)  # type: ignore[arg-type]


def _analysis(result: Result) -> Analysis:
    return Analysis(
        id="ana_1", organisation_id="org_1", meeting_id="mtg_1", revision=2, state=AnalysisState.COMPLETED,
        trust_score=result.trust_score, abstained_reason=result.abstained.explanation if result.abstained else None,
        duration_s=result.duration_s, result=result.to_dict(), created_at=NOW, completed_at=NOW,
    )  # fmt: skip


def test_figures_alerts_and_speakers_carry_over() -> None:
    report = build_report(Settings(public_url="https://hub.example"), MEETING, _analysis(_result()), PEOPLE)

    assert (report.trust_score, report.trust_interval, report.revision) == (61.0, (55.0, 67.0), 2)
    assert report.trend == (0.6, None)
    assert report.url == "https://hub.example/meetings/mtg_1"
    assert report.alerts[0].offset_s == 31.0
    assert report.speakers[0].email == "priya@contoso.example"


def test_the_moments_that_moved_the_score_most_come_in_their_order() -> None:
    report = build_report(Settings(), MEETING, _analysis(_result()), PEOPLE)

    assert [moment.offset_s for moment in report.moments] == [10, 20, 30, 40, 60]


def test_a_speaker_who_is_not_observed_has_talk_time_only() -> None:
    dana: SpeakerReport = build_report(Settings(), MEETING, _analysis(_result()), PEOPLE).speakers[1]

    assert (dana.trust_score, dana.vad.valence, dana.talk_time_s) == (None, None, 40.0)


def test_an_abstention_says_why_in_words() -> None:
    abstained = Abstained("too_little_speech", "Only 4 s of observed speech.")
    result = _result(trust_score=None, trust_interval=None, abstained=abstained, contributions=None)

    report = build_report(Settings(), MEETING, _analysis(result), PEOPLE)

    assert (report.trust_score, report.abstained_reason) == (None, "Only 4 s of observed speech.")
    assert report.moments == ()


@pytest.mark.parametrize(
    ("available", "kind"), [({"face", "speech", "text"}, "video"), ({"speech", "text"}, "audio"), ({"text"}, "text")]
)
def test_the_kind_of_analysis_is_what_it_had_to_go_on(available: set[str], kind: str) -> None:
    coverage = {name: Coverage(name in available, 1.0, "") for name in ("speech", "face", "text")}

    report = build_report(Settings(), MEETING, _analysis(_result(coverage=coverage)), PEOPLE)

    assert report.kind == kind
