"""Sessions under way: what they tell second by second, and that in the end they agree with the recording."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from analysis_core import Options, Result, analyse
from analysis_core.errors import MediaTooLong
from analysis_core.face import sampling_rate
from analysis_core.io.media import Media, open_media
from analysis_core.io.transcript import read_transcript
from analysis_core.io.turns import named, turns
from analysis_core.live import LiveSession, Update
from analysis_core.models.catalogue import catalogue
from analysis_core.models.store import path_of
from analysis_core.observations import Cue, Frame

ROOT = Path(__file__).resolve().parents[3]
CALL = ROOT / "sandbox" / "recordings" / "renewal_call.mp4"
WORDS = CALL.with_suffix(".vtt")
RATE = 16_000
_BLOCK_S = 0.25

Sound = NDArray[np.float32]

pytestmark = pytest.mark.skipif(
    not all(path_of(catalogue()[name]).exists() for name in ("silero-vad", "face-landmarker", "sentence-affect")),
    reason="the models are not built",
)


@pytest.fixture(scope="module")
def recording() -> Media:
    return open_media(CALL, Options())


@pytest.fixture(scope="module")
def sound(recording: Media) -> Sound:
    return np.concatenate(list(recording.audio()))


@pytest.fixture(scope="module")
def cues() -> Sequence[Cue]:
    return named(read_transcript(WORDS))


class Play:
    """The recording played into a session: sound as it comes, each sentence when it is over, two pictures a second."""

    def __init__(self, sound: Sound, cues: Sequence[Cue], frames: Sequence[Frame]) -> None:
        self.session, self.updates = LiveSession(), list[Update]()
        self._cues, self._frames, self._turns = list(cues), list(frames), turns(cues)
        for start in range(0, len(sound), int(_BLOCK_S * RATE)):
            self._until(start / RATE)
            block = sound[start : start + int(_BLOCK_S * RATE)]
            self.session.hear(block, self._holder(start / RATE + _BLOCK_S / 2), start / RATE)
            if start % (5 * RATE) == 0:
                self.updates.append(self.session.update())
        self._until(float("inf"))
        self.updates.append(self.session.update())
        self.result = self.session.result()

    def _until(self, at_s: float) -> None:
        while self._cues and self._cues[0].end_s <= at_s:
            self.session.say(self._cues.pop(0))
        while self._frames and self._frames[0].time_s <= at_s:
            self.session.see(self._frames.pop(0))

    def _holder(self, at_s: float) -> str:
        away = {turn: max(turn.start_s - at_s, at_s - turn.end_s, 0.0) for turn in self._turns}
        return min(self._turns, key=lambda turn: (away[turn], -turn.start_s)).speaker


@pytest.fixture(scope="module")
def played(recording: Media, sound: Sound, cues: Sequence[Cue]) -> Play:
    return Play(sound, cues, list(recording.frames(2.0)))


@pytest.fixture(scope="module")
def analysed() -> Result:
    return analyse(CALL, transcript=WORDS)


def _together(one: Sequence[float | None], other: Sequence[float | None]) -> tuple[float, float]:
    """Correlation and mean distance where both were observed, and that is nearly everywhere either was."""
    length = min(len(one), len(other))
    a, b = (np.array(values[:length], float) for values in (one, other))
    both = np.isfinite(a) & np.isfinite(b)
    assert both.sum() >= 0.95 * (np.isfinite(a) | np.isfinite(b)).sum()
    return float(np.corrcoef(a[both], b[both])[0, 1]), float(np.abs(a[both] - b[both]).mean())


@pytest.mark.slow
def test_a_played_recording_gives_what_its_analysis_gives(played: Play, analysed: Result) -> None:
    live = played.result

    assert live.trust_score is not None
    assert live.trust_score == pytest.approx(analysed.trust_score, abs=2)
    for one, other in zip(live.speakers, analysed.speakers, strict=True):
        assert (one.name, one.turns) == (other.name, other.turns)
        assert one.talk_time_s == pytest.approx(other.talk_time_s, abs=1)
        assert one.trust_score == pytest.approx(other.trust_score, abs=2)
    assert {(a.type, a.speaker) for a in live.alerts} == {(a.type, a.speaker) for a in analysed.alerts}
    assert live.coverage["face"].share == pytest.approx(analysed.coverage["face"].share, abs=0.05)


@pytest.mark.slow
@pytest.mark.parametrize("dimension", ["valence", "arousal", "dominance", "credibility"])
def test_every_second_of_a_played_recording_agrees(played: Play, analysed: Result, dimension: str) -> None:
    def series(result: Result) -> Sequence[float | None]:
        return result.credibility_signal if dimension == "credibility" else result.vad_series[dimension]

    correlation, distance = _together(series(played.result), series(analysed))

    assert correlation > 0.95
    assert distance < 0.03


@pytest.mark.slow
def test_an_update_tells_who_talks_and_an_alert_once(played: Play) -> None:
    talking = {u.second: [row.name for row in u.speakers if row.talking] for u in played.updates}
    told = [(alert.type, alert.speaker) for update in played.updates for alert in update.alerts]

    seconds = sorted(talking)
    assert seconds == list(dict.fromkeys(u.second for u in played.updates))
    assert all(0 <= 5 * index - second <= 3 for index, second in enumerate(seconds[1:-1], 1))
    assert talking[seconds[8]] == ["Priya Shah"]
    assert told.count(("credibility_low", "Priya Shah")) == 1
    hesitant = next(row for row in played.updates[8].speakers if row.name == "Priya Shah")
    assert (hesitant.signals["hesitation"] or 0) > 0.7
    assert hesitant.prosody["pitch_hz"]


def test_the_newest_second_is_that_of_the_whole(sound: Sound) -> None:
    session = LiveSession()
    session.hear(sound[: 30 * RATE], "Dana")
    update = session.update()

    whole = session.result()

    (now,) = update.speakers
    assert now.vad["arousal"] == pytest.approx(whole.vad_series["arousal"][update.second], abs=0.05)


def test_a_session_with_pictures_alone_tells_of_the_face(recording: Media) -> None:
    session = LiveSession()
    for frame, _ in zip(recording.frames(2.0), range(24), strict=False):
        session.see(frame)

    update = session.update()

    (now,) = update.speakers
    assert now.vad["valence"] is not None
    assert now.vad["dominance"] is None
    assert update.second == 10
    assert session.result().abstained


def test_a_session_in_which_nothing_happens_has_nothing_to_tell() -> None:
    session = LiveSession()

    assert session.update().speakers == ()
    assert session.result().speakers == ()


def test_silence_between_blocks_is_kept_and_overlaps_are_dropped(sound: Sound) -> None:
    session = LiveSession()
    session.hear(sound[: 6 * RATE], "Dana", 0.0)
    session.hear(sound[4 * RATE : 8 * RATE], "Dana", 4.0)
    session.hear(sound[: 6 * RATE], "Sam", 30.0)

    result = session.result()

    assert result.duration_s == pytest.approx(36)
    assert {row.name: row.turns for row in result.speakers} == {"Dana": 1, "Sam": 1}


def test_a_session_beyond_the_longest_is_refused(sound: Sound) -> None:
    session = LiveSession(Options(max_duration_s=10))

    with pytest.raises(MediaTooLong):
        session.hear(sound[:RATE], at_s=9.5)


def test_a_film_without_sound_tells_the_same_of_the_one_face_as_a_session_of_its_pictures(tmp_path: Path) -> None:
    film = _silent_film(tmp_path / "silent.mp4")
    recording, session = open_media(film, Options()), LiveSession()
    for frame in recording.frames(sampling_rate(recording.duration_s, recording.frames_per_second)):
        session.see(frame)

    streamed, whole = session.result(), analyse(film)

    assert [row.name for row in whole.speakers] == [row.name for row in streamed.speakers]
    assert whole.vad is not None
    assert whole.vad.valence is not None
    assert streamed.vad is not None
    assert whole.vad.valence == pytest.approx(streamed.vad.valence, abs=0.02)


def _silent_film(path: Path) -> Path:
    """One person of the call, cut out of the pictures of its first seconds."""
    import av

    frames = [frame for frame in open_media(CALL, Options()).frames(10.0) if frame.time_s < 8]
    height, width = frames[0].image.shape[:2]
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=10, options={"crf": "18"})
        stream.pix_fmt, stream.width, stream.height = "yuv420p", width // 4 * 2, height // 2 * 2
        for frame in frames:
            picture = np.ascontiguousarray(frame.image[: stream.height, : stream.width])
            out.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        out.mux(stream.encode(None))
    return path
