"""The embedding that is built from Whisper's encoder."""

from pathlib import Path

import numpy as np
import pytest

from analysis_core.errors import ModelMissing
from analysis_core.models import describe, session, weights
from analysis_core.models.store import checksum


@pytest.fixture(autouse=True)
def _there() -> None:
    try:
        weights("speech-embedding")
        weights("whisper-base-ct2")
    except ModelMissing as missing:
        pytest.skip(str(missing))


def test_building_it_again_gives_the_same_bytes(tmp_path: Path) -> None:
    pytest.importorskip("onnx")
    from analysis_core.models.builders import speech_embedding

    speech_embedding.build({"whisper-base-ct2": weights("whisper-base-ct2")}, tmp_path / "again.onnx")

    assert checksum(tmp_path / "again.onnx") == describe("speech-embedding").sha256


@pytest.mark.parametrize("frames", [50, 333, 1000])
def test_it_takes_up_to_ten_seconds(frames: int) -> None:
    mel = np.random.default_rng(2).standard_normal((2, 80, frames)).astype(np.float32)

    (embedding,) = session("speech-embedding").run(None, {"mel": mel})

    assert embedding.shape == (2, 1024)
    assert np.isfinite(embedding).all()
    assert (embedding[:, 512:] >= 0).all()
