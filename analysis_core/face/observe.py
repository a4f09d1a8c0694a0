"""The face's whole way: pictures in, tracks with Action Units out."""

from collections.abc import Iterable, Sequence

from analysis_core.arithmetic import on_one_thread
from analysis_core.face.intensities import schema
from analysis_core.face.models import load
from analysis_core.face.running import RunningTracks
from analysis_core.face.track import Track
from analysis_core.face.tracker import Tracker
from analysis_core.face.units import CODES
from analysis_core.observations import FaceObservations, Frame, Turn
from analysis_core.options import Hook

_LEAST_SAMPLES = 3


def observe(
    frames: Iterable[Frame],
    speakers_talking: Sequence[Turn] | None = None,
    hook: Hook | None = None,
    duration_s: float | None = None,
) -> FaceObservations:
    """Follow all faces through `frames`, which come in order of time and are let go one by one.

    `speakers_talking` says who talks when and lets tracks be attributed to speakers. Progress goes to `hook` when
    `duration_s` is known. Raises `ModelMissing` where weights are absent.

    Every value belongs to the moment in `FaceTrack.times_s` at which its picture was shown. To compare a track with
    a series of another rate, interpolate linearly: `np.interp(series_times_s, track.times_s, track.aus[:, column])`.
    A mouth moves several times a second: two samples a second keep the shape of brows and smiles, but blur AU25 and
    AU26; `sampling_rate` says how densely to sample.
    """
    observer = FaceObserver()
    for frame in frames:
        observer.see(frame)
        if hook and duration_s:
            hook("face", min(frame.time_s / duration_s, 1.0))
    return observer.so_far(speakers_talking)


class FaceObserver:
    """Follows faces picture by picture and can say at any time what was seen up to now."""

    def __init__(self) -> None:
        on_one_thread()
        self._tracker = Tracker(load())
        self._times_s: list[float] = []
        self._with_face = 0
        self._running = RunningTracks()

    def see(self, frame: Frame) -> list[Track]:
        """Take the next picture; gives the faces that were measured in it."""
        measured = self._tracker.see(frame)
        self._times_s.append(frame.time_s)
        self._with_face += self._tracker.visible > 0
        return measured

    def so_far(self, speakers_talking: Sequence[Turn] | None = None) -> FaceObservations:
        """What the pictures up to now showed, each face against its own neutral."""
        enough = min(_LEAST_SAMPLES, len(self._times_s))
        tracks = self._running.finished([track for track in self._tracker.tracks if len(track.times_s) >= enough])
        if speakers_talking:
            tracks = self._running.named(tracks, speakers_talking, self._times_s)
        return FaceObservations(CODES, schema(), tuple(tracks), len(self._times_s), self._with_face)
