"""A sixty-minute 720p meeting with its transcript, against decoding it alone, in a process of its own."""

import json
import math
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.figures import Figures
from bench.sources import ROOT, Sources
from bench.speed import looped

_MINUTES, _QUICK_MINUTES = 60, 2
_SHORT_S = 32.5


def measure(figures: Figures, data: Sources, quick: bool) -> None:
    """Processor time of analysing and of decoding, peak memory, and the longest silence of the progress hook."""
    times = math.ceil((_QUICK_MINUTES if quick else _MINUTES) * 60 / _SHORT_S)
    with tempfile.TemporaryDirectory() as folder:
        film, words = Path(folder) / "hour.mp4", Path(folder) / "hour.vtt"
        length = looped.film(data.demo, film, times)
        looped.words(data.demo.with_name("demo_meeting.zoom.vtt"), words, times, length)
        decoded = _run("decode", film, words)
        analysed = _run("analyse", film, words)
    figures.add("speed.meeting_minutes", times * length / 60)
    figures.add("speed.meeting_decode_s", decoded["cpu_s"])
    figures.add("speed.meeting_decode_pictures_s", decoded["pictures_s"])
    figures.add("speed.meeting_analyse_s", analysed["cpu_s"])
    figures.add("speed.meeting_over_decode", analysed["cpu_s"] / decoded["cpu_s"])
    figures.add("speed.meeting_x_realtime", times * length / analysed["cpu_s"])
    for stage in ("speech", "face", "text"):
        figures.add(f"speed.meeting_{stage}_s", analysed.get(f"{stage}_s"))
    figures.add("speed.meeting_face_networks_s", analysed["networks_s"])
    figures.add("speed.progress_longest_silence_s", analysed["silence_s"])
    figures.add("speed.progress_longest_silence_cpu_s", analysed["silence_cpu_s"])
    figures.add("memory.hour_mb", analysed["memory_mb"])
    figures.add("memory.decode_mb", decoded["memory_mb"])


def _run(what: str, film: Path, words: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.speed.hour", what, str(film), str(words)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{what}: {done.stderr.strip()}")
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _decode(film: Path) -> dict[str, float]:
    """All sound, and the pictures that would be looked at."""
    from analysis_core.face import sampling_rate
    from analysis_core.io.media import open_media
    from analysis_core.options import Options

    media = open_media(film, Options())
    for _ in media.audio():
        pass
    started = time.process_time()
    for _ in media.frames(sampling_rate(media.duration_s, media.frames_per_second)):
        pass
    return {"pictures_s": time.process_time() - started}


def _analyse(film: Path, words: Path) -> dict[str, float]:
    from analysis_core import analyse

    spent: dict[str, float] = {}
    last, last_cpu, silence, silence_cpu = time.perf_counter(), time.process_time(), 0.0, 0.0

    def told(stage: str, _share: float) -> None:
        nonlocal last, last_cpu, silence, silence_cpu
        now, now_cpu = time.perf_counter(), time.process_time()
        silence, silence_cpu = max(silence, now - last), max(silence_cpu, now_cpu - last_cpu)
        spent[f"{stage}_s"] = spent.get(f"{stage}_s", 0.0) + now_cpu - last_cpu
        last, last_cpu = now, now_cpu

    networks = _networks_clock()
    analyse(film, transcript=words, hook=told)
    return {**spent, "networks_s": sum(networks), "silence_s": silence, "silence_cpu_s": silence_cpu}


def _networks_clock() -> list[float]:
    """Processor time of each run of a face network from now on in this process."""
    from analysis_core.face.network import Network, Tensor

    found, run = list[float](), Network.__call__

    def clocked(network: Network, values: Tensor) -> list[Tensor]:
        started = time.process_time()
        outputs = run(network, values)
        found.append(time.process_time() - started)
        return outputs

    Network.__call__ = clocked  # type: ignore[assignment, method-assign]
    return found


def main() -> None:
    """`python -m bench.speed.hour decode|analyse FILM WORDS` prints its figures as JSON."""
    what, film, words = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    started = time.process_time()
    found = _decode(film) if what == "decode" else _analyse(film, words)
    cpu_s = time.process_time() - started
    print(json.dumps({**found, "cpu_s": cpu_s, "memory_mb": _peak_mb()}))


def _peak_mb() -> float:
    """This program's own peak; `getrusage` would count what the process held before it became this program."""
    (line,) = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    main()
