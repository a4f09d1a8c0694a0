"""all-mpnet-base-v2 with its adapters merged: valence, arousal, dominance and emotions of sentences, int8.

Several sentences at once share the reading of 85 million weights, which takes longer than the arithmetic of one. Each
row of activations has its own scale and every sum runs over one sentence alone, so that a sentence's figures do not
depend on its neighbours: they are the same to the last bit in whatever company, as long as its padding is the same.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from analysis_core.models.builders import mpnet
from analysis_core.models.builders.graph import Float, Graph
from analysis_core.models.builders.mpnet import FIRST_PLACE, HEADS, LAYERS, PADDING, WIDTH

LONGEST = 128
"""In word pieces."""
READ = (0, 1, 2, 3, 4, 5, 11)
"""The layers whose means the heads read, after that of the embedding."""

_LEVELS = 127
_UNSEEN = 1e9


def build(inputs: Mapping[str, Path], target: Path) -> None:
    """Writes the ONNX model and the tokenizer beside it. Same weights, same bytes."""
    archive = inputs["sentence-encoder"]
    with np.load(inputs["sentence-adapters"], allow_pickle=False) as saved:
        adapters = dict(saved)
    target.write_bytes(_Encoder(merged(mpnet.tensors(archive), adapters), adapters).model())
    target.with_name("tokenizer.json").write_bytes(mpnet.tokenizer(archive))


def merged(weights: Mapping[str, Float], adapters: Mapping[str, Float]) -> Mapping[str, Float]:
    """The weights with each adapter's product added: Hu et al. 2021, "LoRA", equation 3.

    Summed rank by rank in double precision, so that no library's order of summing shows in the bytes.
    """
    made = dict(weights)
    for name in (key.removesuffix(".up") for key in adapters if key.endswith(".up")):
        whole = made[f"{name}.weight"].astype(np.float64)
        up, down = (adapters[f"{name}.{part}"].astype(np.float64) for part in ("up", "down"))
        for column, row in zip(up.T, down, strict=True):
            whole += column[:, None] * row
        made[f"{name}.weight"] = whole.astype(np.float32)
    return made


class _Encoder:
    def __init__(self, weights: Mapping[str, Float], heads: Mapping[str, Float]) -> None:
        self._w = weights
        self._heads = heads
        self._g = Graph()

    def model(self) -> bytes:
        g = self._g
        pieces = g.op("Cast", "pieces", to=7)
        length = g.op("Shape", pieces, start=1)
        said = g.op("Cast", g.op("Not", g.op("Equal", pieces, self._ints([PADDING]))), to=1)
        x, bias = self._embeddings(pieces, length), g.op("Add", self._distances(length), self._blind(said))
        weights = self._shares(said)
        pooled = [self._mean(x, weights)]
        for layer in range(LAYERS):
            x = self._layer(x, bias, f"encoder.layer.{layer}")
            if layer in READ:
                pooled.append(self._mean(x, weights))
        scores = self._scores(g.op("Concat", *pooled, axis=-1))
        shape: list[str | int] = ["sentences", len(self._heads["bias"])]
        return g.model({"pieces": ["sentences", "length"]}, {"scores": (scores, shape)})

    def _blind(self, said: str) -> str:
        """What keeps attention away from padding, (sentences, 1, 1, length)."""
        g = self._g
        hidden = g.op("Mul", g.op("Sub", said, self._real(1)), self._real(_UNSEEN))
        return g.op("Unsqueeze", hidden, self._ints([1, 2]))

    def _shares(self, said: str) -> str:
        """Each place's share in the mean of its sentence, (sentences, 1, length)."""
        g = self._g
        count = g.op("ReduceSum", said, self._ints([1]), keepdims=1)
        return g.op("Unsqueeze", g.op("Div", said, count), self._ints([1]))

    def _scores(self, pooled: str) -> str:
        """The heads, sum by sum: a matrix product may add up one sentence otherwise than several."""
        g = self._g
        weight, bias = (g.constant(self._heads[part]) for part in ("weight", "bias"))
        parts = g.op("Mul", pooled, weight)
        return g.op("Add", g.op("ReduceSum", parts, self._ints([-1]), keepdims=0), bias)

    def _embeddings(self, pieces: str, length: str) -> str:
        g, table = self._g, self._w["embeddings.word_embeddings.weight"]
        scale = np.maximum(np.abs(table).max(1, keepdims=True), 1e-12).astype(np.float32) / np.float32(_LEVELS)
        rounded = np.rint(table / scale).astype(np.int8)
        words = g.op("Cast", g.op("Gather", g.constant(rounded), pieces), to=1)
        words = g.op("Mul", words, g.op("Gather", g.constant(scale), pieces))
        places = self._w["embeddings.position_embeddings.weight"][FIRST_PLACE : FIRST_PLACE + LONGEST]
        placed = g.op("Slice", g.constant(places), self._ints([0]), length, self._ints([0]))
        return self._norm(g.op("Add", words, placed), "embeddings.LayerNorm")

    def _distances(self, length: str) -> str:
        """What each head adds for the distance between two places, (heads, length, length)."""
        g, table = self._g, self._w["encoder.relative_attention_bias.weight"]
        known = g.constant(table[mpnet.distances(LONGEST)].transpose(2, 0, 1))
        ends = g.op("Concat", length, length, axis=0)
        return g.op("Slice", known, self._ints([0, 0]), ends, self._ints([1, 2]))

    def _layer(self, x: str, bias: str, name: str) -> str:
        g = self._g
        attended = self._linear(self._attention(x, bias, f"{name}.attention.attn"), f"{name}.attention.attn.o")
        x = self._norm(g.op("Add", attended, x), f"{name}.attention.LayerNorm")
        hidden = g.op("Gelu", self._linear(x, f"{name}.intermediate.dense"))
        return self._norm(g.op("Add", self._linear(hidden, f"{name}.output.dense"), x), f"{name}.output.LayerNorm")

    def _attention(self, x: str, bias: str, name: str) -> str:
        g = self._g
        split = g.op("Split", self._linear(x, f"{name}.qkv"), outputs=3, axis=-1, num_outputs=3)
        query, key, value = (
            g.op("Transpose", g.op("Reshape", part, self._ints([0, 0, HEADS, WIDTH // HEADS])), perm=perm)
            for part, perm in ((split, [0, 2, 1, 3]), (f"{split}.1", [0, 2, 3, 1]), (f"{split}.2", [0, 2, 1, 3]))
        )
        scores = g.op("Add", g.op("MatMul", g.op("Mul", query, self._real((WIDTH // HEADS) ** -0.5)), key), bias)
        mixed = g.op("Transpose", g.op("MatMul", g.op("Softmax", scores, axis=-1), value), perm=[0, 2, 1, 3])
        return g.op("Reshape", mixed, self._ints([0, 0, WIDTH]))

    def _mean(self, x: str, shares: str) -> str:
        """Of each sentence, (sentences, 1, width)."""
        return self._g.op("MatMul", shares, x)

    def _linear(self, x: str, name: str) -> str:
        return self._g.linear_by_row(x, self._w[f"{name}.weight"], self._w[f"{name}.bias"])

    def _norm(self, x: str, name: str) -> str:
        return self._g.norm(x, self._w[f"{name}.weight"], self._w[f"{name}.bias"])

    def _real(self, value: float) -> str:
        return self._g.constant(np.float32(value))

    def _ints(self, values: list[int]) -> str:
        return self._g.constant(np.array(values, np.int64))
