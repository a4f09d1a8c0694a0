"""`python others.py FOLDER`, run in the others' own environment: prints their figures as one line of JSON.

openSMILE computes eGeMAPSv02's functionals, Praat pitch, jitter, shimmer and harmonicity, librosa pitch alone,
mediapipe landmarks and blendshapes of one face.
"""

import json
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import librosa
import mediapipe  # type: ignore[import-not-found]
import numpy as np
import opensmile  # type: ignore[import-not-found]
import parselmouth
import soundfile
from mediapipe.tasks.python import BaseOptions, vision  # type: ignore[import-not-found]
from parselmouth.praat import call

_RATE = 16_000
_FRAME_MS = 133
_PYIN_S = 30
_PERIODS = (0, 0, 0.0001, 0.02, 1.3)


def main(folder: Path) -> None:
    """Measure everybody."""
    audio, _ = soundfile.read(folder / "call.wav", dtype="float32")
    length, part = len(audio) / _RATE, audio[: _PYIN_S * _RATE]
    smile = opensmile.Smile(opensmile.FeatureSet.eGeMAPSv02, opensmile.FeatureLevel.Functionals, num_workers=1)
    frames = np.load(folder / "frames.npy")
    found = {
        "opensmile": length / _seconds(lambda: smile.process_signal(audio, _RATE)),
        "praat": length / _seconds(lambda: _praat(audio)),
        "pyin": len(part) / _RATE / _seconds(lambda: librosa.pyin(part, fmin=60, fmax=500, sr=_RATE)),
        "mediapipe": len(frames) / _seconds(lambda: _mediapipe(folder / "face_landmarker.task", frames)),
        "versions": ", ".join(
            f"{name} {version(name)}" for name in ("opensmile", "praat-parselmouth", "librosa", "mediapipe")
        ),
    }
    print(json.dumps(found))


def _seconds(run: Callable[[], object], times: int = 3) -> float:
    found = []
    for _ in range(times):
        started = time.process_time()
        run()
        found.append(time.process_time() - started)
    return min(found)


def _praat(audio: "np.ndarray[tuple[int], np.dtype[np.float32]]") -> None:
    sound = parselmouth.Sound(audio.astype(np.float64), _RATE)
    pitch = sound.to_pitch(pitch_floor=60, pitch_ceiling=500)
    pulses = call([sound, pitch], "To PointProcess (cc)")
    call(pulses, "Get jitter (local)", *_PERIODS)
    call([sound, pulses], "Get shimmer (local)", *_PERIODS, 1.6)
    sound.to_harmonicity()


def _mediapipe(model: Path, frames: "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]") -> None:
    options = vision.FaceLandmarkerOptions(
        base_options=BaseOptions(model_asset_path=str(model)),
        running_mode=vision.RunningMode.VIDEO,
        output_face_blendshapes=True,
        output_facial_transformation_matrixes=True,
    )
    with vision.FaceLandmarker.create_from_options(options) as landmarker:
        for index, frame in enumerate(frames):
            picture = mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=frame)
            landmarker.detect_for_video(picture, index * _FRAME_MS)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
