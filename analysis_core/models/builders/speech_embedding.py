"""The first three layers of Whisper base's encoder with their outputs pooled over time.

Architecture: Radford et al. 2022, "Robust Speech Recognition via Large-Scale Weak Supervision", section 2.2. The
early layers are used since they still hold how something was said; the later ones keep what was said.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from analysis_core.models.builders import ct2
from analysis_core.models.builders.graph import Float, Graph, Shape

LAYERS = 3
WIDTH = 512
HEADS = 8
POSITIONS = 500
"""After the second convolution a position is 20 ms: ten seconds."""


def build(inputs: Mapping[str, Path], target: Path) -> None:
    """Writes the int8 ONNX model. Same weights, same bytes."""
    tensors = ct2.read(inputs["whisper-base-ct2"], "encoder/")
    weights = {name: values.astype(np.float32) for name, values in tensors.items()}
    target.write_bytes(_Encoder(weights).model())


class _Encoder:
    def __init__(self, weights: Mapping[str, Float]) -> None:
        self._w = weights
        self._g = Graph()

    def model(self) -> bytes:
        x = self._stem("mel")
        for layer in range(LAYERS):
            x = self._layer(x, f"layer_{layer}")
        pooled: tuple[str, Shape] = (self._pool(x), ["batch", 2 * WIDTH])
        mel: Shape = ["batch", 80, "frames"]
        return self._g.model({"mel": mel}, {"embedding": pooled})

    def _stem(self, mel: str) -> str:
        g = self._g
        x = g.op("Gelu", self._conv(mel, "conv1", stride=1))
        x = g.op("Gelu", self._conv(x, "conv2", stride=2))
        x = g.op("Transpose", x, perm=[0, 2, 1])
        length = g.op("Slice", g.op("Shape", x), *map(self._ints, ([1], [2], [0])))
        positions = g.constant(self._w["position_encodings/encodings"][:POSITIONS])
        return g.op("Add", x, g.op("Slice", positions, self._ints([0]), length, self._ints([0])))

    def _conv(self, x: str, name: str, stride: int) -> str:
        weight, bias = (self._g.constant(self._w[f"{name}/{part}"]) for part in ("weight", "bias"))
        return self._g.op("Conv", x, weight, bias, kernel_shape=[3], pads=[1, 1], strides=[stride])

    def _layer(self, x: str, name: str) -> str:
        g = self._g
        x = g.op("Add", x, self._attention(self._norm(x, f"{name}/self_attention"), f"{name}/self_attention"))
        hidden = g.op("Gelu", self._linear(self._norm(x, f"{name}/ffn"), f"{name}/ffn/linear_0"))
        return g.op("Add", x, self._linear(hidden, f"{name}/ffn/linear_1"))

    def _attention(self, x: str, name: str) -> str:
        g = self._g
        joined = self._linear(x, f"{name}/linear_0")
        split = g.op("Split", joined, outputs=3, axis=-1, num_outputs=3)
        query, key, value = (
            g.op("Transpose", g.op("Reshape", part, self._ints([0, 0, HEADS, WIDTH // HEADS])), perm=perm)
            for part, perm in ((split, [0, 2, 1, 3]), (f"{split}.1", [0, 2, 3, 1]), (f"{split}.2", [0, 2, 1, 3]))
        )
        root = g.constant(np.array((WIDTH // HEADS) ** -0.5, np.float32))
        share = g.op("Softmax", g.op("MatMul", g.op("Mul", query, root), key), axis=-1)
        mixed = g.op("Transpose", g.op("MatMul", share, value), perm=[0, 2, 1, 3])
        return self._linear(g.op("Reshape", mixed, self._ints([0, 0, WIDTH])), f"{name}/linear_1")

    def _pool(self, x: str) -> str:
        g = self._g
        time = self._ints([1])
        mean = g.op("ReduceMean", x, time, keepdims=1)
        centred = g.op("Sub", x, mean)
        spread = g.op("Sqrt", g.op("ReduceMean", g.op("Mul", centred, centred), time, keepdims=1))
        return g.op("Reshape", g.op("Concat", mean, spread, axis=-1), self._ints([0, 2 * WIDTH]))

    def _linear(self, x: str, name: str) -> str:
        return self._g.linear(x, self._w[f"{name}/weight"], self._w[f"{name}/bias"])

    def _norm(self, x: str, name: str) -> str:
        return self._g.norm(x, self._w[f"{name}/layer_norm/gamma"], self._w[f"{name}/layer_norm/beta"])

    def _ints(self, values: list[int]) -> str:
        return self._g.constant(np.array(values, np.int64))
