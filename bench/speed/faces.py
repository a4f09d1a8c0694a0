"""Pictures already decoded: a recording's, and those of a live session, which come as JPEG."""

import time
from collections.abc import Callable, Sequence
from functools import partial

import cv2
import numpy as np

from analysis_core.face import LiveFaces, observe, windows
from analysis_core.face.models import load
from analysis_core.io.media import open_media
from analysis_core.observations import Frame
from analysis_core.options import Options
from bench.figures import Figures
from bench.sources import Sources
from bench.speed.clock import seconds

_PER_SECOND = 7.5
_QUICK = 60
_REPEATED = 30
_JPEG_QUALITY = 85


def measure(figures: Figures, data: Sources, quick: bool) -> None:
    """1280 x 720 with one face and with two, at the pace at which short recordings are sampled."""
    two = list(open_media(data.demo, Options()).frames(_PER_SECOND))[: _QUICK if quick else None]
    one = one_face(two)
    figures.add("speed.face_fps", len(one) / seconds(lambda: observe(one)))
    figures.add("speed.face_fps_two_faces", len(two) / seconds(lambda: observe(two)))
    _stages(figures, one[0].image)
    for name, frames in (("frame", one), ("frame_two_faces", two)):
        taken = _live(frames)
        figures.add(f"speed.{name}_p50_ms", float(np.percentile(taken, 50)))
        figures.add(f"speed.{name}_p95_ms", float(np.percentile(taken, 95)))


def _stages(figures: Figures, image: "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]") -> None:
    """Milliseconds of each network with its preparation; a scan looks at many windows, as after a cut."""
    networks, (height, width) = load(), image.shape[:2]
    mesh = networks.landmarker.mesh(image, networks.far.find(image, windows.whole(width, height))[0].region)
    stages = {
        "detection": lambda: networks.far.find(image, windows.whole(width, height)),
        "scan": lambda: networks.far.find(image, windows.tiled(width, height)),
        "landmarks": lambda: networks.landmarker.mesh(image, mesh.region),
        "blendshapes": lambda: networks.landmarker.blendshapes(mesh),
    }
    for name, stage in stages.items():
        figures.add(f"speed.face_{name}_ms", 1000 * seconds(partial(_often, stage)) / _REPEATED)


def _often(stage: Callable[[], object]) -> None:
    for _ in range(_REPEATED):
        stage()


def one_face(frames: Sequence[Frame]) -> list[Frame]:
    """The same pictures with the right half grey."""
    shown = []
    for frame in frames:
        image = frame.image.copy()
        image[:, image.shape[1] // 2 :] = 24
        shown.append(Frame(frame.time_s, image))
    return shown


def _live(frames: Sequence[Frame]) -> list[float]:
    """Milliseconds from JPEG to Action Units, picture by picture."""
    quality = [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY]
    sent = [(frame.time_s, cv2.imencode(".jpg", frame.image[..., ::-1], quality)[1]) for frame in frames]
    session, taken = LiveFaces(), list[float]()
    for time_s, jpeg in sent:
        started = time.process_time()
        image = cv2.imdecode(jpeg, cv2.IMREAD_COLOR_RGB)
        session.see(Frame(time_s, np.asarray(image, np.uint8)))
        taken.append(1000 * (time.process_time() - started))
    return taken
