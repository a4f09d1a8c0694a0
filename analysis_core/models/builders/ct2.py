"""Reads the tensors of a CTranslate2 model file (binary version 6) without CTranslate2."""

import struct
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

_TYPES = (np.float32, np.int8, np.int16, np.int32, np.float16)
_VERSION = 6

Tensors = dict[str, NDArray[Any]]


def read(path: Path, prefix: str) -> Tensors:
    """The tensors whose names start with `prefix`, by the rest of their names. Raises ValueError for other versions."""
    with path.open("rb") as file:
        (version,) = _unpack(file, "I")
        if version != _VERSION:
            raise ValueError(f"{path.name}: CTranslate2 binary version {version}, not {_VERSION}")
        _text(file)  # the kind of model
        _, count = _unpack(file, "II")  # its revision, and how many tensors follow
        tensors = dict(_tensor(file) for _ in range(count))
    return {name.removeprefix(prefix): values for name, values in tensors.items() if name.startswith(prefix)}


def _tensor(file: BinaryIO) -> tuple[str, NDArray[Any]]:
    name = _text(file)
    (rank,) = _unpack(file, "B")
    shape = _unpack(file, f"{rank}I")
    kind, size = _unpack(file, "BI")
    return name, np.frombuffer(file.read(size), dtype=_TYPES[kind]).reshape(shape)


def _text(file: BinaryIO) -> str:
    (length,) = _unpack(file, "H")
    return file.read(length).rstrip(b"\0").decode()


def _unpack(file: BinaryIO, layout: str) -> tuple[int, ...]:
    layout = f"<{layout}"
    return struct.unpack(layout, file.read(struct.calcsize(layout)))
