"""Reads the tensors of a safetensors file: eight bytes of length, a JSON header, then the figures."""

import json
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float32]


def read(raw: bytes) -> Mapping[str, Float]:
    """The float32 tensors by name."""
    length = int.from_bytes(raw[:8], "little")
    header, body = json.loads(raw[8 : 8 + length]), memoryview(raw)[8 + length :]
    return {
        name: np.frombuffer(body[slice(*row["data_offsets"])], np.float32).reshape(row["shape"])
        for name, row in header.items()
        if name != "__metadata__" and row["dtype"] == "F32"
    }
