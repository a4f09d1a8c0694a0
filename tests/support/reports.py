"""Reports to deliver."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from connectors.base.records import Alert, Moment, Report, SpeakerReport, Vad

REPORT = Report(
    analysis_id="ana_01",
    meeting_id="mtg_01",
    revision=1,
    kind="video",
    title="Renewal with Acme",
    started_at=datetime(2026, 11, 18, 10, 0, tzinfo=UTC),
    duration_s=1830.0,
    trust_score=72.44,
    trust_interval=(64.1, 80.2),
    abstained_reason=None,
    vad=Vad(0.61, 0.5, None),
    alerts=(Alert("arousal_high", 0.91, 0.8, 245.0, "Priya Raman"),),
    moments=(
        Moment(612.0, "Hesitated before the price", -4.2, "Priya Raman", "hesitation"),
        Moment(30.0, "Warm opening", 1.5),
    ),
    summary="A calm renewal call.",
    trend=(0.2, 0.4, None, 0.8),
    speakers=(SpeakerReport("Priya Raman", "", 72.4, Vad(0.61, 0.5, None), 700.0),),
    host_email="dana.reyes@northwind.example",
    url="https://hub.example/meetings/mtg_01?tab=a&b=c",
    completed_at=datetime(2026, 11, 18, 10, 40, tzinfo=UTC),
)


def a_report(**changes: Any) -> Report:
    """A report of one call, changed as the test needs."""
    return replace(REPORT, **changes)
