"""What is computed does not depend on how many threads the environment would allow."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from analysis_core.errors import ModelMissing
from analysis_core.models import weights

ROOT = Path(__file__).resolve().parents[3]

_SPECTRA = """
import hashlib
import numpy as np
from faster_whisper.feature_extractor import FeatureExtractor
from analysis_core.speech.analyser import SpeechAnalyser
from analysis_core.speech.embedding import log_mel

SpeechAnalyser((), "Dana")
sound = np.random.default_rng(3).normal(0, 0.05, 28 * 16_000).astype(np.float32)
for spectrum in (FeatureExtractor()(sound), log_mel(sound[: 10 * 16_000])):
    print(hashlib.sha256(np.ascontiguousarray(spectrum).tobytes()).hexdigest())
"""


def _spectra(threads: int, kernels: str) -> str:
    """Of a process that may use so many threads, with the kernels made for that family of processors."""
    allowed = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), str(threads))
    environment = {**os.environ, **allowed, "OPENBLAS_CORETYPE": kernels, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", _SPECTRA], env=environment, capture_output=True, text=True, check=True
    )  # fmt: skip
    return done.stdout


@pytest.fixture(autouse=True)
def _heard() -> None:
    try:
        weights("silero-vad")
    except ModelMissing as missing:
        pytest.skip(str(missing))


@pytest.mark.parametrize("kernels", ["Haswell", ""])
def test_the_sounds_spectra_are_the_same_bits_with_one_thread_and_with_two(kernels: str) -> None:
    one, two = (_spectra(threads, kernels) for threads in (1, 2))

    assert len(one.split()) == 2
    assert one == two
