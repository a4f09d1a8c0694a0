"""A result in words and whole numbers, as every place where people read it tells it."""

from typing import Final, NamedTuple

from connectors.base.figures import clock_text
from connectors.base.records import Moment, Report

NOT_A_VERDICT: Final = (
    "The figures describe how people come across, each compared with their own baseline. "
    "They say nothing about whether somebody is right."
)


class Told(NamedTuple):
    """The score in points of 0..100; None where there is none, and `note` says why."""

    score: int | None
    interval: tuple[int, int] | None
    note: str


def told(report: Report) -> Told:
    """The score for people."""
    if report.trust_score is None:
        return Told(None, None, report.abstained_reason or "Not enough to judge.")
    low, high = report.trust_interval or (None, None)
    interval = None if low is None or high is None else (round(low), round(high))
    return Told(round(report.trust_score), interval, "")


def headline(report: Report) -> str:
    """The score in one line, or why there is none."""
    score, interval, note = told(report)
    if score is None:
        return f"No Trust Score: {note}"
    return f"Trust Score {score} of 100{f' (between {interval[0]} and {interval[1]})' if interval else ''}"


def moment_text(moment: Moment) -> str:
    """One moment: `▼ 0:43 Priya Shah, hedging: “Maybe we could split it.”`."""
    return f"{arrow(moment)} {clock_text(moment.offset_s)} {said_text(moment)}"


def said_text(moment: Moment) -> str:
    """The same without arrow and time."""
    who = ", ".join(filter(None, (moment.speaker, moment.why)))
    return f"{who}: “{moment.text}”" if who and moment.text else who or moment.text


def arrow(moment: Moment) -> str:
    """Whether the moment added to the score or took from it."""
    return "▲" if moment.effect > 0 else "▼"
