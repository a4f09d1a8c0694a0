"""A long recording: the demo call over and over, joined without decoding, with its transcript."""

import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from tests.support.short_recording import RECORDINGS

_CALL = RECORDINGS / "renewal_call.mp4"
_BETWEEN_S = Fraction(1, 4)
_STAMP = re.compile(r"(\d+):(\d\d):(\d\d\.\d{3})")


def loop(target: Path, minutes: float) -> float:
    """Write `long.mp4` and `long.vtt` into `target`; gives the length in seconds."""
    with av.open(str(_CALL)) as container:
        length = Fraction(container.duration or 0, 1_000_000) + _BETWEEN_S
    times = max(1, round(minutes * 60 / length))
    with av.open(str(target / "long.mp4"), "w") as written:
        _copy(written, times, length)
    text = _CALL.with_suffix(".vtt").read_text(encoding="utf-8").split("\n\n", 1)[1]
    (target / "long.vtt").write_text(
        "WEBVTT\n\n" + "\n\n".join(_shifted(text, float(length) * turn) for turn in range(times)), encoding="utf-8"
    )
    return float(length) * times


def _copy(written: Any, times: int, length: Fraction) -> None:
    streams: dict[int, Any] = {}
    for turn in range(times):
        with av.open(str(_CALL)) as read:
            for stream in read.streams:
                if stream.index not in streams:
                    streams[stream.index] = written.add_stream_from_template(stream)
            for packet in read.demux():
                if packet.dts is None or packet.pts is None or packet.time_base is None:
                    continue
                offset = round(length * turn / packet.time_base)
                packet.dts, packet.pts = packet.dts + offset, packet.pts + offset
                packet.stream = streams[packet.stream.index]
                written.mux(packet)


def _shifted(text: str, by_s: float) -> str:
    def later(match: re.Match[str]) -> str:
        at = int(match[1]) * 3600 + int(match[2]) * 60 + float(match[3]) + by_s
        return f"{int(at // 3600):02}:{int(at % 3600 // 60):02}:{at % 60:06.3f}"

    return _STAMP.sub(later, text)
