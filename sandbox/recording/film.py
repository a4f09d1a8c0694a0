"""Writes sound and pictures to an .mp4 (H.264 and AAC), single-threaded so that the bytes repeat."""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Any

import av
import numpy as np

from sandbox.recording.expressions import FRAMES_PER_SECOND
from sandbox.recording.picture import HEIGHT, WIDTH, Picture
from sandbox.recording.voice import RATE_HZ, Audio

_VIDEO_OPTIONS = {"crf": "25", "preset": "medium", "threads": "1"}
_AUDIO_BITS_PER_SECOND = 64_000
_AAC_FRAME = 1024


def write(path: Path, sound: Audio, pictures: Iterable[Picture]) -> None:
    """Encode `sound` (mono, 48 kHz) and `pictures` (15 per second) to `path`."""
    with av.open(str(path), "w", options={"movflags": "+faststart"}) as container:
        video: Any = container.add_stream("libx264", rate=FRAMES_PER_SECOND, options=_VIDEO_OPTIONS)
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        audio: Any = container.add_stream("aac", rate=RATE_HZ, layout="mono")
        audio.bit_rate = _AUDIO_BITS_PER_SECOND
        for stream, frame in chain(
            ((video, frame) for frame in _video_frames(pictures)),
            ((audio, frame) for frame in _audio_frames(sound)),
            ((video, None), (audio, None)),
        ):
            container.mux(stream.encode(frame))


def _video_frames(pictures: Iterable[Picture]) -> Iterator[Any]:
    for index, picture in enumerate(pictures):
        frame = av.VideoFrame.from_ndarray(picture, "rgb24")
        frame.pts, frame.time_base = index, Fraction(1, FRAMES_PER_SECOND)
        yield frame


def _audio_frames(sound: Audio) -> Iterator[Any]:
    for start in range(0, len(sound), _AAC_FRAME):
        chunk = sound[start : start + _AAC_FRAME]
        padded = np.pad(chunk, (0, _AAC_FRAME - len(chunk)))[None].astype(np.float32)
        frame = av.AudioFrame.from_ndarray(padded, "fltp", "mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE_HZ, start, Fraction(1, RATE_HZ)
        yield frame
