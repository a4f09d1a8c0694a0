"""A stored analysis in the form that destinations and notifiers take."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from connectors.base.records import Alert, AnalysisKind, Moment, Report, SpeakerReport, Vad
from hub.analysis.models import Analysis
from hub.analysis.summaries import summary_below_score
from hub.meetings.models import Meeting, Participant
from hub.settings import Settings

_MOMENTS: Final = 5
_WHY: Final[Mapping[str, tuple[str, str]]] = {
    "composure": ("calm", "strain"),
    "fluency": ("fluent", "hesitation"),
    "directness": ("direct", "hedging"),
    "congruence": ("words and looks agree", "words and looks differ"),
    "engagement": ("lively", "little engagement"),
    "sustained_lows": ("", "a long low stretch"),
}
"""By the signal that stood out: when it adds to the score, and when it takes from it."""


def build_report(
    settings: Settings, meeting: Meeting, analysis: Analysis, participants: Sequence[Participant]
) -> Report:
    """The report of one completed analysis; speakers carry the e-mail of the participant they were joined to."""
    result: Mapping[str, Any] = analysis.result
    emails = {person.speaker: person.email for person in participants if person.speaker}
    own = [person for person in participants if person.internal or person.host]
    if analysis.completed_at is None:
        raise ValueError("only a completed analysis can be reported")
    return Report(
        analysis_id=analysis.id,
        meeting_id=meeting.id,
        revision=analysis.revision,
        kind=_kind(result.get("coverage") or {}),
        title=meeting.title,
        started_at=meeting.started_at,
        duration_s=analysis.duration_s,
        trust_score=analysis.trust_score,
        trust_interval=_interval(result.get("trust_interval")),
        abstained_reason=analysis.abstained_reason,
        vad=_vad(result.get("vad")),
        alerts=tuple(map(_alert, result.get("alerts") or ())),
        moments=_moments(result.get("contributions") or {}),
        summary=summary_below_score(result),
        trend=tuple(result.get("credibility_signal") or ()),
        speakers=tuple(_speaker(row, emails) for row in result.get("speakers") or ()),
        host_email=meeting.host_email,
        url=f"{settings.base_url}/meetings/{meeting.id}",
        completed_at=analysis.completed_at,
        guests=len(participants) - len(own),
        own_people=frozenset(person.email.lower() for person in own if person.email),
    )


def _kind(coverage: Mapping[str, Any]) -> AnalysisKind:
    """What the analysis had to go on: a picture, sound alone, or words alone."""
    if coverage.get("face", {}).get("available"):
        return "video"
    return "audio" if coverage.get("speech", {}).get("available") else "text"


def _interval(value: Sequence[float] | None) -> tuple[float, float] | None:
    return None if value is None else (value[0], value[1])


def _vad(value: Mapping[str, Any] | None) -> Vad:
    figures = value or {}
    return Vad(figures.get("valence"), figures.get("arousal"), figures.get("dominance"))


def _alert(row: Mapping[str, Any]) -> Alert:
    return Alert(row["type"], row["value"], row["threshold"], row["offset_s"], row.get("speaker"))


def _moments(contributions: Mapping[str, Any]) -> tuple[Moment, ...]:
    """The moments that moved the score most, in the order in which they happened."""
    rows = sorted(contributions.get("moments") or (), key=lambda row: -abs(row["points"]))[:_MOMENTS]
    return tuple(sorted(map(_moment, rows), key=lambda moment: moment.offset_s))


def _moment(row: Mapping[str, Any]) -> Moment:
    points = row["points"]
    why = _WHY.get(str(row.get("strongest_signal")), ("", ""))[0 if points > 0 else 1]
    return Moment(row["start_s"], row["text"], points, str(row.get("speaker") or ""), why)


def _speaker(row: Mapping[str, Any], emails: Mapping[str, str]) -> SpeakerReport:
    name, abstained = row["name"], row.get("abstained")
    return SpeakerReport(
        name=name,
        email=emails.get(name, ""),
        trust_score=row.get("trust_score"),
        vad=_vad(row.get("vad")),
        talk_time_s=row["talk_time_s"],
        trust_interval=_interval(row.get("trust_interval")),
        abstained_reason=abstained["explanation"] if abstained else None,
        observed=bool(row.get("observed", True)),
    )
