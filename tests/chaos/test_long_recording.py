"""Memory does not follow the length of a recording.

`LONG_MINUTES=60 pytest tests/chaos/test_long_recording.py` for a whole hour.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from analysis_core.models.catalogue import catalogue
from analysis_core.models.store import path_of
from tests.support.looped import loop

ROOT = Path(__file__).resolve().parents[2]
LONG = float(os.environ.get("LONG_MINUTES", "6"))
SHORT = LONG / 3
_MOST_BYTES = 1_000_000_000
_MOST_PER_MINUTE = 2_000_000
_NOT_YET_FULL = 80_000_000
"""Buffers that a short recording does not fill: some forty megabytes between one minute and five, ten more at sixty."""

_CODE = """
import json, sys
from pathlib import Path
from analysis_core import Options, analyse
media, words, recognise = sys.argv[1:]
result = analyse(media, transcript=words or None, options=Options(transcribe=bool(recognise)))
# getrusage would tell of the process that started this one, if that was larger
lines = Path("/proc/self/status").read_text().splitlines()
peak = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) * 1024
print(json.dumps({"peak": peak, "s": result.duration_s, "sentences": len(result.sentences)}))
"""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(300 + LONG * 60),
    pytest.mark.skipif(
        not all(path_of(catalogue()[name]).exists() for name in ("silero-vad", "face-landmarker")),
        reason="the models are not built",
    ),
]


def _peak(folder: Path, minutes: float, *, recognise: bool = False) -> tuple[int, float]:
    """Bytes at the most, and the minutes that it was; with `recognise`, the words are taken from the sound."""
    folder.mkdir()
    length_s = loop(folder, minutes)
    began = time.monotonic()
    words = ["", "yes"] if recognise else [str(folder / "long.vtt"), ""]
    done = subprocess.run(
        [sys.executable, "-c", _CODE, str(folder / "long.mp4"), *words],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    said = json.loads(done.stdout)
    assert said["s"] == pytest.approx(length_s, abs=3)
    assert said["sentences"] > (10 if recognise else 20) * length_s / 86
    sys.stdout.write(f"{length_s / 60:.1f} min: {said['peak'] / 1e6:.0f} MB, {time.monotonic() - began:.0f} s\n")
    return said["peak"], length_s / 60


def test_a_longer_recording_needs_hardly_more_memory(tmp_path: Path) -> None:
    short, short_min = _peak(tmp_path / "short", SHORT)
    long, long_min = _peak(tmp_path / "long", LONG)

    assert long < _MOST_BYTES
    assert long - short < _NOT_YET_FULL + _MOST_PER_MINUTE * (long_min - short_min)
    assert long + _MOST_PER_MINUTE * (60 - long_min) < _MOST_BYTES


@pytest.mark.skipif(not path_of(catalogue()["whisper-base-ct2"]).exists(), reason="the recogniser is not built")
def test_recognising_the_words_fits_as_well(tmp_path: Path) -> None:
    most, _ = _peak(tmp_path / "unheard", LONG if "LONG_MINUTES" in os.environ else 1.5, recognise=True)

    assert most < _MOST_BYTES
