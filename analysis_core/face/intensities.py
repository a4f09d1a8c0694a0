"""Action Unit intensities of one face from its measures."""

import numpy as np
from numpy.typing import NDArray

from analysis_core.face.facs import NAMES
from analysis_core.face.measures import INDEX, MEASURES
from analysis_core.face.network import Tensor
from analysis_core.face.units import CODES, UNITS, UNSUPPORTED
from analysis_core.observations import ActionUnitInfo

_CLOSED = 0.5
_BLINK_S = 0.5
_EYES_CLOSED, _BLINK = CODES.index(43), CODES.index(45)


def _weights() -> Tensor:
    table = np.zeros((len(MEASURES), len(UNITS)), np.float32)
    for column, unit in enumerate(UNITS):
        for name, weight in unit.weights.items():
            table[INDEX[name], column] = weight
    return table


_WEIGHTS = _weights()
_THRESHOLDS = np.array([unit.threshold for unit in UNITS], np.float32)
_EITHER_SIDE = np.array([unit.either_side for unit in UNITS])


def schema() -> tuple[ActionUnitInfo, ...]:
    """Give a row for every FACS code, supported or not."""
    known = {unit.code: (unit.source, unit.confidence) for unit in UNITS}
    return tuple(ActionUnitInfo(code, name, *known.get(code, (UNSUPPORTED, 0.0))) for code, name in NAMES.items())


def intensities(times_s: NDArray[np.float32], samples: Tensor, rest: Tensor) -> Tensor:
    """Give (m, len(CODES)) in 0..1 from measures (m, len(MEASURES)) at `times_s`, relative to the neutral `rest`."""
    deviation = (samples - rest) @ _WEIGHTS
    shown = np.where(_EITHER_SIDE, np.abs(deviation), deviation) - _THRESHOLDS
    result = np.clip(shown, 0, 1).astype(np.float32)
    lasting = _lasting(times_s, result[:, _BLINK] >= _CLOSED)
    result[~lasting, _EYES_CLOSED] = 0
    result[lasting, _BLINK] = 0
    return result


def _lasting(times_s: NDArray[np.float32], closed: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Mark closures of at least half a second: these are closed eyes (43), shorter ones blinks (45)."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], closed, [False]]).astype(np.int8)))
    lasting = np.zeros(len(closed), bool)
    for first, end in zip(edges[::2], edges[1::2], strict=True):
        lasting[first:end] = times_s[end - 1] - times_s[first] >= _BLINK_S
    return lasting
