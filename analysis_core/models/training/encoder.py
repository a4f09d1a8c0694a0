"""A network of `builders.transformer` in torch, to be learned with."""

from collections.abc import Iterable, Mapping

import torch
from torch import Tensor
from torch.nn import functional

from analysis_core.models.builders.transformer import Network

_FAR_AWAY = -1e4
"""Added to the scores of padding."""

Adapters = Mapping[str, Tensor]
"""`<matrix>.down` (rank, inputs) and `<matrix>.up` (outputs, rank); their product is added to the matrix."""


class Encoder:
    """Arrays of states are (batch, length, width)."""

    def __init__(self, network: Network) -> None:
        self.architecture = network.architecture
        self.weights = {name: torch.from_numpy(values.copy()) for name, values in network.weights.items()}
        self._bias = None if network.bias is None else torch.from_numpy(network.bias.copy())

    def embed(self, pieces: Tensor) -> Tensor:
        """Word pieces (batch, length) as states."""
        places = self.weights["embeddings.position_embeddings.weight"][: pieces.shape[1]]
        return self._norm(self.weights["embeddings.word_embeddings.weight"][pieces] + places, "embeddings.LayerNorm")

    def run(self, x: Tensor, there: Tensor, layers: Iterable[int], using: Adapters | None = None) -> Tensor:
        """States after the layers; `there` (batch, length) is False at padding."""
        length = x.shape[1]
        bias = torch.where(there, 0.0, _FAR_AWAY)[:, None, None, :]
        if self._bias is not None:
            bias = self._bias[None, :, :length, :length] + bias
        for layer in layers:
            x = self._layer(x, bias, f"encoder.layer.{layer}", using or {})
        return x

    def _layer(self, x: Tensor, bias: Tensor, name: str, using: Adapters) -> Tensor:
        attended = self._linear(self._attention(x, bias, name, using), f"{name}.attention.attn.o", using)
        x = self._norm(attended + x, f"{name}.attention.LayerNorm")
        hidden = functional.gelu(self._linear(x, f"{name}.intermediate.dense", using))
        return self._norm(self._linear(hidden, f"{name}.output.dense", using) + x, f"{name}.output.LayerNorm")

    def _attention(self, x: Tensor, bias: Tensor, name: str, using: Adapters) -> Tensor:
        (batch, length, width), heads = x.shape, self.architecture.heads
        joined = self._linear(x, f"{name}.attention.attn.qkv", using)
        query, key, value = joined.view(batch, length, 3, heads, width // heads).permute(2, 0, 3, 1, 4)
        mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=bias)
        return mixed.transpose(1, 2).reshape(batch, length, width)

    def _linear(self, x: Tensor, name: str, using: Adapters) -> Tensor:
        y = functional.linear(x, self.weights[f"{name}.weight"], self.weights[f"{name}.bias"])
        if f"{name}.down" not in using:
            return y
        narrow = functional.linear(x.reshape(-1, x.shape[-1]), using[f"{name}.down"])
        return torch.addmm(y.view(-1, y.shape[-1]), narrow, using[f"{name}.up"].t()).view(y.shape)

    def _norm(self, x: Tensor, name: str) -> Tensor:
        weight, bias = self.weights[f"{name}.weight"], self.weights[f"{name}.bias"]
        return functional.layer_norm(x, x.shape[-1:], weight, bias, self.architecture.epsilon)


def mean(x: Tensor, there: Tensor) -> Tensor:
    """Of each sentence: (batch, width)."""
    share = there.float() / there.float().sum(1, keepdim=True)
    return torch.bmm(share[:, None], x)[:, 0]
