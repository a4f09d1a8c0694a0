import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from analysis_core.errors import ModelMissing
from analysis_core.face import models
from analysis_core.face.models import FaceModels
from analysis_core.observations import FaceObservations, FaceTrack, Frame, Turn

ROOT = Path(__file__).parents[4]
MEETINGS = ROOT.parent / "shared" / "data" / "meetings"
RECORDING = ROOT / "sandbox" / "recordings" / "renewal_call.mp4"


@pytest.fixture(scope="session")
def networks() -> FaceModels:
    try:
        return models.load()
    except ModelMissing as missing:
        pytest.skip(str(missing))


class Media:
    """Recordings with their truth, sampled as the core samples them."""

    recording = RECORDING
    meetings = MEETINGS

    @staticmethod
    def frames(path: Path, per_second: float, until_s: float = 1e9) -> Iterator[Frame]:
        due = 0.0
        with av.open(str(path)) as container:
            for frame in container.decode(video=0):
                at = float(frame.time or 0)
                if at >= until_s:
                    return
                if at >= due - 1e-3:
                    due = at + 1 / per_second
                    yield Frame(at, np.asarray(frame.to_ndarray(format="rgb24"), np.uint8))

    @staticmethod
    def truth(path: Path) -> Any:
        return json.loads(path.with_suffix(".truth.json").read_text())

    @staticmethod
    def turns(truth: Any) -> tuple[Turn, ...]:
        return tuple(Turn(cue["start"], cue["end"], cue["speaker"]) for cue in truth["segments"])


@pytest.fixture(scope="session")
def media() -> type[Media]:
    return Media


@pytest.fixture(scope="session")
def agreement() -> Any:
    def correlation(seen: FaceObservations, track: FaceTrack, code: int, drawn: list[float], fps: int) -> float:
        """Pearson r of a unit's series, interpolated at each frame, with what was drawn in it."""
        at: NDArray[np.float64] = np.arange(len(drawn)) / fps
        series = np.interp(at, track.times_s, track.aus[:, seen.codes.index(code)])
        return float(np.corrcoef(series, drawn)[0, 1])

    return correlation
