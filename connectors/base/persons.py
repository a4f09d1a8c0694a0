"""Whose figures go to which record: a person's own to theirs, the meeting's to all others."""

from dataclasses import replace
from typing import Final

from connectors.base.records import RecordRef, Report, SpeakerReport, Vad

UNHEARD: Final = "This person did not speak, or could not be told apart from the others."
NO_OWN_SCORE: Final = "This person said too little to judge."


def report_for(report: Report, record: RecordRef) -> Report | None:
    """The report as it belongs on one record; None when nothing may be written there: it is a person of our own."""
    if not record.person:
        return report
    if record.person in report.own_people:
        return None
    if report.guests <= 1 and _observed(report) <= 1:
        return report  # the meeting's figures are this guest's
    speaker = next((each for each in report.speakers if each.email.lower() == record.person), None)
    if speaker is not None:
        return _of_speaker(report, speaker)
    return report if report.guests <= 1 else _unheard(report)


def _observed(report: Report) -> int:
    return sum(speaker.observed for speaker in report.speakers)


def _of_speaker(report: Report, speaker: SpeakerReport) -> Report | None:
    if not speaker.observed:
        return None
    without = None if speaker.trust_score is not None else (speaker.abstained_reason or NO_OWN_SCORE)
    return replace(
        report,
        trust_score=speaker.trust_score,
        trust_interval=speaker.trust_interval,
        abstained_reason=without,
        vad=speaker.vad,
        alerts=tuple(alert for alert in report.alerts if alert.speaker == speaker.name),
    )


def _unheard(report: Report) -> Report:
    nothing = Vad(None, None, None)
    return replace(report, trust_score=None, trust_interval=None, abstained_reason=UNHEARD, vad=nothing, alerts=())
