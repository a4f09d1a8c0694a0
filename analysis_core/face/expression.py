"""What one face shows at one moment, in words and as attention. Version `face-expression-1`.

Expressions are the prototypes of `analysis_core.face.affect`; what they leave is `neutral`. Attention says how far the
face is turned to the camera with open eyes that look at it, the engagement that a single picture can show; it says
nothing about thoughts.
"""

from collections.abc import Mapping

import numpy as np

from analysis_core.face.affect import PROTOTYPES, shares
from analysis_core.face.measures import INDEX
from analysis_core.face.network import Tensor
from analysis_core.face.units import CODES

VERSION = "face-expression-1"

_EYES_CLOSED, _BLINK = CODES.index(43), CODES.index(45)
_EYES_AWAY = [CODES.index(code) for code in (61, 62, 63, 64)]
_SURE_WIDTH = 0.05


def expressions(aus: Tensor) -> Mapping[str, float]:
    """Shares that add up to 1, by expression, from the units (len(CODES),) of one face."""
    shown = shares(aus[None])[0]
    found = {prototype.name: float(share) for prototype, share in zip(PROTOTYPES, shown, strict=True)}
    return {"neutral": max(0.0, 1.0 - sum(found.values())), **found}


def attention(aus: Tensor, measures: Tensor) -> float:
    """0..1: turned to the camera, eyes open, looking at it."""
    opened = 1.0 - float(max(aus[_EYES_CLOSED], aus[_BLINK]))
    looking = 1.0 - float(aus[_EYES_AWAY].max())
    return float(frontal(measures)) * opened * looking


def frontal(measures: Tensor) -> Tensor:
    """How far heads are turned to the camera, 0..1, from their measures (..., len(INDEX))."""
    pitch, yaw = (np.cos(np.radians(measures[..., INDEX[name]])) for name in ("pitch", "yaw"))
    turned: Tensor = np.clip(pitch * yaw, 0, 1).astype(np.float32)
    return turned


def certainty(presence: Tensor, width: Tensor, measures: Tensor) -> Tensor:
    """Trust in samples of a face, 0..1: falls with doubt that it is one, with small faces, and with heads turned away.

    `presence` (...) 0..1, `width` (...) in shares of the picture, `measures` (..., len(INDEX)).
    """
    trust: Tensor = (presence * np.clip(width / _SURE_WIDTH, 0, 1) * frontal(measures)).astype(np.float32)
    return trust
