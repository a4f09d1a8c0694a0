"""Faces of pictures as the API tells them. Runs in analysis processes only: whoever sent a picture may be hostile."""

import os
from typing import TYPE_CHECKING, Any, Final

os.environ.setdefault("OPENCV_IO_MAX_IMAGE_PIXELS", str(64 * 1024 * 1024))  # read when the library is imported

from analysis_core.errors import MediaUnreadable

if TYPE_CHECKING:
    from analysis_core.face import LiveFace, LiveFaces

ACTIVE_FROM: Final = 0.3
_MOST_EDGE: Final = 1280
_DECIMALS: Final = 4


def faces_of_still(data: bytes) -> dict[str, Any]:
    """The faces of one picture, with every unit. Raises `MediaUnreadable`."""
    from analysis_core.face import LiveFaces

    return faces_of_frame(LiveFaces(), data, 0.0)


def faces_of_frame(faces: "LiveFaces", data: bytes, time_s: float, *, every_unit: bool = True) -> dict[str, Any]:
    """The faces of the next picture, the most prominent first. Raises `MediaUnreadable`.

    Without `every_unit` only the active ones are named: live frames come fast, and few ask for all.
    """
    from analysis_core.observations import Frame

    image = _decoded(data)
    found = faces.see(Frame(time_s, image))
    ranked = sorted(found, key=lambda face: -face.box[2] * face.box[3])
    return {"width": image.shape[1], "height": image.shape[0], "faces": [_told(face, every_unit) for face in ranked]}


def _decoded(data: bytes) -> Any:
    import cv2
    import numpy as np

    try:
        picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_RGB) if data else None
    except cv2.error:
        picture = None
    if picture is None:
        raise MediaUnreadable("This is not a picture that can be read. Send JPEG, PNG or WebP.")
    scale = _MOST_EDGE / max(picture.shape[:2])
    if scale < 1:
        picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return picture


def _told(face: "LiveFace", every_unit: bool) -> dict[str, Any]:
    ranked = sorted(face.expressions.items(), key=lambda item: -item[1])
    return {
        "face": face.track,
        "box": dict(zip(("x", "y", "width", "height"), map(_rounded, face.box), strict=True)),
        "vad": {
            "valence": _rounded(face.valence),
            "arousal": _rounded(face.arousal),
            "dominance": _rounded(face.dominance),
            "confidence": _rounded(face.confidence),
        },
        "active_aus": [code for code, value in sorted(face.aus.items()) if value >= ACTIVE_FROM],
        **({"action_units": _units(face)} if every_unit else {}),
        "expression": ranked[0][0],
        "expressions": {name: _rounded(share) for name, share in face.expressions.items()},
        "engagement_score": round(100 * face.attention, 1),
    }


def _units(face: "LiveFace") -> list[dict[str, Any]]:
    """One row for every code; those that cannot be seen are never invented."""
    from analysis_core.face.intensities import schema

    return [
        {
            "code": row.code,
            "name": row.name,
            "source": row.source,
            "supported": row.code in face.aus,
            "intensity": _rounded(face.aus[row.code]) if row.code in face.aus else None,
            "active": face.aus.get(row.code, 0.0) >= ACTIVE_FROM,
            "confidence": _rounded(row.confidence),
        }
        for row in schema()
    ]


def _rounded(value: float) -> float:
    return round(float(value), _DECIMALS) + 0.0
