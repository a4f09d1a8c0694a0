"""Which measures make which Action Unit, and how far each can be trusted. Version `au-1`.

Intensity = sum of weight · (measure - the face's own neutral), less a threshold, clipped to 0..1. Weights bring a
clearly posed expression to about 1. Pairs of blendshapes follow Apple's ARKit names; distances are in centimetres of
the canonical face, angles in degrees.

Confidence is 2 · AUC - 1 on posed, FACS-coded sequences where that was measured (1, 2, 4, 5, 7, 12, 15, 17, 20, 25,
27); 0.8 where the intensity follows drawn expressions (26); 0.5 where only the blendshape's definition speaks for it.
Codes without a row here are reported as unsupported: the networks' outputs for them are dead (34), no better than
chance (6, 9, 14, 23, 24), or blind to them.
"""

from dataclasses import dataclass

VERSION = "au-1"

BLENDSHAPE, GEOMETRY, POSE, UNSUPPORTED = "blendshape", "geometry", "pose", "unsupported"


@dataclass(frozen=True)
class Unit:
    """How one Action Unit is computed. `either_side` takes the deviation's size, whichever its sign."""

    code: int
    source: str
    confidence: float
    weights: dict[str, float]
    threshold: float = 0.0
    either_side: bool = False


def _both(name: str, weight: float) -> dict[str, float]:
    """Weigh the mean of a left and right blendshape."""
    return {f"{name}Left": weight / 2, f"{name}Right": weight / 2}


def _eyes(one: str, other: str) -> dict[str, float]:
    return {f"eyeLook{one}": 0.5, f"eyeLook{other}": 0.5}


UNITS = (
    Unit(1, BLENDSHAPE, 0.90, {"browInnerUp": 2.6, "brow_obliqueness": 2.6}),
    Unit(2, BLENDSHAPE, 0.92, _both("browOuterUp", 3.2)),
    Unit(4, GEOMETRY, 0.54, _both("browDown", 3.0) | {"brow_gap": -1.7, "middle_brow_height": -0.9}),
    Unit(5, BLENDSHAPE, 0.94, _both("eyeWide", 1.5)),
    Unit(7, BLENDSHAPE, 0.62, _both("eyeSquint", 1.5)),
    Unit(10, BLENDSHAPE, 0.5, _both("mouthUpperUp", 1.2)),
    Unit(12, BLENDSHAPE, 0.96, _both("mouthSmile", 0.7) | {"mouth_width": 0.45}),
    Unit(15, GEOMETRY, 0.56, {"corner_above_lips": -1.2, "corner_below_nose": 0.9}),
    Unit(16, BLENDSHAPE, 0.5, _both("mouthLowerDown", 1.2)),
    Unit(17, BLENDSHAPE, 0.80, {"mouthShrugLower": 2.0}),
    Unit(18, BLENDSHAPE, 0.5, {"mouthPucker": 1.0}),
    Unit(20, BLENDSHAPE, 0.90, _both("mouthStretch", 1.5)),
    Unit(22, BLENDSHAPE, 0.5, {"mouthFunnel": 1.2}),
    Unit(25, GEOMETRY, 0.82, {"lip_gap": 1.0}),
    Unit(26, GEOMETRY, 0.8, {"jaw_length": 0.7}),
    Unit(27, GEOMETRY, 1.0, {"jaw_length": 0.8}, threshold=1.0),
    Unit(28, BLENDSHAPE, 0.5, {"mouthRollLower": 0.75, "mouthRollUpper": 0.75}),
    Unit(30, BLENDSHAPE, 0.5, {"jawLeft": 1.5, "jawRight": -1.5}, either_side=True),
    Unit(43, BLENDSHAPE, 0.5, _both("eyeBlink", 1.4)),
    Unit(45, BLENDSHAPE, 0.5, _both("eyeBlink", 1.4)),
    Unit(46, BLENDSHAPE, 0.5, {"eyeBlinkLeft": 1.4, "eyeBlinkRight": -1.4}, threshold=0.2, either_side=True),
    Unit(51, POSE, 0.8, {"yaw": 1 / 45}),
    Unit(52, POSE, 0.8, {"yaw": -1 / 45}),
    Unit(53, POSE, 0.8, {"pitch": -1 / 35}),
    Unit(54, POSE, 0.8, {"pitch": 1 / 35}),
    Unit(55, POSE, 0.8, {"roll": -1 / 35}),
    Unit(56, POSE, 0.8, {"roll": 1 / 35}),
    Unit(61, BLENDSHAPE, 0.5, _eyes("OutLeft", "InRight")),
    Unit(62, BLENDSHAPE, 0.5, _eyes("InLeft", "OutRight")),
    Unit(63, BLENDSHAPE, 0.5, _eyes("UpLeft", "UpRight")),
    Unit(64, BLENDSHAPE, 0.5, _eyes("DownLeft", "DownRight")),
)
CODES = tuple(unit.code for unit in UNITS)
