"""The audio path: its stages, and the whole from the file on, as multiples of real time."""

import numpy as np

from analysis_core.io.media import Media, open_media
from analysis_core.options import Options
from analysis_core.speech import observe, pitch, quality, spectrum
from analysis_core.speech.detection import Detector
from analysis_core.speech.embedding import embed
from analysis_core.speech.windows import RATE, Audio, windows
from bench.figures import Figures
from bench.sources import Sources
from bench.speed.clock import seconds

_QUICK_S = 30.0
_SEGMENT_S = 6


def measure(figures: Figures, data: Sources, quick: bool) -> None:
    """One staged call, speech most of the time, as a mono FLAC file."""
    media = open_media(data.call, Options(max_duration_s=3600))
    audio = np.concatenate(list(media.audio()))
    if quick:
        audio = audio[: int(_QUICK_S * RATE)]
    length = len(audio) / RATE
    decoding = seconds(lambda: _decode(media))
    figures.add("speed.audio_decode_x_realtime", media.duration_s / decoding)
    whole = seconds(lambda: observe([audio], ()))
    figures.add("speed.audio_x_realtime", length / (whole + decoding * length / media.duration_s))
    _stages(figures, audio)


def _decode(media: Media) -> None:
    for _ in media.audio():
        pass


def _stages(figures: Figures, audio: Audio) -> None:
    parts, length = list(windows([audio])), len(audio) / RATE
    spoken = [Detector()(part) for part in parts]
    tones = [pitch.track(*pair) for pair in zip(parts, spoken, strict=True)]
    steps = range(0, len(audio) - _SEGMENT_S * RATE, _SEGMENT_S * RATE)
    stages = {
        "detection": lambda: list(map(Detector(), parts)),
        "pitch": lambda: [pitch.track(*pair) for pair in zip(parts, spoken, strict=True)],
        "quality": lambda: [quality.measure(*pair) for pair in zip(parts, tones, strict=True)],
        "spectrum": lambda: list(map(spectrum.analyse, parts)),
        "embedding": lambda: [embed(audio[at : at + _SEGMENT_S * RATE]) for at in steps],
    }
    for name, stage in stages.items():
        figures.add(f"speed.audio_{name}_x_realtime", length / seconds(stage))
