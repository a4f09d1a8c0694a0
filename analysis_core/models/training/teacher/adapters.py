"""Low-rank adapters: Hu et al. 2021, "LoRA: Low-Rank Adaptation of Large Language Models"."""

import math
from collections.abc import Iterable

import torch
from torch import Tensor

from analysis_core.models.training.encoder import Adapters, Encoder

_PARTS = ("attention.attn.qkv", "attention.attn.o", "intermediate.dense", "output.dense")


def adapters(encoder: Encoder, layers: Iterable[int], rank: int, chance: torch.Generator) -> Adapters:
    """Adapters that change nothing yet."""
    made: dict[str, Tensor] = {}
    for name in (f"encoder.layer.{layer}.{part}" for layer in layers for part in _PARTS):
        outputs, inputs = encoder.weights[f"{name}.weight"].shape
        made[f"{name}.down"] = (torch.randn(rank, inputs, generator=chance) / math.sqrt(inputs)).requires_grad_()
        made[f"{name}.up"] = torch.zeros(outputs, rank).requires_grad_()
    return made
