"""The voice: speech, pitch, prosody, voice quality, hesitation, emotion.

`observe` is the whole API. Emotions are `anger`, `boredom`, `disgust`, `fear`, `joy`, `neutral`, `sadness`: the seven
of EmoDB, which the head is trained on; there is no surprise among them.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from analysis_core.observations import SpeechObservations, Turn

MODELS = ("silero-vad", "swift-f0", "speech-embedding", "speech-emotion-head")
"""The models that `observe` uses, by id in the catalogue."""


def observe(
    blocks: Iterable[NDArray[np.float32]],
    turns: Sequence[Turn],
    hook: Callable[[float], None] | None = None,
    *,
    seconds: float | None = None,
    speaker: str = "Speaker 1",
) -> SpeechObservations:
    """Listens to one stream of a recording: mono float32 blocks of any size at 16 kHz, -1..1.

    `turns` says who speaks when; without any, all speech is `speaker`'s. `hook` is told how far it is, 0..1, where
    `seconds`, the recording's expected length, is known. Memory stays small whatever the length.
    Raises `ModelMissing`.
    """
    from analysis_core.speech.analyser import SpeechAnalyser
    from analysis_core.speech.windows import RATE, windows

    length = 0

    def counted() -> Iterator[NDArray[np.float32]]:
        nonlocal length
        for block in blocks:
            length += len(block)
            yield block

    analyser = SpeechAnalyser(turns, speaker)
    for window in windows(counted()):
        analyser.push(window)
        if hook and seconds:
            hook(min(1.0, (window.start + window.length) / RATE / seconds))
    return analyser.observe(length / RATE)
