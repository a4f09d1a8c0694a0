"""Names what a result was made with: models, tables and lists, each with version and SHA-256."""

import hashlib
from functools import cache
from importlib.resources import files

from analysis_core.fusion.table import table
from analysis_core.models import used
from analysis_core.observations import FaceObservations, SpeechObservations, TextObservations
from analysis_core.text.markers import version as markers_version
from analysis_core.transcription import MODELS as RECOGNISERS

TEXT_MODELS = ("sentence-changes", "sentence-affect")
FACE_MODELS = ("face-landmarker", "face-detector-full-range")


def used_models(
    speech: SpeechObservations | None,
    face: FaceObservations | None,
    text: TextObservations | None,
    *,
    recognised: bool = False,
) -> tuple[dict[str, str], ...]:
    """Id, name, version, licence and SHA-256 of everything that had a part in the result."""
    found: list[dict[str, str]] = []
    if speech is not None:
        from analysis_core.speech import MODELS

        found += [dict(row) for row in used(*MODELS)]
    if recognised:
        found += [dict(row) for row in used(*RECOGNISERS)]
    if face is not None:
        found += [dict(row) for row in used(*FACE_MODELS)]
    if text is not None:
        found += [dict(row) for row in used(*TEXT_MODELS)]
        found.append(_own("marker-list", "Linguistic markers", markers_version(), "analysis_core.text", "markers.json"))
    found.append(_own("fusion-table", "Trust Score weights", table().version, "analysis_core.fusion", "table.json"))
    return tuple(found)


def _own(model_id: str, name: str, version: str, package: str, file: str) -> dict[str, str]:
    return {
        "id": model_id,
        "name": name,
        "version": version,
        "licence": "part of this software",
        "sha256": _checksum(package, file),
    }


@cache
def _checksum(package: str, file: str) -> str:
    return hashlib.sha256(files(package).joinpath(file).read_bytes()).hexdigest()
