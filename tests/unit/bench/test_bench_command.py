import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
DATA = ROOT.parent / "shared" / "data"


def _bench(*arguments: str, data: Path = DATA) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bench", *arguments],
        cwd=ROOT,
        env={**os.environ, "ECHODEPTH_DATA_DIR": str(data)},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )


def test_without_the_data_nothing_is_measured_and_one_line_says_so(tmp_path: Path) -> None:
    done = _bench(data=tmp_path / "nothing")

    assert done.returncode == 0
    assert done.stdout.count("\n") == 1
    assert "skipped, the data is not at" in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("group", ["text", "face"])
def test_a_quick_run_prints_figures_and_publishes_none(group: str) -> None:
    if not DATA.is_dir():
        pytest.skip("the data is not here")
    published = {path: path.read_bytes() for path in (ROOT / "bench").glob("*.[mj][ds]*")}

    done = _bench("--only", group, "--quick")

    assert done.returncode == 0, done.stderr
    assert {"text": "text.emobank_r_v 0.", "face": "face.gallery25_found "}[group] in done.stdout
    assert {path: path.read_bytes() for path in published} == published


def test_a_long_meeting_made_of_a_short_one_keeps_time(tmp_path: Path) -> None:
    program = f"""
from pathlib import Path
from bench.speed import looped
from analysis_core.io.media import open_media
from analysis_core.io.transcript import read_transcript
from analysis_core.options import Options
call, folder = Path("sandbox/recordings/renewal_call.mp4"), Path({str(tmp_path)!r})
film, words = folder / "l.mp4", folder / "l.vtt"
once = looped.film(call, film, 3)
looped.words(call.with_suffix(".vtt"), words, 3, once)
cues = read_transcript(words).cues
assert abs(open_media(film, Options()).duration_s - 3 * once) < 0.5
assert len(cues) == 3 * len(read_transcript(call.with_suffix(".vtt")).cues)
assert abs(cues[len(cues) // 3].start_s - cues[0].start_s - once) < 0.01
"""
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, timeout=120)
