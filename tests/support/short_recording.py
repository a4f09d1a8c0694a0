"""A few seconds of the demo recording, cut without decoding, with the matching part of its transcript."""

from pathlib import Path

import av

RECORDINGS = Path(__file__).parents[2] / "sandbox" / "recordings"


def cut(target: Path, seconds: float) -> None:
    """Write `short.mp4` and `short.vtt` into the directory `target`."""
    target.mkdir(parents=True, exist_ok=True)
    _cut_media(RECORDINGS / "renewal_call.mp4", target / "short.mp4", seconds)
    _cut_transcript(RECORDINGS / "renewal_call.vtt", target / "short.vtt", seconds)


def _cut_media(source: Path, target: Path, seconds: float) -> None:
    with av.open(str(source)) as read, av.open(str(target), "w") as written:
        streams = {stream.index: written.add_stream_from_template(stream) for stream in read.streams}
        for packet in read.demux():
            if packet.dts is None or packet.time_base is None or packet.dts * packet.time_base > seconds:
                continue
            packet.stream = streams[packet.stream.index]
            written.mux(packet)


def _cut_transcript(source: Path, target: Path, seconds: float) -> None:
    head, *cues = source.read_text(encoding="utf-8").strip().split("\n\n")
    kept = [cue for cue in cues if _end_of(cue) <= seconds]
    target.write_text("\n\n".join([head, *kept]) + "\n", encoding="utf-8")


def _end_of(cue: str) -> float:
    times = next(line for line in cue.splitlines() if "-->" in line)
    hours, minutes, rest = times.split("-->")[1].strip().split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(rest)
