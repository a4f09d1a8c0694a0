"""A transformer with heads as one ONNX graph with int8 weights: word pieces of sentences in, scores out.

Several sentences at once share the reading of the weights, which takes longer than the arithmetic of one. Each row of
activations has its own scale and every sum runs over one sentence alone, so that a sentence's figures do not depend on
its neighbours: they are the same to the last bit in whatever company, as long as its padding is the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from analysis_core.models.builders.graph import Float, Graph, Shape

LONGEST = 128
"""In word pieces."""

_LEVELS = 127
_UNSEEN = 1e9


@dataclass(frozen=True)
class Architecture:
    """What the weights do not say. Their names are MPNet's, whatever the network: see `mpnet` and `minilm`."""

    layers: int
    heads: int
    width: int
    padding: int
    """The word piece that fills up."""
    epsilon: float
    """Of layer normalisation."""
    read: tuple[int, ...]
    """The means that the heads read, one after the other: 0 is the embedding's, 1 the first layer's."""


@dataclass(frozen=True)
class Network:
    """An architecture with its weights; `bias` (heads, places, places) is what distances add to attention, if any."""

    architecture: Architecture
    weights: Mapping[str, Float]
    bias: Float | None = None


class Encoder:
    """Writes the graph of a network. `heads` are `weight` (outputs, figures read) and `bias` (outputs,)."""

    def __init__(self, network: Network, heads: Mapping[str, Float]) -> None:
        self._a = network.architecture
        self._w = network.weights
        self._bias = network.bias
        self._heads = heads
        self._g = Graph()

    def model(self, *, means: bool = False) -> bytes:
        """Gives `scores` (sentences, outputs), and `means` (sentences, 1, width) of the last layer where asked for."""
        g = self._g
        pieces = g.op("Cast", "pieces", to=7)
        length = g.op("Shape", pieces, start=1)
        said = g.op("Cast", g.op("Not", g.op("Equal", pieces, self._ints([self._a.padding]))), to=1)
        shares = self._shares(said)
        states = self._states(pieces, length, self._blind(said))
        scores = self._scores(g.op("Concat", *(self._mean(states[place], shares) for place in self._a.read), axis=-1))
        outputs: dict[str, tuple[str, Shape]] = {"scores": (scores, ["sentences", len(self._heads["bias"])])}
        if means:
            outputs["means"] = (self._mean(states[-1], shares), ["sentences", 1, self._a.width])
        return g.model({"pieces": ["sentences", "length"]}, outputs)

    def _states(self, pieces: str, length: str, blind: str) -> list[str]:
        """Of the embedding and of each layer, (sentences, length, width)."""
        bias = blind if self._bias is None else self._g.op("Add", self._distances(self._bias, length), blind)
        made = [self._embeddings(pieces, length)]
        for layer in range(self._a.layers):
            made.append(self._layer(made[-1], bias, f"encoder.layer.{layer}"))
        return made

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
        places = self._w["embeddings.position_embeddings.weight"][:LONGEST]
        placed = g.op("Slice", g.constant(places), self._ints([0]), length, self._ints([0]))
        return self._norm(g.op("Add", words, placed), "embeddings.LayerNorm")

    def _distances(self, bias: Float, length: str) -> str:
        """What each head adds for the distance between two places, (heads, length, length)."""
        g = self._g
        known = g.constant(bias[:, :LONGEST, :LONGEST])
        ends = g.op("Concat", length, length, axis=0)
        return g.op("Slice", known, self._ints([0, 0]), ends, self._ints([1, 2]))

    def _layer(self, x: str, bias: str, name: str) -> str:
        g = self._g
        attended = self._linear(self._attention(x, bias, f"{name}.attention.attn"), f"{name}.attention.attn.o")
        x = self._norm(g.op("Add", attended, x), f"{name}.attention.LayerNorm")
        hidden = g.op("Gelu", self._linear(x, f"{name}.intermediate.dense"))
        return self._norm(g.op("Add", self._linear(hidden, f"{name}.output.dense"), x), f"{name}.output.LayerNorm")

    def _attention(self, x: str, bias: str, name: str) -> str:
        g, heads, each = self._g, self._a.heads, self._a.width // self._a.heads
        split = g.op("Split", self._linear(x, f"{name}.qkv"), outputs=3, axis=-1, num_outputs=3)
        query, key, value = (
            g.op("Transpose", g.op("Reshape", part, self._ints([0, 0, heads, each])), perm=perm)
            for part, perm in ((split, [0, 2, 1, 3]), (f"{split}.1", [0, 2, 3, 1]), (f"{split}.2", [0, 2, 1, 3]))
        )
        scores = g.op("Add", g.op("MatMul", g.op("Mul", query, self._real(each**-0.5)), key), bias)
        mixed = g.op("Transpose", g.op("MatMul", g.op("Softmax", scores, axis=-1), value), perm=[0, 2, 1, 3])
        return g.op("Reshape", mixed, self._ints([0, 0, self._a.width]))

    def _mean(self, x: str, shares: str) -> str:
        """Of each sentence, (sentences, 1, width)."""
        return self._g.op("MatMul", shares, x)

    def _linear(self, x: str, name: str) -> str:
        return self._g.linear_by_row(x, self._w[f"{name}.weight"], self._w[f"{name}.bias"])

    def _norm(self, x: str, name: str) -> str:
        return self._g.norm(x, self._w[f"{name}.weight"], self._w[f"{name}.bias"], self._a.epsilon)

    def _real(self, value: float) -> str:
        return self._g.constant(np.float32(value))

    def _ints(self, values: list[int]) -> str:
        return self._g.constant(np.array(values, np.int64))
