"""What an analysis gives: one frozen result, the same bytes for the same input."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import numpy as np

Numbers = tuple[float | None, ...]
"""One value per started second; None where nothing was observed."""

_DECIMALS = 4


@dataclass(frozen=True)
class Vad:
    """Valence, arousal and dominance 0..1, None where nothing told.

    `delta_from_baseline` is the change from the speaker's baseline window to the rest, None when nothing followed it.
    `confidence` 0..1 says how much of what could have told was there; dominance is the least certain of the three.
    """

    valence: float | None
    arousal: float | None
    dominance: float | None
    delta_from_baseline: Mapping[str, float | None]
    confidence: float


@dataclass(frozen=True)
class Abstained:
    """Why there is no Trust Score: a stable `reason` and an `explanation` in words."""

    reason: str
    explanation: str


@dataclass(frozen=True)
class Coverage:
    """What could be seen of one modality: `share` 0..1 of the observed speech, and a note in words."""

    available: bool
    share: float
    note: str


@dataclass(frozen=True)
class Event:
    """Something that happened (`noun` or `noun.what`) with its evidence. Seconds, None where there are no times."""

    type: str
    start_s: float | None
    end_s: float | None
    speaker: str | None
    strength: float
    evidence: Mapping[str, Any]


@dataclass(frozen=True)
class Alert:
    """A threshold that was crossed for some seconds: `value` is the extreme, `offset_s` where it began."""

    type: str
    threshold: float
    value: float
    offset_s: float
    speaker: str | None


@dataclass(frozen=True)
class SignalContribution:
    """What one signal added to the score or took from it, in points; None of the parts is left out."""

    signal: str
    points: float
    observed_share: float


@dataclass(frozen=True)
class MomentContribution:
    """What one stretch of one speaker's speech added or took, in points, and by which signal most."""

    start_s: float
    end_s: float
    speaker: str
    points: float
    strongest_signal: str
    text: str


@dataclass(frozen=True)
class Contributions:
    """Two views of the same distance: `signals` and `moments` each add up to the score minus 50."""

    signals: tuple[SignalContribution, ...]
    moments: tuple[MomentContribution, ...]


@dataclass(frozen=True)
class FaceActivation:
    """One face's Action Units: `codes` maps a code to its series 0..1, one value for each of `times_s`."""

    face: int
    speaker: str | None
    times_s: tuple[float, ...]
    codes: Mapping[str, Numbers]


@dataclass(frozen=True)
class ActionUnit:
    """One row of the Action Unit schema; intensities are None where it is not supported or no face was seen."""

    code: int
    name: str
    source: str
    supported: bool
    intensity: float | None
    peak: float | None
    active: bool
    confidence: float


@dataclass(frozen=True)
class HesitationSpan:
    """A stretch of marked hesitation, with what it was made of."""

    start_s: float
    end_s: float
    speaker: str
    intensity: float
    causes: Mapping[str, float]


@dataclass(frozen=True)
class SlowAnswer:
    """A silence before somebody answers, `response_latency_s` long, and the median of theirs, `usual_s`."""

    start_s: float
    end_s: float
    speaker: str
    response_latency_s: float
    usual_s: float


@dataclass(frozen=True)
class HesitationMap:
    """Hesitation 0..1 per second, the stretches in which it is high, and answers that were slow for their speaker."""

    per_second: Numbers
    spans: tuple[HesitationSpan, ...]
    slow_answers: tuple[SlowAnswer, ...] = ()


@dataclass(frozen=True)
class StressIndicators:
    """Strain against the speaker's own baseline: `level` and series 0..1 (0.5 is as at the baseline).

    `indicators` are the measures behind it, in spreads from the baseline; `peaks` the strongest stretches.
    """

    level: float | None
    per_second: Numbers
    indicators: Mapping[str, float]
    peaks: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class HesitationMarkers:
    """Markers by kind with counts, rates per 100 words and the band among 857 speakers, and each one's place."""

    words: int
    filled_pauses: str
    kinds: Mapping[str, Mapping[str, Any]]
    items: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Looks:
    """One speaker's face while it was seen, `seen_s` seconds of it.

    `gaze_away_share` 0..1: eyes or head turned from where they usually are. `blinks_per_minute` is None where fewer
    than five pictures a second were looked at, as in recordings of more than eight minutes.
    """

    seen_s: float
    gaze_away_share: float
    blinks_per_minute: float | None


@dataclass(frozen=True)
class SpeakerResult:
    """One speaker. Whoever is not observed has talk figures only; everything else of theirs is None or empty."""

    name: str
    observed: bool
    talk_time_s: float
    talk_share: float
    turns: int
    interruptions: int
    longest_monologue_s: float
    questions: int | None
    words: int | None
    words_per_minute: float | None
    response_latency_s: float | None
    trust_score: float | None = None
    abstained: Abstained | None = None
    trust_interval: tuple[float, float] | None = None
    credibility_signal: Numbers = ()
    vad: Vad | None = None
    vad_series: Mapping[str, Numbers] | None = None
    signals: Mapping[str, float | None] | None = None
    contributions: Contributions | None = None
    prosody: Mapping[str, Any] | None = None
    stress_indicators: StressIndicators | None = None
    hesitation_map: HesitationMap | None = None
    hesitation_markers: HesitationMarkers | None = None
    emotions: Mapping[str, Mapping[str, float] | None] | None = None
    confidence_score: float | None = None
    resistance_indicator: float | None = None
    sentiment_depth: float | None = None
    engagement_score: float | None = None
    active_aus: tuple[int, ...] = ()
    looks: Looks | None = None
    spoken: tuple[tuple[float, float], ...] = ()
    """When they are heard, (start, end) in seconds; a talk figure, so everybody has it."""


@dataclass(frozen=True)
class SentenceResult:
    """One sentence of an observed speaker with what its words say, 0..1 or None."""

    text: str
    speaker: str
    start_s: float | None
    end_s: float | None
    valence: float | None
    arousal: float | None
    dominance: float | None
    emotions: Mapping[str, float]
    markers: tuple[str, ...]


@dataclass(frozen=True)
class VoiceSegment:
    """Two to eight seconds, less in a short clip, of an observed speaker's voice.

    Seven emotions that sum to 1, and VAD, all 0..1.
    """

    start_s: float
    end_s: float
    speaker: str
    valence: float
    arousal: float
    dominance: float
    emotions: Mapping[str, float]
    confidence: float


@dataclass(frozen=True)
class Result:
    """How the observed people come across, relative to their own baselines. It does not say whether they are right.

    Scores are 0..100, signals and indicators 0..1, series have one value for each started second.
    """

    duration_s: float
    trust_score: float | None
    abstained: Abstained | None
    trust_interval: tuple[float, float] | None
    credibility_signal: Numbers
    vad: Vad
    vad_series: Mapping[str, Numbers]
    active_aus: tuple[int, ...]
    action_units: tuple[ActionUnit, ...]
    au_activation_map: tuple[FaceActivation, ...]
    events: tuple[Event, ...]
    resistance_indicator: float | None
    confidence_score: float | None
    hesitation_map: HesitationMap
    stress_indicators: StressIndicators
    prosody: Mapping[str, Any] | None
    sentiment_depth: float | None
    engagement_signal: Numbers
    engagement_score: float | None
    hesitation_markers: HesitationMarkers | None
    emotions: Mapping[str, Mapping[str, float] | None]
    sentences: tuple[SentenceResult, ...]
    alerts: tuple[Alert, ...]
    speakers: tuple[SpeakerResult, ...]
    coverage: Mapping[str, Coverage]
    contributions: Contributions | None
    summary: str
    warnings: tuple[str, ...]
    models: tuple[Mapping[str, str], ...]
    voice_segments: tuple[VoiceSegment, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values, numbers rounded to four decimals (points of contributions to eight), in a fixed order."""
        plain: dict[str, Any] = _plain(self)
        return plain


_EXACT = {"points"}


def _plain(value: Any, decimals: int = _DECIMALS) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name), 8 if f.name in _EXACT else decimals) for f in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(item, decimals) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item, decimals) for item in value]
    return _scalar(value, decimals)


def _scalar(value: Any, decimals: int) -> Any:
    if isinstance(value, bool | str) or value is None:
        return value
    if isinstance(value, np.bool_):
        return bool(value)
    if isinstance(value, int | np.integer):
        return int(value)
    number = round(float(value), decimals)
    return None if math.isnan(number) else number + 0.0


def numbers(series: Any) -> Numbers:
    """An array as a tuple in which NaN is None."""
    return tuple(None if math.isnan(value) else float(value) for value in np.asarray(series, dtype=float))


def number(value: Any) -> float | None:
    """A float, or None for NaN and None."""
    return None if value is None or math.isnan(float(value)) else float(value)
