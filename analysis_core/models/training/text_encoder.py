"""all-mpnet-base-v2 in torch: its weights stay as they are, low-rank adapters are what is learned.

Adapters: Hu et al. 2021, "LoRA: Low-Rank Adaptation of Large Language Models".
"""

import math
from collections.abc import Iterable, Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from analysis_core.models.builders.mpnet import FIRST_PLACE, HEADS, WIDTH, distances

_HIDDEN = 3072
_SIZES = {
    "attention.attn.qkv": (3 * WIDTH, WIDTH),
    "attention.attn.o": (WIDTH, WIDTH),
    "intermediate.dense": (_HIDDEN, WIDTH),
    "output.dense": (WIDTH, _HIDDEN),
}
_FAR_AWAY = -1e4
"""Added to the scores of padding."""

Adapters = Mapping[str, Tensor]
"""`<matrix>.down` (rank, inputs) and `<matrix>.up` (outputs, rank); their product is added to the matrix."""


def adapters(layers: Iterable[int], rank: int, chance: torch.Generator) -> Adapters:
    """Adapters that change nothing yet."""
    made: dict[str, Tensor] = {}
    for layer in layers:
        for part, (outputs, inputs) in _SIZES.items():
            name = f"encoder.layer.{layer}.{part}"
            made[f"{name}.down"] = (torch.randn(rank, inputs, generator=chance) / math.sqrt(inputs)).requires_grad_()
            made[f"{name}.up"] = torch.zeros(outputs, rank).requires_grad_()
    return made


class Encoder:
    """The frozen weights. Arrays of states are (batch, length, 768)."""

    def __init__(self, weights: Mapping[str, NDArray[np.float32]]) -> None:
        self._w = {name: torch.from_numpy(values.copy()) for name, values in weights.items()}

    def embed(self, pieces: Tensor) -> Tensor:
        """Word pieces (batch, length) as states."""
        places = self._w["embeddings.position_embeddings.weight"][FIRST_PLACE : FIRST_PLACE + pieces.shape[1]]
        return self._norm(self._w["embeddings.word_embeddings.weight"][pieces] + places, "embeddings.LayerNorm")

    def run(self, x: Tensor, there: Tensor, layers: Iterable[int], using: Adapters | None = None) -> Tensor:
        """States after the layers; `there` (batch, length) is False at padding."""
        known = self._w["encoder.relative_attention_bias.weight"][torch.from_numpy(distances(x.shape[1]))]
        hidden = torch.where(there, 0.0, _FAR_AWAY)[:, None, None, :]
        bias = known.permute(2, 0, 1)[None] + hidden
        for layer in layers:
            x = self._layer(x, bias, f"encoder.layer.{layer}", using or {})
        return x

    def _layer(self, x: Tensor, bias: Tensor, name: str, using: Adapters) -> Tensor:
        attended = self._linear(self._attention(x, bias, name, using), f"{name}.attention.attn.o", using)
        x = self._norm(attended + x, f"{name}.attention.LayerNorm")
        hidden = functional.gelu(self._linear(x, f"{name}.intermediate.dense", using))
        return self._norm(self._linear(hidden, f"{name}.output.dense", using) + x, f"{name}.output.LayerNorm")

    def _attention(self, x: Tensor, bias: Tensor, name: str, using: Adapters) -> Tensor:
        batch, length, _ = x.shape
        joined = self._linear(x, f"{name}.attention.attn.qkv", using)
        query, key, value = joined.view(batch, length, 3, HEADS, WIDTH // HEADS).permute(2, 0, 3, 1, 4)
        mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=bias)
        return mixed.transpose(1, 2).reshape(batch, length, WIDTH)

    def _linear(self, x: Tensor, name: str, using: Adapters) -> Tensor:
        y = functional.linear(x, self._w[f"{name}.weight"], self._w[f"{name}.bias"])
        if f"{name}.down" not in using:
            return y
        narrow = functional.linear(x.reshape(-1, x.shape[-1]), using[f"{name}.down"])
        return torch.addmm(y.view(-1, y.shape[-1]), narrow, using[f"{name}.up"].t()).view(y.shape)

    def _norm(self, x: Tensor, name: str) -> Tensor:
        return functional.layer_norm(x, (WIDTH,), self._w[f"{name}.weight"], self._w[f"{name}.bias"], 1e-5)
