"""What a caller can choose, and how progress is reported."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

Hook = Callable[[str, float], None]
"""Called with a stage and how much of the whole is done, 0..1.

The stages: `decode`, `speech`, `transcribe`, `face`, `text`, `fusion`.
"""

DEFAULT_THRESHOLDS: Mapping[str, float] = {
    "arousal_high": 0.80,
    "valence_low": 0.25,
    "dominance_low": 0.30,
    "credibility_low": 0.35,
}


@dataclass(frozen=True)
class Options:
    """How to analyse.

    `observed_speakers`: only these speakers are scored, and only they count for the whole recording; everybody
    else gets talk time and turn counts. None scores everybody. This is how the hub keeps its own organisation's
    employees out of emotion analysis. `frames_per_second` is the least: short recordings are sampled more densely
    (`analysis_core.face.sampling_rate`), because two pictures a second blur the motion of a mouth. `transcribe`
    has the words recognised from the sound where no transcript is given.
    """

    observed_speakers: frozenset[str] | None = None
    baseline_window_s: float = 60.0
    frames_per_second: float = 2.0
    max_duration_s: float = 4 * 3600.0
    transcribe: bool = True
    thresholds: Mapping[str, float] = field(default_factory=lambda: DEFAULT_THRESHOLDS)
