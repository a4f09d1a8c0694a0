"""Fusion on observations made by hand: what was not seen is never guessed."""

from dataclasses import replace

import numpy as np
import pytest

from analysis_core.fusion.credibility import SUSTAINED, credibility
from analysis_core.fusion.fuse import fuse
from analysis_core.fusion.inputs import Inputs
from analysis_core.fusion.table import SIGNALS
from analysis_core.observations import (
    ActionUnitInfo,
    Cue,
    FaceObservations,
    FaceTrack,
    Pause,
    Sentence,
    SpeechObservations,
    SpeechSegment,
    TextObservations,
    Turn,
)
from analysis_core.options import Options
from analysis_core.result import Result

SECONDS = 120
NAME = "Priya"


def _series(value: float) -> np.ndarray:
    return np.full(SECONDS, value, np.float32)


def _speech() -> SpeechObservations:
    wave = (np.sin(np.arange(SECONDS)) * 0.1 + 1).astype(np.float32)
    return SpeechObservations(
        seconds=SECONDS,
        speech_share=_series(1),
        speech=((0.0, float(SECONDS)),),
        pitch_hz=180 * wave,
        pitch_range_st=2 * wave,
        voiced_share=_series(0.6),
        energy_db=-25 * wave,
        jitter=0.01 * wave,
        shimmer=0.1 * wave,
        hnr_db=15 * wave,
        syllable_rate=4 * wave,
        segments=tuple(
            SpeechSegment(at, at + 5.0, NAME, 0.5, 0.5, 0.5, {"neutral": 1.0}, 0.8) for at in range(0, SECONDS, 5)
        ),
        pauses=(),
        filled_pauses=(),
        pitch_quantiles_hz={NAME: (150, 170, 180, 190, 210)},
    )


def _inputs(**changes: object) -> Inputs:
    whole = Inputs(
        duration_s=float(SECONDS),
        speech=_speech(),
        face=None,
        text=None,
        cues=(),
        turns=(Turn(0.0, float(SECONDS), NAME),),
        timed=True,
        speakers_told_apart=True,
        options=Options(),
        has_audio=True,
        has_video=False,
    )
    return replace(whole, **changes)  # type: ignore[arg-type]


def _face(speaker: str | None) -> FaceObservations:
    times = np.arange(0, SECONDS, 0.5, dtype=np.float32)
    smile = (times > 60).astype(np.float32) * 0.8
    zeros = np.zeros(len(times), np.float32)
    track = FaceTrack(
        id=1,
        times_s=times,
        boxes=np.zeros((len(times), 4), np.float32),
        aus=np.stack([zeros, smile], axis=1),
        pose=np.zeros((len(times), 3), np.float32),
        valence=(0.5 + smile / 2).astype(np.float32),
        arousal=zeros + 0.5,
        mouth_motion=zeros,
        confidence=zeros + 1,
        speaker=speaker,
    )
    schema = (
        ActionUnitInfo(4, "Brow lowerer", "blendshape", 0.8),
        ActionUnitInfo(12, "Lip corner puller", "blendshape", 0.9),
        ActionUnitInfo(14, "Dimpler", "unsupported", 0.0),
    )
    return FaceObservations((4, 12), schema, (track,), len(times), len(times))


def _text(valence: float | None) -> TextObservations:
    rows = tuple(
        Sentence("It is fine.", NAME, float(at), at + 5.0, 3, valence, 0.5, 0.5, {}, False)
        for at in range(0, SECONDS, 5)
    )
    return TextObservations(rows, (), False)


def test_a_steady_voice_alone_scores_near_fifty_and_says_what_was_not_seen() -> None:
    result = fuse(_inputs())

    assert result.trust_score == pytest.approx(55, abs=5)
    assert result.contributions is not None
    unseen = {row.signal for row in result.contributions.signals if row.observed_share == 0}
    assert unseen == {"directness", "congruence"}
    assert result.coverage["face"].note == "There is no picture."
    assert result.vad.valence is not None
    assert result.active_aus == ()
    assert result.hesitation_markers is None


def test_strain_after_the_baseline_lowers_the_signal_only_there() -> None:
    speech = _speech()
    pitch = speech.pitch_hz.copy()
    pitch[80:100] *= 1.5

    result = fuse(_inputs(speech=replace(speech, pitch_hz=pitch)))

    calm, strained = result.credibility_signal[20], result.credibility_signal[90]
    assert calm is not None
    assert strained is not None
    assert strained < calm - 0.05
    assert any(event.type == "strain.raised" and 75 <= (event.start_s or 0) <= 85 for event in result.events)


def test_long_silences_inside_a_turn_take_from_fluency() -> None:
    pauses = tuple(Pause(at, at + 2.0, NAME, "within") for at in (70.0, 76.0, 82.0, 88.0))

    plain, halting = fuse(_inputs()), fuse(_inputs(speech=replace(_speech(), pauses=pauses)))

    assert plain.trust_score is not None
    assert halting.trust_score is not None
    assert halting.trust_score < plain.trust_score
    assert halting.hesitation_map.spans[0].causes["long_pause_s"] > 1


def test_under_twenty_seconds_of_speech_there_is_no_score() -> None:
    result = fuse(_inputs(turns=(Turn(10.0, 25.0, NAME),)))

    assert result.trust_score is None
    assert result.trust_interval is None
    assert result.contributions is None
    assert result.abstained is not None
    assert result.abstained.reason == "too_little_speech"


def test_words_without_voice_or_face_give_no_score() -> None:
    cues = (Cue(0.0, float(SECONDS), NAME, "It is fine."),)

    result = fuse(_inputs(speech=None, text=_text(0.5), cues=cues, has_audio=False))

    assert result.abstained is not None
    assert result.abstained.reason == "words_only"


def test_nobody_to_observe_gives_talk_figures_alone() -> None:
    result = fuse(_inputs(options=Options(observed_speakers=frozenset({"Sam"}))))

    assert result.abstained is not None
    assert result.abstained.reason == "nobody_observed"
    assert result.speakers[0].talk_time_s == SECONDS
    assert set(result.credibility_signal) == {None}


def test_faces_are_reported_as_sampled_and_nothing_is_invented() -> None:
    result = fuse(_inputs(face=_face(NAME), has_video=True))

    assert result.active_aus == (12,)
    assert result.au_activation_map[0].speaker == NAME
    assert result.au_activation_map[0].codes["12"][-1] == pytest.approx(0.8)
    dimpler = next(row for row in result.action_units if row.code == 14)
    assert (dimpler.supported, dimpler.intensity) == (False, None)
    smile = next(event for event in result.events if event.type == "face.action_unit")
    assert smile.start_s == pytest.approx(60.5)


def test_a_face_that_may_be_somebody_elses_is_not_reported() -> None:
    options = Options(observed_speakers=frozenset({NAME}))

    result = fuse(_inputs(face=_face(None), has_video=True, options=options))

    assert result.au_activation_map == ()
    assert result.active_aus == ()
    assert "none could be matched" in result.coverage["face"].note


def test_words_that_leave_the_face_behind_lower_congruence() -> None:
    cues = tuple(Cue(row.start_s or 0.0, row.end_s or 0.0, NAME, row.text) for row in _text(None).sentences)
    text = _text(0.6)
    gloomy = replace(
        text, sentences=tuple(replace(row, valence=0.1 if (row.start_s or 0) >= 60 else 0.6) for row in text.sentences)
    )

    result = fuse(_inputs(face=_face(NAME), text=gloomy, cues=cues, has_video=True))

    assert any(event.type == "words_and_looks.apart" for event in result.events)


def test_thresholds_can_be_chosen() -> None:
    high = fuse(_inputs(options=Options(thresholds={"arousal_high": 0.4})))

    assert [(alert.type, alert.offset_s) for alert in high.alerts] == [("arousal_high", 0.0)]


def test_effects_add_up_second_by_second() -> None:
    random = np.random.default_rng(3)
    z = {name: random.normal(0, 2, 60) for name in SIGNALS}

    found = credibility(z, np.ones(60))

    without = sum(values for name, values in found.effects.items() if name != SUSTAINED)
    assert np.allclose(without, found.signal - 0.5, atol=1e-12)
    assert (found.worth >= 0).all()
    assert (found.worth <= 1).all()


def test_a_result_is_plain_json_with_rounded_numbers() -> None:
    plain = fuse(_inputs()).to_dict()

    assert set(plain) == set(Result.__dataclass_fields__)
    assert all(value is None or value == round(value, 4) for value in plain["credibility_signal"])
    assert len(plain["credibility_signal"]) == SECONDS
