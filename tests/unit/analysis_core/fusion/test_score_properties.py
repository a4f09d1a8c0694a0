"""What must hold for the Trust Score on real speech, whatever it says."""

import csv
import json
import math
import time
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from analysis_core import Options, Result, analyse
from analysis_core.io.media import open_media
from analysis_core.models.catalogue import catalogue
from analysis_core.models.store import path_of

ROOT = Path(__file__).resolve().parents[4]
CALL = ROOT / "sandbox" / "recordings" / "renewal_call.mp4"
WORDS = CALL.with_suffix(".vtt")
REAL = ROOT.parent / "shared" / "data" / "meetings" / "calls" / "agent1.flac"
SPEECH = ROOT.parent / "shared" / "data" / "speech"
RATE = 16_000
REAL_S = 90

Audio = NDArray[np.float32]


@cache
def _sound(path: Path, seconds: int) -> Audio:
    return np.concatenate(list(open_media(path, Options()).audio()))[: seconds * RATE]


def _write(path: Path, audio: Audio, codec: str = "pcm_f32le", rate: int = RATE, bit_rate: int | None = None) -> Path:
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(codec, rate=rate, layout="mono")
        if bit_rate:
            stream.bit_rate = bit_rate
        resampler = av.AudioResampler(format=stream.format.name, layout="mono", rate=rate)
        frame = av.AudioFrame.from_ndarray(audio[None], "flt", "mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE, 0, Fraction(1, RATE)
        fifo = av.AudioFifo()
        for piece in [*resampler.resample(frame), *resampler.resample(None)]:
            fifo.write(piece)
        while (chunk := fifo.read(stream.frame_size or 1024, partial=True)) is not None:
            container.mux(stream.encode(chunk))
        container.mux(stream.encode())
    return path


@cache
def _real() -> Result:
    return _heard(_cached_real())


@cache
def _cached_real() -> Path:
    import tempfile

    folder = tempfile.mkdtemp()
    return _write(Path(folder) / "real.wav", _sound(REAL, REAL_S))


@cache
def _call_sound() -> Path:
    import tempfile

    return _write(Path(tempfile.mkdtemp()) / "call.wav", _sound(CALL, 90))


@cache
def _call(words: str) -> Result:
    return analyse(_call_sound(), transcript=words.encode())


def _score(result: Result, speaker: str | None = None) -> float:
    if speaker is None:
        found = result.trust_score
    else:
        found = next(row for row in result.speakers if row.name == speaker).trust_score
    assert found is not None
    return found


@cache
def _understood() -> Result:
    """The same with its words, recognised, as `hub analyse` has them unless told otherwise."""
    return analyse(_cached_real())


def _heard(path: Path) -> Result:
    """What the voice alone gives: quicker, and what most of these are about."""
    return analyse(path, options=Options(transcribe=False))


needs_real_speech = pytest.mark.skipif(not REAL.exists(), reason="shared/data is not here")
needs_recogniser = pytest.mark.skipif(
    not (REAL.exists() and path_of(catalogue()["whisper-base-ct2"]).exists()),
    reason="shared/data or the recogniser is not here",
)


@needs_real_speech
@pytest.mark.parametrize("decibel", [-12, 12])
def test_loudness_hardly_matters(tmp_path: Path, decibel: float) -> None:
    louder = np.clip(_sound(REAL, REAL_S) * 10 ** (decibel / 20), -1, 1).astype(np.float32)

    changed = _heard(_write(tmp_path / "gain.wav", louder))

    assert _score(changed) == pytest.approx(_score(_real()), abs=2)


@needs_real_speech
@pytest.mark.parametrize(
    ("name", "codec", "rate", "bit_rate"),
    [
        ("call.opus", "libopus", 48_000, 24_000),
        ("call.m4a", "aac", 48_000, 64_000),
        ("call.wav", "pcm_s16le", 8_000, None),
    ],
)
def test_the_codec_matters_little(tmp_path: Path, name: str, codec: str, rate: int, bit_rate: int | None) -> None:
    coded = _write(tmp_path / name, _sound(REAL, REAL_S), codec, rate, bit_rate)

    assert _score(_heard(coded)) == pytest.approx(_score(_real()), abs=5)


def _words(result: Result) -> str:
    return " ".join(row.text for row in result.sentences)


@needs_recogniser
@pytest.mark.slow
def test_a_quieter_copy_is_understood_word_for_word(tmp_path: Path) -> None:
    quieter = (_sound(REAL, REAL_S) * 10 ** (-12 / 20)).astype(np.float32)

    changed = analyse(_write(tmp_path / "quiet.wav", quieter))

    assert len(_words(changed).split()) > 100
    assert _words(changed) == _words(_understood())
    assert _score(changed) == pytest.approx(_score(_understood()), abs=0.5)


@needs_recogniser
@pytest.mark.slow
def test_recognised_words_that_clipping_changed_hardly_matter(tmp_path: Path) -> None:
    louder = np.clip(_sound(REAL, REAL_S) * 10 ** (12 / 20), -1, 1).astype(np.float32)

    changed = analyse(_write(tmp_path / "loud.wav", louder))

    assert _score(changed) == pytest.approx(_score(_understood()), abs=2)


@needs_recogniser
@pytest.mark.slow
def test_recognised_words_that_a_codec_changed_matter_little(tmp_path: Path) -> None:
    later = np.concatenate([np.zeros(int(7.4 * RATE), np.float32), _sound(REAL, REAL_S)])

    coded = analyse(_write(tmp_path / "call.opus", later, "libopus", 48_000, 24_000))

    assert _score(coded) == pytest.approx(_score(_understood()), abs=2)


@needs_real_speech
def test_silence_before_the_call_hardly_matters(tmp_path: Path) -> None:
    later = np.concatenate([np.zeros(int(7.4 * RATE), np.float32), _sound(REAL, REAL_S)])

    assert _score(_heard(_write(tmp_path / "late.wav", later))) == pytest.approx(_score(_real()), abs=2)


@needs_real_speech
def test_two_halves_of_a_calm_call_agree(tmp_path: Path) -> None:
    sound = _sound(REAL, 190)
    first = _heard(_write(tmp_path / "first.wav", sound[: 95 * RATE]))
    second = _heard(_write(tmp_path / "second.wav", sound[95 * RATE :]))

    assert first.trust_interval is not None
    assert second.trust_interval is not None
    assert first.trust_interval[0] <= second.trust_interval[1]
    assert second.trust_interval[0] <= first.trust_interval[1]


def test_the_same_input_gives_the_same_bytes() -> None:
    words = WORDS.read_text()

    once, again = (json.dumps(analyse(_call_sound(), transcript=words.encode()).to_dict()) for _ in range(2))

    assert once == again


def test_swapping_labels_swaps_scores() -> None:
    words = WORDS.read_text()
    swapped = words.replace("Dana Reyes:", "\0").replace("Priya Shah:", "Dana Reyes:").replace("\0", "Priya Shah:")

    plain, changed = _call(words), _call(swapped)

    assert _score(changed) == _score(plain)
    assert _score(changed, "Priya Shah") == _score(plain, "Dana Reyes")
    assert _score(changed, "Dana Reyes") == _score(plain, "Priya Shah")


def _everywhere(addition: str) -> Callable[[str], str]:
    return lambda words: words.replace("Priya Shah: ", f"Priya Shah: {addition}")


@pytest.mark.parametrize(
    "more",
    [
        pytest.param(_everywhere("Um, "), id="um at the start of every cue"),
        pytest.param(_everywhere("Maybe, I guess, "), id="hedges at the start of every cue"),
        pytest.param(lambda words: words.replace("I will sign", "I will, um, sign"), id="um inside a commitment"),
        pytest.param(lambda words: words.replace("It was a good year", "It was, uh, a good, uh, year"), id="uh twice"),
        pytest.param(lambda words: words.replace("that solves it", "that probably solves it"), id="one hedge"),
        pytest.param(lambda words: words.replace("Thank you, Dana.", "Let me think. Thank you, Dana."), id="planning"),
    ],
)
def test_more_hesitation_or_hedging_never_raises_the_score(more: Callable[[str], str]) -> None:
    words = WORDS.read_text()

    assert _score(_call(more(words)), "Priya Shah") <= _score(_call(words), "Priya Shah")


def test_contributions_add_up_to_the_distance_from_fifty() -> None:
    result = _call(WORDS.read_text()).to_dict()

    for part in (result, *result["speakers"]):
        if part["trust_score"] is not None:
            for view in ("signals", "moments"):
                total = sum(row["points"] for row in part["contributions"][view])
                assert total == pytest.approx(part["trust_score"] - 50, abs=1e-6)


def test_only_observed_people_are_in_anything_but_talk_figures() -> None:
    result = analyse(
        _call_sound(), transcript=WORDS, options=Options(observed_speakers=frozenset({"Priya Shah"}))
    ).to_dict()

    dana = next(row for row in result["speakers"] if row["name"] == "Dana Reyes")
    assert dana["talk_time_s"] > 15
    assert dana["questions"] == 3
    kept = {"name", "observed", "talk_time_s", "talk_share", "turns", "interruptions", "longest_monologue_s"}
    kept |= {"spoken", "questions", "words", "words_per_minute", "response_latency_s"}
    assert {name for name, value in dana.items() if value} <= kept
    assert {row["speaker"] for row in result["sentences"]} == {"Priya Shah"}
    assert {row["speaker"] for row in result["events"]} == {"Priya Shah"}
    assert {row["speaker"] for row in result["contributions"]["moments"]} == {"Priya Shah"}
    assert all(value is None for value in result["credibility_signal"][:5])


def test_the_hesitant_middle_of_the_call_is_lower() -> None:
    result = analyse(_call_sound(), transcript=WORDS, options=Options(observed_speakers=frozenset({"Priya Shah"})))

    def mean(start: int, end: int) -> float:
        return float(np.mean([value for value in result.credibility_signal[start:end] if value is not None]))

    assert len(result.credibility_signal) == int(np.ceil(result.duration_s))
    assert mean(31, 59) < mean(6, 22) - 0.2
    assert mean(31, 59) < mean(67, 79) - 0.2
    assert any(alert.type == "credibility_low" and 31 <= alert.offset_s < 59 for alert in result.alerts)


def test_progress_comes_every_second_never_goes_back_and_ends_at_one() -> None:
    told: list[float] = []
    at: list[float] = []

    def hook(stage: str, done: float) -> None:
        told.append(done)
        at.append(time.monotonic())

    analyse(_call_sound(), transcript=WORDS, hook=hook)

    assert told == sorted(told)
    assert told[-1] == 1.0
    assert max(after - before for before, after in pairwise(at)) < 1


@pytest.fixture(scope="module")
def neutral_scores(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], list[float]]:
    """By corpus and gender, of every actor's neutral sentences, said again until there is a minute of them."""
    with (SPEECH / "manifest.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["emotion"] == "neutral"]
    folder = tmp_path_factory.mktemp("neutral")
    scores: dict[tuple[str, str], list[float]] = {}
    actors = sorted({(row["corpus"], row["gender"], row["speaker"]) for row in rows})
    for corpus, gender, actor in actors:
        files = sorted(row["file"] for row in rows if row["speaker"] == actor)
        scores.setdefault((corpus, gender), []).append(_score(_heard(_said_again(folder / f"{actor}.wav", files))))
    return scores


def _said_again(path: Path, files: Sequence[str]) -> Path:
    sounds = [np.pad(_sound(SPEECH / name, 10), (0, RATE // 2)) for name in files]
    times = math.ceil(60 * RATE / sum(map(len, sounds)))
    return _write(path, np.concatenate(sounds * times))


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.skipif(not SPEECH.exists(), reason="shared/data is not here")
@pytest.mark.parametrize("corpus", ["emodb", "ravdess_a"])
def test_women_and_men_who_speak_neutrally_come_across_alike(
    neutral_scores: dict[tuple[str, str], list[float]], corpus: str
) -> None:
    women, men = (neutral_scores[corpus, gender] for gender in ("f", "m"))

    assert len(women) >= 5
    assert len(men) >= 5
    assert np.mean(women) == pytest.approx(np.mean(men), abs=5)
