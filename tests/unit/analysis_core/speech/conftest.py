"""Recordings to listen to, and where they lie."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from analysis_core.errors import ModelMissing
from analysis_core.models import weights
from analysis_core.speech import MODELS

DATA = Path(__file__).parents[5] / "shared" / "data"


@pytest.fixture(autouse=True, scope="session")
def _models() -> None:
    try:
        for model in MODELS:
            weights(model)
    except ModelMissing as missing:
        pytest.skip(str(missing))


@pytest.fixture
def recording() -> Callable[[str], NDArray[np.float32]]:
    """Reads a recording of the data folder, mono, at 16 kHz."""

    def read(name: str) -> NDArray[np.float32]:
        path = DATA / name
        if not path.is_file():
            pytest.skip(f"{path} is not here")
        audio, rate = soundfile.read(path, dtype="float32", always_2d=True)
        assert rate == 16_000
        mono: NDArray[np.float32] = audio.mean(1)
        return mono

    return read
