"""The face networks, loaded once per process."""

import zipfile
from dataclasses import dataclass
from functools import cache

from analysis_core.face.canonical import CanonicalFace, read
from analysis_core.face.detector import FULL_RANGE, SHORT_RANGE, Detector
from analysis_core.face.landmarker import Landmarker
from analysis_core.face.network import Network
from analysis_core.models import weights

LANDMARKER, FULL_RANGE_DETECTOR = "face-landmarker", "face-detector-full-range"


@dataclass(frozen=True)
class FaceModels:
    """`far` finds faces up to five metres away; `near` those so close that `far` misses them."""

    near: Detector
    far: Detector
    landmarker: Landmarker
    canonical: CanonicalFace


@cache
def load() -> FaceModels:
    """Load all networks. Raises `ModelMissing` where weights are absent or changed."""
    far = Network.from_file(weights(FULL_RANGE_DETECTOR))
    with zipfile.ZipFile(weights(LANDMARKER)) as bundle:
        return FaceModels(
            near=Detector(Network(bundle.read("face_detector.tflite")), SHORT_RANGE),
            far=Detector(far, FULL_RANGE),
            landmarker=Landmarker(
                Network(bundle.read("face_landmarks_detector.tflite")), Network(bundle.read("face_blendshapes.tflite"))
            ),
            canonical=read(bundle.read("geometry_pipeline_metadata_landmarks.binarypb")),
        )
