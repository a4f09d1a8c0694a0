"""Follows all faces through sampled pictures: detection about once a second, landmarks in between."""

from analysis_core.face import appearance, windows
from analysis_core.face.canonical import align
from analysis_core.face.detector import Detection, overlap
from analysis_core.face.landmarker import Mesh
from analysis_core.face.measures import measure, picture_to_canonical
from analysis_core.face.models import FaceModels
from analysis_core.face.region import Image
from analysis_core.face.scene import Scene
from analysis_core.face.track import Track, share_box
from analysis_core.observations import Frame

MAX_FACES = 25
"""Faces followed at once: a full gallery page."""
MAX_MEASURED = 8
"""Faces measured in one picture; more take turns, so that a gallery costs no more than eight faces do."""

_DETECT_EVERY_S = 1.0
_SCAN_EVERY_S = 30.0
_PRESENT = 0.5
_SAME_PLACE = 0.3
_SHORT_GAP_S = 3.0
_LOCAL_CUT_LEVELS = 34.0
_STAYING_FACE = 0.5
_SAME_FACE = 0.88


class Tracker:
    """Feed it pictures in order of time; `tracks` holds every face seen so far."""

    def __init__(self, models: FaceModels) -> None:
        self._models = models
        self._scene = Scene()
        self._detected_s = self._scanned_s = float("-inf")
        self._active: list[Track] = []
        self._lost: list[Track] = []
        self._next_id = 1

    @property
    def tracks(self) -> list[Track]:
        """All faces, in the order in which they were first seen."""
        return sorted(self._active + self._lost, key=lambda track: track.id)

    @property
    def visible(self) -> int:
        """How many faces the last picture showed."""
        return len(self._active)

    def see(self, frame: Frame) -> list[Track]:
        """Measure the faces of one picture and give the tracks that were measured in it."""
        cut = self._scene.next(frame.image)
        turn = sorted(self._active, key=lambda track: track.seen_s)[:MAX_MEASURED]
        measured = [track for track in turn if self._advance(track, frame)]
        lost = len(measured) < len(turn)
        if cut or lost or not self._active or frame.time_s - self._detected_s >= _DETECT_EVERY_S - 1e-3:
            measured += self._look_for_new(frame, cut)
        return measured

    def _advance(self, track: Track, frame: Frame) -> bool:
        """Follow a face into this picture, or give it up: no face there, another one, or one already followed."""
        mesh = self._models.landmarker.mesh(frame.image, track.region)
        if mesh.presence < _PRESENT or self._replaced(track, mesh) or self._taken(mesh, track):
            self._active.remove(track)
            self._lost.append(track)
            return False
        self._record(track, mesh, frame)
        return True

    def _replaced(self, track: Track, mesh: Mesh) -> bool:
        """Whether a cut put another face in this one's place. Without a cut, a changed look is a turned head."""
        return self._cut_at(track) and appearance.likeness(track.look, appearance.look(mesh.crop)) < _SAME_FACE

    def _cut_at(self, track: Track) -> bool:
        return self._scene.change_around(track.box) > _LOCAL_CUT_LEVELS

    def _stayed(self, track: Track, mesh: Mesh, time_s: float) -> bool:
        """Whether a face found now is where this one was a moment ago, and no cut came between."""
        recent = time_s - track.seen_s <= _SHORT_GAP_S and not self._cut_at(track)
        return recent and bool(overlap(track.box[None], mesh.box)[0] > _SAME_PLACE)

    def _look_for_new(self, frame: Frame, cut: bool) -> list[Track]:
        found = []
        for detection in self._detect(frame, cut):
            region = detection.region
            known = any(track.covers(region.x, region.y) for track in self._active)
            if not known and len(self._active) < MAX_FACES:
                found += self._begin(detection, frame)
        return found

    def _detect(self, frame: Frame, cut: bool) -> list[Detection]:
        height, width = frame.image.shape[:2]
        self._detected_s = frame.time_s
        if cut or frame.time_s - self._scanned_s >= _SCAN_EVERY_S:
            self._scanned_s = frame.time_s
            found = self._models.far.find(frame.image, windows.tiled(width, height))
        else:
            found = self._models.far.find(frame.image, windows.whole(width, height))
        return found or self._models.near.find(frame.image, windows.whole(width, height))

    def _begin(self, detection: Detection, frame: Frame) -> list[Track]:
        rough = self._models.landmarker.mesh(frame.image, detection.region)
        if rough.presence < _PRESENT:
            return []
        mesh = self._models.landmarker.mesh(frame.image, rough.region)
        if mesh.presence < _PRESENT or self._taken(mesh):
            return []
        track = self._resumed(mesh, frame.time_s) or self._new(mesh, frame.time_s)
        self._active.append(track)
        self._record(track, mesh, frame)
        return [track]

    def _resumed(self, mesh: Mesh, time_s: float) -> Track | None:
        """Give the lost face that this one is: alike at the same place a moment ago, or very alike anywhere."""
        look = appearance.look(mesh.crop)
        best, best_likeness = None, 0.0
        for track in self._lost:
            alike = appearance.likeness(track.look, look)
            least = _STAYING_FACE if self._stayed(track, mesh, time_s) else _SAME_FACE
            if alike > max(best_likeness, least):
                best, best_likeness = track, alike
        if best is not None:
            self._lost.remove(best)
        return best

    def _new(self, mesh: Mesh, time_s: float) -> Track:
        track = Track(self._next_id, mesh.region, mesh.box, appearance.look(mesh.crop), time_s)
        self._next_id += 1
        return track

    def _taken(self, mesh: Mesh, own: Track | None = None) -> bool:
        """Whether another, older track already follows this face."""
        others = [track for track in self._active if own is None or track.id < own.id]
        return any(overlap(track.box[None], mesh.box)[0] > _SAME_PLACE for track in others)

    def _record(self, track: Track, mesh: Mesh, frame: Frame) -> None:
        points = picture_to_canonical(mesh.points)
        alignment = align(self._models.canonical, points)
        track.follow(mesh, frame.time_s)
        values = measure(self._models.landmarker.blendshapes(mesh), points, alignment)
        track.add(frame.time_s, share_box(mesh.box, *_size(frame.image)), values, mesh.presence)


def _size(image: Image) -> tuple[int, int]:
    return image.shape[1], image.shape[0]
