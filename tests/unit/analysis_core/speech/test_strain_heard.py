"""Strain in a voice is heard against its own beginning, whatever the voice."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from analysis_core import Options, Result, analyse
from analysis_core.io.media import open_media

CALLS = Path(__file__).resolve().parents[5] / "shared" / "data" / "meetings" / "calls"
RATE = 16_000
_FROM_S = 100

Sound = NDArray[np.float32]


@pytest.fixture(scope="module", params=["agent1.flac", "agent2.flac"])
def voice(request: pytest.FixtureRequest) -> Sound:
    """200 seconds of somebody who stays calm."""
    path = CALLS / request.param
    if not path.exists():
        pytest.skip("the recorded calls are not here")
    return np.concatenate(list(open_media(path, Options()).audio()))[: 200 * RATE]


def _strained(voice: Sound) -> Sound:
    """From the middle on higher by two semitones, faster by as much, and louder."""
    calm, later = voice[: _FROM_S * RATE], voice[_FROM_S * RATE :]
    place = np.arange(0, len(later) - 1, 2 ** (2 / 12))
    raised = np.interp(place, np.arange(len(later)), later) * 1.8
    return np.concatenate([calm, np.clip(raised, -1, 1)]).astype(np.float32)


def _analysed(folder: Path, sound: Sound) -> Result:
    soundfile.write(folder / "voice.flac", sound, RATE)
    return analyse(folder / "voice.flac", options=Options(transcribe=False))


def _level(result: Result, start: int, end: int | None) -> float:
    return float(np.mean([value for value in result.stress_indicators.per_second[start:end] if value is not None]))


@pytest.mark.slow
def test_a_raised_voice_shows_as_strain_and_a_calm_one_does_not(voice: Sound, tmp_path: Path) -> None:
    calm, strained = _analysed(tmp_path, voice), _analysed(tmp_path, _strained(voice))

    assert abs(_level(calm, _FROM_S, None) - _level(calm, 0, _FROM_S)) < 0.1
    assert _level(strained, _FROM_S, None) > _level(calm, _FROM_S, None) + 0.08
    for measure in ("pitch_st", "energy_db"):
        assert strained.stress_indicators.indicators[measure] > calm.stress_indicators.indicators[measure] + 0.3
    assert any(peak["start_s"] >= _FROM_S - 3 for peak in strained.stress_indicators.peaks)
