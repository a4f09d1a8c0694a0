"""Valence and arousal of a face from its Action Units. Version `face-affect-1`.

Prototypes follow EMFACS (Friesen & Ekman 1983) as far as their units are supported; a prototype counts as the geometric
mean of its units, so that all must show. Places on the circumplex are the ratings of Russell & Mehrabian (1977), -1..1.
Disgust and contempt are left out: the units that define them (9, 14) cannot be measured here.
"""

from dataclasses import dataclass

import numpy as np

from analysis_core.face.network import Tensor
from analysis_core.face.units import CODES

VERSION = "face-affect-1"


@dataclass(frozen=True)
class Prototype:
    """An expression: the units that must show together, and where it lies on the circumplex."""

    name: str
    units: tuple[int, ...]
    valence: float
    arousal: float
    dominance: float


PROTOTYPES = (
    Prototype("happiness", (12,), 0.81, 0.51, 0.46),
    Prototype("sadness", (1, 4, 15), -0.63, -0.27, -0.33),
    Prototype("surprise", (1, 2), 0.40, 0.67, -0.13),
    Prototype("fear", (1, 2, 4, 5), -0.64, 0.60, -0.43),
    Prototype("anger", (4, 5, 7), -0.51, 0.59, 0.25),
)


def affect(aus: Tensor) -> tuple[Tensor, Tensor]:
    """Give valence and arousal, each (m,) in 0..1 with 0.5 for a neutral face, from `aus` (m, len(CODES))."""
    places = np.array([(prototype.valence, prototype.arousal) for prototype in PROTOTYPES], np.float32)
    valence, arousal = np.clip(0.5 + 0.5 * shares(aus) @ places, 0, 1).astype(np.float32).T
    return valence, arousal


def dominance(aus: Tensor) -> Tensor:
    """Give dominance (m,) in 0..1 in the same way. Faces tell it least of the three."""
    places = np.array([prototype.dominance for prototype in PROTOTYPES], np.float32)
    found: Tensor = np.clip(0.5 + 0.5 * shares(aus) @ places, 0, 1).astype(np.float32)
    return found


def shares(aus: Tensor) -> Tensor:
    """How much of each prototype shows, (m, len(PROTOTYPES)); what is left to 1 is neutral."""
    shown = np.stack([_shown(aus, prototype) for prototype in PROTOTYPES], axis=1)
    found: Tensor = shown / np.maximum(shown.sum(axis=1, keepdims=True), 1.0)
    return found


def _shown(aus: Tensor, prototype: Prototype) -> Tensor:
    columns = [CODES.index(code) for code in prototype.units]
    product: Tensor = aus[:, columns].prod(axis=1) ** (1 / len(columns))
    return product
