"""One LiteRT network with one input, run on one thread."""

from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

Tensor = NDArray[np.float32]


class Network:
    """A loaded network; threads take turns."""

    def __init__(self, content: bytes) -> None:
        from ai_edge_litert.interpreter import Interpreter  # slow to import, and text-only input needs no face

        self._interpreter: Any = Interpreter(model_content=content, num_threads=1)
        self._interpreter.allocate_tensors()
        self._turn = Lock()
        self._input = self._interpreter.get_input_details()[0]["index"]
        self._outputs = [detail["index"] for detail in self._interpreter.get_output_details()]

    @classmethod
    def from_file(cls, path: Path) -> "Network":
        """Load a `.tflite` file."""
        return cls(path.read_bytes())

    def __call__(self, values: Tensor) -> list[Tensor]:
        """Give copies of all outputs, in the network's own order."""
        with self._turn:
            self._interpreter.set_tensor(self._input, np.ascontiguousarray(values, np.float32))
            self._interpreter.invoke()
            return [self._interpreter.get_tensor(index) for index in self._outputs]
