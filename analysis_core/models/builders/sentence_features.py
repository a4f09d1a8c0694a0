"""all-MiniLM-L6-v2 with the mean of every layer as its output: what heads for valence and emotion read.

Architecture: Devlin et al. 2019, "BERT"; Wang et al. 2020, "MiniLM". One sentence at a time, without padding, so that a
sentence's figures never depend on its neighbours.
"""

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from analysis_core.models.builders.graph import Float, Graph

LAYERS = 6
WIDTH = 384
HEADS = 12
_LEVELS = 127


def build(inputs: Mapping[str, Path], target: Path) -> None:
    """Writes the int8 ONNX model. Same weights, same bytes."""
    target.write_bytes(_Encoder(_tensors(inputs["sentence-encoder"])).model())


def _tensors(path: Path) -> Mapping[str, Float]:
    """The float32 tensors of a safetensors file: eight bytes of length, a JSON header, then the figures."""
    raw = path.read_bytes()
    length = int.from_bytes(raw[:8], "little")
    header, body = json.loads(raw[8 : 8 + length]), memoryview(raw)[8 + length :]
    return {
        name: np.frombuffer(body[slice(*row["data_offsets"])], np.float32).reshape(row["shape"])
        for name, row in header.items()
        if name != "__metadata__" and row["dtype"] == "F32"
    }


class _Encoder:
    def __init__(self, weights: Mapping[str, Float]) -> None:
        self._w = weights
        self._g = Graph()

    def model(self) -> bytes:
        g = self._g
        x = self._embeddings("pieces")
        pooled = [self._mean(x)]
        for layer in range(LAYERS):
            x = self._layer(x, f"encoder.layer.{layer}")
            pooled.append(self._mean(x))
        features = g.op("Concat", *pooled, axis=-1)
        return g.model({"pieces": ["length"]}, {"features": (features, [(LAYERS + 1) * WIDTH])})

    def _embeddings(self, pieces: str) -> str:
        """`pieces` are word-piece ids as floats, shape (length,)."""
        g, table = self._g, self._w["embeddings.word_embeddings.weight"]
        scale = np.abs(table).max(1, keepdims=True).astype(np.float32) / np.float32(_LEVELS)
        rounded = np.rint(table / np.maximum(scale, 1e-12)).astype(np.int8)
        ids = g.op("Cast", pieces, to=7)
        words = g.op("Cast", g.op("Gather", g.constant(rounded), ids), to=1)
        words = g.op("Mul", words, g.op("Gather", g.constant(scale), ids))
        places = (
            self._w["embeddings.position_embeddings.weight"] + self._w["embeddings.token_type_embeddings.weight"][0]
        )
        start, length = g.constant(np.array([0], np.int64)), g.op("Shape", ids)
        placed = g.op("Slice", g.constant(places), start, length, start)
        return self._norm(g.op("Add", words, placed), "embeddings.LayerNorm")

    def _layer(self, x: str, name: str) -> str:
        g = self._g
        attended = self._linear(self._attention(x, f"{name}.attention.self"), f"{name}.attention.output.dense")
        x = self._norm(g.op("Add", x, attended), f"{name}.attention.output.LayerNorm")
        hidden = g.op("Gelu", self._linear(x, f"{name}.intermediate.dense"))
        return self._norm(g.op("Add", x, self._linear(hidden, f"{name}.output.dense")), f"{name}.output.LayerNorm")

    def _attention(self, x: str, name: str) -> str:
        g = self._g
        query, key, value = (self._heads(self._linear(x, f"{name}.{part}")) for part in ("query", "key", "value"))
        scores = g.op("MatMul", query, g.op("Transpose", key, perm=[0, 2, 1]))
        scale = g.constant(np.float32(1 / np.sqrt(WIDTH / HEADS)).reshape(()))
        weights = g.op("Softmax", g.op("Mul", scores, scale), axis=-1)
        joined = g.op("Transpose", g.op("MatMul", weights, value), perm=[1, 0, 2])
        return g.op("Reshape", joined, g.constant(np.array([-1, WIDTH], np.int64)))

    def _heads(self, x: str) -> str:
        shape = self._g.constant(np.array([-1, HEADS, WIDTH // HEADS], np.int64))
        return self._g.op("Transpose", self._g.op("Reshape", x, shape), perm=[1, 0, 2])

    def _linear(self, x: str, name: str) -> str:
        return self._g.linear(x, self._w[f"{name}.weight"], self._w[f"{name}.bias"])

    def _norm(self, x: str, name: str) -> str:
        return self._g.norm(x, self._w[f"{name}.weight"], self._w[f"{name}.bias"])

    def _mean(self, x: str) -> str:
        axes = self._g.constant(np.array([0], np.int64))
        return self._g.op("ReduceMean", x, axes, keepdims=0)
