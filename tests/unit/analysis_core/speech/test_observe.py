"""Real recordings heard from end to end."""

import io
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from analysis_core.observations import SpeechObservations, Turn
from analysis_core.speech import observe
from analysis_core.speech.filled import held_sounds

Sound = NDArray[np.float32]
Recording = Callable[[str], Sound]
CALL = "meetings/calls/agent1.flac"
AMI = Path(__file__).parents[5] / "shared" / "data" / "meetings" / "ami"


def _share_neutral(heard: SpeechObservations) -> float:
    said = [max(segment.emotions, key=lambda name: segment.emotions[name]) for segment in heard.segments]
    return said.count("neutral") / len(said)


def _turns(meeting: str) -> list[Turn]:
    turns = []
    for path in sorted(AMI.glob("*.rttm")):
        for line in unicodedata.normalize("NFC", path.read_text(encoding="utf-8")).splitlines():
            fields = line.split()
            if fields[1] == meeting:
                turns.append(Turn(float(fields[3]), float(fields[3]) + float(fields[4]), fields[7]))
    return turns


def _through(codec: str, container: str, rate: int, bits: int, sound: Sound) -> Sound:
    file = io.BytesIO()
    out: Any
    coded: Any
    with av.open(file, "w", format=container) as out:
        stream = out.add_stream(codec, rate=rate)
        stream.bit_rate = bits
        stream.layout = "mono"
        frame = av.AudioFrame.from_ndarray(sound[None], format="flt", layout="mono")
        frame.sample_rate = 16_000
        resampler = av.AudioResampler(format=stream.format.name, layout="mono", rate=rate, frame_size=stream.frame_size)
        for piece in [*resampler.resample(frame), *resampler.resample(None)]:
            out.mux(stream.encode(piece))
        out.mux(stream.encode(None))
    file.seek(0)
    with av.open(file) as coded:
        back = av.AudioResampler(format="flt", layout="mono", rate=16_000)
        pieces = [p.to_ndarray()[0] for f in coded.decode(audio=0) for p in back.resample(f)]
        pieces += [p.to_ndarray()[0] for p in back.resample(None)]
    return np.asarray(np.concatenate(pieces), np.float32)


def _within(count: int, spans: Iterable[tuple[float, float]]) -> NDArray[np.bool_]:
    """For each of `count` hundredths of a second whether it lies in one of the spans."""
    flags = np.zeros(count, bool)
    for start, end in spans:
        flags[round(start * 100) : round(end * 100)] = True
    return flags


def _arousal(heard: SpeechObservations) -> float:
    return float(np.mean([segment.arousal for segment in heard.segments]))


def test_ordinary_calls_are_heard_as_mostly_neutral(recording: Recording) -> None:
    assert _share_neutral(observe([recording(CALL)], ())) >= 0.8


def test_real_meetings_are_heard_as_mostly_neutral(recording: Recording) -> None:
    names = ("trn02", "trn03", "trn04", "trn05", "trn08", "trn09", "dev00", "dev01")
    heard = [observe([recording(f"meetings/ami/{name}.wav")], _turns(name)) for name in names]

    shares = [_share_neutral(one) * len(one.segments) for one in heard if one.segments]

    assert sum(shares) / sum(len(one.segments) for one in heard) >= 0.8


def test_the_same_recording_gives_the_same_observations_however_it_is_cut(recording: Recording) -> None:
    sound = recording(CALL)[:960_000]

    first = observe([sound], ())
    second = observe((sound[at : at + 7_777] for at in range(0, len(sound), 7_777)), ())

    assert repr(first.segments) == repr(second.segments)
    assert first.pauses == second.pauses
    assert first.pitch_hz.tobytes() == second.pitch_hz.tobytes()
    assert first.jitter.tobytes() == second.jitter.tobytes()


@pytest.mark.parametrize("gain_db", [-12, 12])
def test_a_recording_is_no_calmer_for_being_quieter(recording: Recording, gain_db: float) -> None:
    sound = recording(CALL)[:960_000] * np.float32(0.25)

    plain, other = observe([sound], ()), observe([sound * np.float32(10 ** (gain_db / 20))], ())

    assert len(plain.segments) == len(other.segments)
    for one, same in zip(plain.segments, other.segments, strict=True):
        assert one.arousal == pytest.approx(same.arousal, abs=0.01)
        assert dict(one.emotions) == pytest.approx(dict(same.emotions), abs=0.01)
    assert np.nanmean(other.energy_db - plain.energy_db) == pytest.approx(gain_db, abs=0.2)


@pytest.mark.parametrize(
    ("codec", "container", "rate", "bits"),
    [("libopus", "ogg", 48_000, 24_000), ("aac", "mp4", 16_000, 64_000), ("pcm_mulaw", "wav", 8_000, 64_000)],
)
def test_a_codec_changes_little(recording: Recording, codec: str, container: str, rate: int, bits: int) -> None:
    sound = recording(CALL)[:1_600_000]

    plain, coded = observe([sound], ()), observe([_through(codec, container, rate, bits, sound)], ())

    assert _share_neutral(coded) >= 0.8
    assert _arousal(coded) == pytest.approx(_arousal(plain), abs=0.05)
    assert np.nanmedian(coded.pitch_hz) == pytest.approx(np.nanmedian(plain.pitch_hz), rel=0.05)
    assert np.abs(coded.speech_share[:90] - plain.speech_share[:90]).mean() < 0.1


def test_speech_is_found_where_the_meetings_annotation_has_it(recording: Recording) -> None:
    turns = _turns("trn03")
    heard = observe([recording("meetings/ami/trn03.wav")], turns)

    moments = np.arange(0, 30, 0.05)
    said = np.any([(moments >= turn.start_s) & (moments < turn.end_s) for turn in turns], axis=0)
    found = np.any([(moments >= start) & (moments < end) for start, end in heard.speech], axis=0)

    assert (found & said).sum() / found.sum() >= 0.95


def test_what_is_found_as_a_pause_is_as_quiet_as_what_nobody_annotated(recording: Recording) -> None:
    """Annotated turns hold pauses themselves, so quietness is asked for rather than being outside of all turns."""
    for name in ("trn06", "trn08", "dev01"):
        sound, turns = recording(f"meetings/ami/{name}.wav"), _turns(name)
        heard = observe([sound], turns)

        level = 10 * np.log10(np.square(sound[: len(sound) // 160 * 160].reshape(-1, 160)).mean(1) + 1e-12)
        pause = _within(len(level), [(pause.start_s, pause.end_s) for pause in heard.pauses])
        spoken = _within(len(level), heard.speech)
        assert len(heard.pauses) >= 3
        assert np.median(level[pause]) < np.median(level[spoken]) - 10
        assert not (pause & spoken).any()


def test_a_silence_between_annotated_turns_is_found_as_a_pause(recording: Recording) -> None:
    heard = observe([recording("meetings/ami/dev01.wav")], _turns("dev01"))

    assert any(pause.start_s < 20.7 and pause.end_s > 21.0 for pause in heard.pauses)


def test_an_outburst_in_a_calm_recording_stands_out(recording: Recording) -> None:
    """An actor that no weight was trained on, half a minute calm, then angry, then calm again."""

    def said(*kinds: str) -> list[Sound]:
        sentences = ("01-01", "01-02", "02-01", "02-02")
        names = [f"speech/ravdess_a/03-01-{kind}-{sentence}-05.flac" for kind in kinds for sentence in sentences]
        return [recording(name)[12_000:-12_000] for name in names]

    calm, angry = said("01-01", "02-01"), said("05-02")
    begin = sum(map(len, calm)) / 16_000
    end = begin + sum(map(len, angry)) / 16_000

    segments = observe([*calm, *angry, *calm], ()).segments

    inside = [s for s in segments if begin - 0.5 <= s.start_s and s.end_s <= end + 0.5]
    outside = [s for s in segments if s.end_s < begin or s.start_s > end]
    assert min(s.arousal for s in inside) > max(s.arousal for s in outside)
    assert max(s.emotions["anger"] for s in inside) > 0.5 > max(s.emotions["anger"] for s in outside)


def test_segments_belong_to_the_turns_that_they_lie_in(recording: Recording) -> None:
    sound = recording(CALL)[:640_000]

    heard = observe([sound], [Turn(0, 20, "Ann"), Turn(20, 40, "Bob")])

    assert {segment.speaker for segment in heard.segments} == {"Ann", "Bob"}
    for segment in heard.segments:
        start, end = {"Ann": (0, 20), "Bob": (20, 40)}[segment.speaker]
        assert start - 0.05 <= segment.start_s < segment.end_s <= end + 0.05
    assert set(heard.pitch_quantiles_hz) == {"Ann", "Bob"}


def test_figures_stay_in_their_ranges(recording: Recording) -> None:
    heard = observe([recording(CALL)[:960_000]], ())

    for segment in heard.segments:
        assert sum(segment.emotions.values()) == pytest.approx(1)
        assert all(0 <= value <= 1 for value in (segment.valence, segment.arousal, segment.dominance))
        assert 0 <= segment.confidence <= 1
        assert 2 <= segment.end_s - segment.start_s <= 8
    assert heard.seconds == len(heard.speech_share) == len(heard.pitch_hz) == 60
    assert 1.5 < np.nanmedian(heard.syllable_rate) < 7


def test_silence_is_heard_as_nothing() -> None:
    heard = observe([np.zeros(16_000 * 12, np.float32)], ())

    assert heard.seconds == 12
    assert heard.speech == ()
    assert heard.segments == ()
    assert np.isnan(heard.pitch_hz).all()
    assert not heard.speech_share.any()


def test_an_empty_stream_is_an_empty_recording() -> None:
    assert observe([], ()).speech == ()


def test_progress_grows_to_the_whole(recording: Recording) -> None:
    told: list[float] = []

    observe([recording(CALL)[:640_000]], (), told.append, seconds=40)

    assert told == sorted(told)
    assert told[-1] == 1.0


def test_memory_does_not_grow_with_the_sound() -> None:
    """Twenty minutes of blocks that are made as they are asked for."""
    import tracemalloc

    def blocks() -> Iterator[Sound]:
        for _ in range(20 * 60 // 5):
            yield np.zeros(80_000, np.float32)

    tracemalloc.start()
    observe(blocks(), ())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 20e6  # the samples alone are 77 MB


def test_a_held_vowel_before_silence_is_a_filled_pause_and_a_gliding_one_is_not() -> None:
    speech = np.zeros(200, bool)
    speech[50:100] = True
    held = np.full(200, np.nan, np.float32)
    held[75:100] = 110
    gliding = held.copy()
    gliding[75:100] = np.linspace(110, 190, 25)
    change = np.full(200, 3, np.float32)

    assert len(held_sounds(held, change, speech)) == 1
    assert held_sounds(gliding, change, speech) == []


def test_an_um_that_stands_alone_is_one_though_its_pitch_falls_and_it_closes_to_a_nasal() -> None:
    um = np.full(200, np.nan, np.float32)
    um[80:102] = np.linspace(200, 160, 22)
    change = np.full(200, 20, np.float32)
    change[80:102] = 6
    change[90:93] = 25
    alone, within = np.zeros(200, bool), np.ones(200, bool)
    alone[80:102] = True

    found = held_sounds(um, change, alone)

    assert [(one.start, one.end) for one in found] == [(80, 102)]
    assert held_sounds(um, change, within) == []


def test_a_word_that_stands_alone_and_moves_is_no_filled_pause() -> None:
    word = np.full(200, np.nan, np.float32)
    word[80:102] = np.linspace(200, 160, 22)
    change = np.full(200, 18, np.float32)
    change[85:90] = 6
    speech = np.zeros(200, bool)
    speech[80:102] = True

    assert held_sounds(word, change, speech) == []
