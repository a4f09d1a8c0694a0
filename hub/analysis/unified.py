"""One report out of several inputs. A document sent with a recording is its transcript; the rest stays apart.

The recording leads: signals over time, events and speakers are its own. Figures that every input has are means,
weighted by how sure each input is of them.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

DIMENSIONS: Final = ("valence", "arousal", "dominance")
_ORDER: Final = ("video", "audio", "text", "image")
Plain = Mapping[str, Any]


def unify(parts: Mapping[str, Plain]) -> dict[str, Any]:
    """The report: the leading part's fields, joined figures, and every part whole under `modalities`."""
    leading = next(parts[role] for role in _ORDER if role in parts)
    if len(parts) == 1:
        return {**leading, "modalities": dict.fromkeys(parts, "the report itself")}
    present = [parts[role] for role in _ORDER if role in parts]
    return {
        **leading,
        "trust_score": _trust_score(present),
        "vad": {**leading["vad"], **_vad(present)},
        "engagement_score": _mean([(part.get("engagement_score"), 1.0) for part in present]),
        "alerts": [alert for part in present for alert in part.get("alerts") or ()],
        "active_aus": sorted({code for part in present for code in part.get("active_aus") or ()}),
        "summary": " ".join(part["summary"] for part in present if part.get("summary")),
        "modalities": dict(parts),
    }


def of_images(pictures: Sequence[Plain]) -> dict[str, Any]:
    """The report on pictures: every face of every picture, and means over all faces."""
    images = [{"index": index, **picture} for index, picture in enumerate(pictures)]
    faces = [face for picture in pictures for face in picture["faces"]]
    confidence = _mean([(face["vad"]["confidence"], 1.0) for face in faces])
    return {
        "duration_s": 0.0,
        "images": images,
        "face_count": len(faces),
        "vad": {**_vad(faces), "confidence": confidence or 0.0},
        "active_aus": sorted({code for face in faces for code in face["active_aus"]}),
        "engagement_score": _mean([(face["engagement_score"], 1.0) for face in faces]),
        "expression": max(faces, key=lambda face: face["vad"]["confidence"])["expression"] if faces else None,
        "summary": _summary(len(images), faces),
    }


def _summary(images: int, faces: Sequence[Plain]) -> str:
    pictures = "one picture" if images == 1 else f"{images} pictures"
    if not faces:
        return f"No face was found in {pictures}."
    shown = sorted({face["expression"] for face in faces})
    count = "One face" if len(faces) == 1 else f"{len(faces)} faces"
    return f"{count} in {pictures}; the expressions are closest to {', '.join(shown)}."


def _trust_score(parts: Sequence[Plain]) -> float | None:
    """By length: a score is a mean over speech."""
    return _mean([(part.get("trust_score"), part.get("duration_s") or 1.0) for part in parts])


def _vad(parts: Sequence[Plain]) -> dict[str, float | None]:
    return {
        name: _mean([(part["vad"].get(name), part["vad"].get("confidence") or 0.01) for part in parts])
        for name in DIMENSIONS
    }


def _mean(weighted: Sequence[tuple[float | None, float]]) -> float | None:
    known = [(value, weight) for value, weight in weighted if value is not None]
    whole = sum(weight for _, weight in known)
    return round(sum(value * weight for value, weight in known) / whole, 4) if whole > 0 else None
