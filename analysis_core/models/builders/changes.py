"""What training changed in a network, small enough to be committed: four bits for each of ten million weights.

A change is a tenth of the weight that it is made to, so fifteen levels for each row of a matrix lose less than
the eight bits that the weights are rounded to in the end.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float32]
Arrays = Mapping[str, NDArray[Any]]

_LEVELS = 7


def rounded(before: Mapping[str, Float], after: Mapping[str, Float]) -> Arrays:
    """For each matrix of `after` its `.levels` (int8) and their `.size` for each row; vectors as they are."""
    made: dict[str, NDArray[Any]] = {}
    for name, values in after.items():
        if values.ndim == 1:
            made[name] = values
            continue
        change = values - before[name]
        size = np.maximum(np.abs(change).max(1), 1e-12).astype(np.float32) / np.float32(_LEVELS)
        made[f"{name}.levels"] = np.rint(change / size[:, None]).astype(np.int8)
        made[f"{name}.size"] = size
    return made


def applied(weights: Mapping[str, Float], changes: Arrays) -> Mapping[str, Float]:
    """The weights as `rounded` changed them. What else is among the changes, heads say, is left out."""
    made = dict(weights)
    for name, before in weights.items():
        if name in changes:
            made[name] = changes[name]
        elif f"{name}.levels" in changes:
            made[name] = before + changes[f"{name}.levels"] * changes[f"{name}.size"][:, None]
    return made
