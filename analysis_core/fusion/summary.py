"""The result in plain sentences. They describe how people come across, never whether they are right."""

from collections.abc import Mapping, Sequence

from analysis_core.fusion.credibility import SUSTAINED
from analysis_core.result import Alert, Contributions, Coverage, MomentContribution, SpeakerResult

SIGNAL_WORDS: Mapping[str, tuple[str, str]] = {
    "composure": ("a calmer manner than at the start", "more strain than at the start"),
    "fluency": ("fluent speech", "hesitation"),
    "directness": ("direct wording", "hedged or deferring wording"),
    "congruence": ("words that fit the face and voice", "words that do not fit the face and voice"),
    "engagement": ("lively engagement", "low engagement"),
    SUSTAINED: ("", "long low stretches"),
}
"""By signal: how it reads when it adds to the score and when it takes from it."""


def summary(
    score: float | None,
    interval: tuple[float, float] | None,
    explanation: str | None,
    contributions: Contributions | None,
    speakers: Sequence[SpeakerResult],
    alerts: Sequence[Alert],
    coverage: Mapping[str, Coverage],
) -> str:
    """Three to six sentences: the score and why, the strongest moments, who spoke, alerts, what was not seen."""
    parts = [_score(score, interval, explanation)]
    if contributions:
        parts += _reasons(contributions)
        parts += _moments(contributions)
    parts += _talk(speakers)
    if alerts:
        first = alerts[0]
        parts.append(f"{_count(len(alerts), 'alert')}, the first at {clock(first.offset_s)} ({words(first.type)}).")
    unseen = [row.note for row in coverage.values() if row.note]
    return " ".join([*parts, *dict.fromkeys(unseen)])


def clock(seconds: float) -> str:
    """`1:02:03` or `2:03`."""
    whole = int(seconds)
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


def words(name: str) -> str:
    """`valence_low` as `valence low`; people know the credibility signal as steadiness, which judges nobody."""
    return name.replace("_", " ").replace("credibility", "steadiness")


def _score(score: float | None, interval: tuple[float, float] | None, explanation: str | None) -> str:
    if score is None or interval is None:
        return f"No Trust Score: {explanation}"
    return (
        f"Trust Score {score:.0f} of 100 (90 % interval {interval[0]:.0f} to {interval[1]:.0f}; "
        f"50 is at one's own baseline, hesitating and hedging as people usually do)."
    )


def _reasons(contributions: Contributions) -> list[str]:
    ranked = sorted(contributions.signals, key=lambda row: -abs(row.points))
    told = [f"{_because(row.signal, row.points)} ({row.points:+.0f})" for row in ranked if abs(row.points) >= 0.5]
    return [f"Mostly {_and(told[:3])}."] if told else []


def _because(signal: str, points: float) -> str:
    return SIGNAL_WORDS[signal][0 if points > 0 else 1]


def _moments(contributions: Contributions) -> list[str]:
    lowest = min(contributions.moments, key=lambda row: row.points, default=None)
    highest = max(contributions.moments, key=lambda row: row.points, default=None)
    told = []
    if highest and highest.points > 0:
        told.append(f"The strongest moment was at {clock(highest.start_s)} ({moment_reason(highest)})")
    if lowest and lowest.points < 0:
        told.append(f"the weakest at {clock(lowest.start_s)} ({moment_reason(lowest)})")
    text = ", ".join(told)
    return [f"{text[0].upper()}{text[1:]}."] if text else []


def moment_reason(moment: MomentContribution) -> str:
    """Who, and what stood out."""
    return f"{moment.speaker}: {_because(moment.strongest_signal, moment.points)}"


def _talk(speakers: Sequence[SpeakerResult]) -> list[str]:
    spoke = [row for row in speakers if row.talk_time_s > 0]
    if len(spoke) < 2:
        return []
    return [f"{_and([f'{row.name} spoke {100 * row.talk_share:.0f} %' for row in spoke])} of the time."]


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _and(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
