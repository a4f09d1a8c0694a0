"""Words recognised where no transcript was given."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from analysis_core import Options, analyse
from analysis_core.errors import ModelMissing
from analysis_core.models import weights
from analysis_core.transcription.chunks import LONGEST_S, Chunk, cut, plan
from analysis_core.transcription.recogniser import Word
from analysis_core.transcription.sentences import cues

ROOT = Path(__file__).resolve().parents[4]
CALLS = ROOT.parent / "shared" / "data" / "meetings" / "calls"
RATE = 16_000


def test_speech_is_packed_without_its_silences() -> None:
    chunks = plan([(1.0, 11.0), (40.0, 50.0), (51.0, 56.0), (57.0, 62.0)], 90.0)

    assert [chunk.parts for chunk in chunks] == [
        ((0.75, 11.25), (39.75, 50.25), (50.75, 56.25)),
        ((56.75, 62.25),),
    ]


def test_no_chunk_is_longer_than_the_recogniser_hears_nor_spans_minutes() -> None:
    speech = [(float(start), start + 3.0) for start in range(0, 3600, 50)] + [(3601.0, 3700.0)]

    chunks = plan(speech, 3700.0)

    assert max(chunk.length_s for chunk in chunks) <= LONGEST_S + 1e-6
    assert max(chunk.parts[-1][1] - chunk.parts[0][0] for chunk in chunks) <= 120
    assert sum(chunk.length_s for chunk in chunks) >= sum(end - start for start, end in speech)


def test_a_chunks_samples_are_those_of_its_parts_however_they_arrive() -> None:
    seconds = np.repeat(np.arange(200, dtype=np.float32), RATE)
    blocks = [seconds[start : start + 7_777] for start in range(0, len(seconds), 7_777)]
    chunks = [Chunk(((10.0, 11.0), (20.0, 22.0))), Chunk(((199.0, 200.5),))]

    found = list(cut(blocks, chunks))

    assert [chunk for chunk, _ in found] == chunks
    assert np.unique(found[0][1]).tolist() == [10.0, 20.0, 21.0]
    assert len(found[0][1]) == 3 * RATE
    assert np.unique(found[1][1]).tolist() == [199.0]


def test_words_get_the_recordings_times_and_end_a_cue_with_the_sentence() -> None:
    chunk = Chunk(((10.0, 12.0), (60.0, 64.0)))
    words = [
        Word(" Hello", 0.2, 0.6),
        Word(" Jack.", 0.7, 1.9),
        Word(" How", 2.1, 2.4),
        Word(" are", 2.4, 2.6),
        Word(" you", 4.2, 4.5),
    ]

    found = list(cues(words, chunk, "Speaker 1"))

    assert [(cue.text, round(cue.start_s, 2), round(cue.end_s, 2)) for cue in found] == [
        ("Hello Jack.", 10.2, 11.9),
        ("How are", 60.1, 60.6),
        ("you", 62.2, 62.5),
    ]


def test_a_word_never_reaches_over_a_silence_that_was_left_out() -> None:
    (cue,) = cues([Word(" so", 1.5, 2.5)], Chunk(((10.0, 12.0), (60.0, 64.0))), "Speaker 1")

    assert (cue.start_s, cue.end_s) == (11.5, 12.0)


@pytest.fixture(scope="module")
def two_channels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A staged call's first 45 seconds as stereo, the agent on the left."""
    try:
        weights("whisper-base-ct2")
    except ModelMissing as missing:
        pytest.skip(str(missing))
    if not CALLS.exists():
        pytest.skip("the recorded calls are not here")
    sides = [_mono(CALLS / f"auto_repairs_40.{side}.flac", 47) for side in ("agent", "caller")]
    path = tmp_path_factory.mktemp("call") / "call.flac"
    soundfile.write(path, np.stack(sides, axis=1), 24_000)
    return path


def _mono(path: Path, seconds: int) -> NDArray[np.float64]:
    audio, rate = soundfile.read(path, frames=-1)
    step = rate / 24_000
    return np.asarray(np.interp(np.arange(seconds * 24_000) * step, np.arange(len(audio)), audio), np.float64)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_call_with_two_channels_is_told_apart_and_written_down(two_channels: Path) -> None:
    told: list[str] = []

    result = analyse(two_channels, hook=lambda stage, _: told.append(stage))

    said = {row.name: " ".join(s.text for s in result.sentences if s.speaker == row.name) for row in result.speakers}
    assert set(said) == {"Speaker 1", "Speaker 2"}
    assert "Platinum Motors" in said["Speaker 1"]
    assert "two weeks ago" in said["Speaker 2"]
    assert all(row.response_latency_s and 0.2 < row.response_latency_s < 4 for row in result.speakers)
    assert "transcribe" in told
    assert "whisper-base-ct2" in {model["id"] for model in result.models}
    assert result.hesitation_markers
    assert result.hesitation_markers.filled_pauses == "sound"
    assert any("recognised from the sound" in warning for warning in result.warnings)


def test_without_recognition_the_sound_alone_is_analysed(two_channels: Path) -> None:
    result = analyse(two_channels, options=Options(transcribe=False))

    assert result.sentences == ()
    assert result.coverage["text"].available is False


def test_nobody_elses_words_are_recognised_when_nobody_present_may_be_observed(two_channels: Path) -> None:
    result = analyse(two_channels, options=Options(observed_speakers=frozenset({"Priya Shah"})))

    assert result.sentences == ()
    assert all(row.words is None for row in result.speakers)
