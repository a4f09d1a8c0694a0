"""Joins what was heard on the channels of a call with one speaker a channel."""

from collections.abc import Sequence

import numpy as np

from analysis_core.io.turns import SAME_TURN_GAP_S
from analysis_core.observations import Series, SpeechObservations, Turn


def join_channels(heard: Sequence[SpeechObservations]) -> SpeechObservations:
    """One set of observations: each second belongs to the channel that speaks most in it."""
    seconds = max(one.seconds for one in heard)
    shares = np.stack([_padded(one.speech_share, seconds, 0.0) for one in heard])
    owner = shares.argmax(0)

    def pick(name: str) -> Series:
        rows = np.stack([_padded(getattr(one, name), seconds, np.nan) for one in heard])
        chosen: Series = rows[owner, np.arange(seconds)]
        return chosen

    return SpeechObservations(
        seconds=seconds,
        speech_share=shares.max(0),
        speech=_union([span for one in heard for span in one.speech]),
        pitch_hz=pick("pitch_hz"),
        pitch_range_st=pick("pitch_range_st"),
        voiced_share=pick("voiced_share"),
        energy_db=pick("energy_db"),
        jitter=pick("jitter"),
        shimmer=pick("shimmer"),
        hnr_db=pick("hnr_db"),
        syllable_rate=pick("syllable_rate"),
        segments=tuple(sorted((s for one in heard for s in one.segments), key=lambda s: (s.start_s, s.end_s))),
        pauses=tuple(sorted((p for one in heard for p in one.pauses), key=lambda p: (p.start_s, p.end_s))),
        filled_pauses=tuple(sorted((p for one in heard for p in one.filled_pauses), key=lambda p: p.start_s)),
        pitch_quantiles_hz={name: values for one in heard for name, values in one.pitch_quantiles_hz.items()},
    )


def turns_of_speech(heard: SpeechObservations, speaker: str) -> tuple[Turn, ...]:
    """Detected speech as the speaker's turns; short silences do not end one."""
    joined: list[Turn] = []
    for start, end in heard.speech:
        if joined and start - joined[-1].end_s <= SAME_TURN_GAP_S:
            joined[-1] = Turn(joined[-1].start_s, end, speaker)
        else:
            joined.append(Turn(start, end, speaker))
    return tuple(joined)


def _padded(series: Series, seconds: int, filling: float) -> Series:
    return np.pad(series, (0, seconds - len(series)), constant_values=filling).astype(np.float32)


def _union(spans: list[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    joined: list[tuple[float, float]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)
