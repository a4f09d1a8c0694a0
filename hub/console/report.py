"""A stored result in the form the meeting page shows. Fields the core left out are shown as not available."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

LARGEST_MOMENTS = 8


@dataclass(frozen=True)
class Figure:
    """One of valence, arousal and dominance: 0..1, and how far from the speaker's own baseline."""

    name: str
    low: str
    high: str
    value: float | None
    delta: float | None


@dataclass(frozen=True)
class Contribution:
    """What a signal added to the score or took from it, in points; they add up to the distance from 50."""

    name: str
    points: float
    text: str = ""
    at_s: float | None = None


@dataclass(frozen=True)
class Event:
    """Something that happened at a moment, with what speaks for it."""

    at_s: float
    end_s: float | None
    type: str
    text: str
    speaker: str
    tone: str
    evidence: str = ""


@dataclass(frozen=True)
class Speaker:
    """One speaker's figures; `observed` is False for people who are never scored."""

    name: str
    observed: bool
    talk_time_s: float
    talk_share: float | None
    trust_score: float | None
    trust_interval: tuple[float, float] | None
    abstained_reason: str
    valence: float | None
    arousal: float | None
    dominance: float | None
    interruptions: int | None
    longest_monologue_s: float | None
    questions: int | None
    turns: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True)
class ActionUnit:
    """A facial movement: how strong on average, and in which share of the seen time it was active."""

    code: str
    name: str
    intensity: float | None
    active_share: float | None
    confidence: float | None


@dataclass(frozen=True)
class Coverage:
    """How much of the recording a modality could be read from, 0..1."""

    name: str
    share: float | None
    note: str = ""


@dataclass(frozen=True)
class ReportView:
    """Everything the meeting page draws from one result."""

    trust_score: float | None
    trust_interval: tuple[float, float] | None
    abstained_reason: str
    duration_s: float
    summary: tuple[str, ...]
    figures: tuple[Figure, ...]
    confidence: float | None
    contributions: tuple[Contribution, ...]
    moments: tuple[Contribution, ...]
    events: tuple[Event, ...]
    speakers: tuple[Speaker, ...]
    action_units: tuple[ActionUnit, ...]
    coverage: tuple[Coverage, ...]
    warnings: tuple[str, ...]
    models: tuple[Mapping[str, Any], ...]
    series: Mapping[str, Sequence[float | None]] = field(repr=False)
