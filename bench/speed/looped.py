"""A long meeting made of a short one: its packets and its transcript again and again, nothing encoded anew."""

import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

_TIME = re.compile(r"(\d+):(\d\d):(\d\d)\.(\d{3})")


def film(source: Path, target: Path, times: int) -> float:
    """Writes the recording `times` over and gives the length of one round in seconds."""
    with av.open(str(source)) as read, av.open(str(target), "w") as out:
        streams = {stream.index: out.add_stream_from_template(stream) for stream in read.streams}
        packets: list[Any] = [packet for packet in read.demux() if packet.dts is not None]
        length = max(map(_end, packets)) - min(packet.dts * packet.time_base for packet in packets)
        before = {packet: (packet.pts, packet.dts) for packet in packets}
        for turn in range(times):
            for packet in packets:
                shift = round(turn * length / packet.time_base)
                pts, dts = before[packet]
                copied = _copy(packet, pts + shift, dts + shift)
                copied.stream = streams[packet.stream.index]
                out.mux(copied)
    return float(length)


def words(source: Path, target: Path, times: int, length: float) -> None:
    """The transcript to it."""
    cues = source.read_text(encoding="utf-8-sig").split("WEBVTT", 1)[1].strip()
    rounds = [_moved(cues, turn * length) for turn in range(times)]
    target.write_text("WEBVTT\n\n" + "\n\n".join(rounds) + "\n", encoding="utf-8")


def _moved(cues: str, seconds: float) -> str:
    return _TIME.sub(lambda found: _later(found, seconds), cues)


def _copy(packet: Any, pts: int, dts: int) -> Any:
    copied = av.Packet(bytes(packet))
    copied.pts, copied.dts, copied.duration = pts, dts, packet.duration
    copied.time_base, copied.is_keyframe = packet.time_base, packet.is_keyframe
    return copied


def _end(packet: Any) -> Fraction:
    return Fraction((packet.pts + (packet.duration or 0)) * packet.time_base)


def _later(found: "re.Match[str]", seconds: float) -> str:
    hours, minutes, whole, thousandths = map(int, found.groups())
    total = round(((hours * 60 + minutes) * 60 + whole) * 1000 + thousandths + seconds * 1000)
    minutes, rest = divmod(total, 60_000)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{rest // 1000:02d}.{rest % 1000:03d}"
