"""Pictures sampled from a video stream."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis_core.io.packets import Damage, decoded, open_container, start_s
from analysis_core.observations import Frame

MAX_EDGE = 1280
"""Longer edges are scaled down: a face that matters is still 100 pixels wide in a 1280-pixel gallery."""


def video_frames(path: Path, stream: int, end_s: float, per_second: float, damage: Damage) -> Iterator[Frame]:
    """About `per_second` frames each second up to `end_s`, each with its own time.

    Frames that no other frame refers to are not decoded: sampling a few a second does not miss them.
    """
    step, due = 1.0 / per_second, 0.0
    with open_container(path) as container:
        source = container.streams[stream]
        source.thread_type = "AUTO"
        source.codec_context.skip_frame = "NONREF"
        start = start_s(container)
        for frame in decoded(container, source, damage):
            at = -1.0 if frame.time is None else max(0.0, frame.time - start)
            if at < due - 1e-6:
                continue
            if at >= end_s:
                return
            due = (np.floor(at / step + 1e-6) + 1) * step
            yield Frame(float(at), _picture(frame))


def _picture(frame: Any) -> NDArray[np.uint8]:
    scale = min(1.0, MAX_EDGE / max(frame.width, frame.height))
    width, height = round(frame.width * scale) // 2 * 2, round(frame.height * scale) // 2 * 2
    rgb = frame.to_ndarray(format="rgb24", width=max(width, 2), height=max(height, 2))
    turns = round(getattr(frame, "rotation", 0) / 90) % 4
    return np.ascontiguousarray(np.rot90(rgb, turns)) if turns else rgb
