"""Others on the same material, on the same core, minutes apart: in an environment of their own made by uv."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import soundfile

from analysis_core.io.media import open_media
from analysis_core.models import weights
from analysis_core.options import Options
from analysis_core.speech.windows import RATE
from bench.figures import Figures
from bench.sources import ROOT, Sources
from bench.speed.faces import one_face

_AUDIO_S, _QUICK_S = 120, 20
_FRAMES, _QUICK_FRAMES = 150, 30
_AS = {
    "opensmile": "speed.opensmile_x_realtime",
    "praat": "speed.praat_x_realtime",
    "pyin": "speed.pyin_x_realtime",
}


def measure(figures: Figures, data: Sources, quick: bool) -> None:
    """Their figures, and ours as a multiple of each. Skipped, saying so, where they cannot be installed."""
    with tempfile.TemporaryDirectory() as folder:
        _material(Path(folder), data, quick)
        found = _run(Path(folder))
    if found is None:
        return
    for name, key in _AS.items():
        figures.add(key, found[name])
        figures.add(f"speed.audio_over_{name}", float(figures.values["speed.audio_x_realtime"]) / found[name])
    figures.add("speed.mediapipe_fps", found["mediapipe"])
    figures.add("speed.face_over_mediapipe", float(figures.values["speed.face_fps"]) / found["mediapipe"])
    figures.note("run.speed.peers", found["versions"])


def _material(folder: Path, data: Sources, quick: bool) -> None:
    audio = np.concatenate(list(open_media(data.call, Options()).audio()))
    soundfile.write(folder / "call.wav", audio[: (_QUICK_S if quick else _AUDIO_S) * RATE], RATE)
    frames = list(open_media(data.demo, Options()).frames(7.5))[: _QUICK_FRAMES if quick else _FRAMES]
    np.save(folder / "frames.npy", np.stack([frame.image for frame in one_face(frames)]))
    (folder / "face_landmarker.task").write_bytes(weights("face-landmarker").read_bytes())


def _run(folder: Path) -> dict[str, float] | None:
    command = [str(Path(sys.executable).with_name("uv")), "run", "--quiet", "--no-project", "--isolated"]
    command += ["--python", sys.executable, "--with-requirements", str(ROOT / "bench" / "requirements.txt")]
    program = str(Path(__file__).with_name("others.py"))
    done = subprocess.run(
        [*command, "python", program, str(folder)], capture_output=True, text=True, check=False, env=_environment()
    )
    if done.returncode:
        reason = (done.stderr.strip() or "no reason given").splitlines()[-1]
        print(f"  others: skipped, they could not be run ({reason})")
        return None
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "PYTHONPATH")}
