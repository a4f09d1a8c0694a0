"""Adapters and heads learned from both corpora at once, in steps of one batch from one of them."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from analysis_core.models.builders.mpnet import ARCHITECTURE
from analysis_core.models.training.batches import Rows, pooled
from analysis_core.models.training.encoder import Adapters, Encoder, mean
from analysis_core.models.training.optimiser import Optimiser
from analysis_core.models.training.sentences import FINE
from analysis_core.models.training.teacher.adapters import adapters
from analysis_core.models.training.teacher.states import States
from analysis_core.text.encoder import DIMENSIONS, EMOTIONS

FROZEN = 6
"""The lower layers are left as they are."""
DIMENSION, EMOTION = len(DIMENSIONS), len(EMOTIONS)

_SEED = 0
_RANK = 16
_BATCH = 32
_POOL = 40 * _BATCH
_RATE, _HEAD_RATE = 7e-4, 3e-3
_DROPOUT = 0.1
_EMOBANK_TIMES = 3
_RARE_TIMES, _COMMON_TIMES = 2.0, 0.7
"""Neutral and joyful sentences are two thirds of GoEmotions, and none of them is needed twice."""
_COMMON = [EMOTIONS.index("joy"), EMOTIONS.index("neutral")]
_BIAS = (0.0,) * DIMENSION + (-1.8,) * EMOTION + (-3.0,) * FINE
_EMOTION_LOSS, _FINE_LOSS = 3.0, 4.0


@dataclass(frozen=True)
class Material:
    """A training split: states and ratings (sentences, ratings)."""

    states: States
    ratings: Tensor


@dataclass(frozen=True)
class Learned:
    """`weight` (outputs, 768) and `bias` read the mean of the last layer: dimensions, emotions, fine emotions."""

    adapters: Adapters
    weight: Tensor
    bias: Tensor

    @property
    def parameters(self) -> list[Tensor]:
        """Everything that is learned."""
        return [*self.adapters.values(), self.weight, self.bias]

    def scores(self, encoder: Encoder, states: States, rows: Rows, dropout: float = 0.0) -> Tensor:
        """Raw outputs (rows, outputs)."""
        dropped = functional.dropout(self.means(encoder, states, rows), dropout, dropout > 0)
        return functional.linear(dropped, self.weight, self.bias)

    def means(self, encoder: Encoder, states: States, rows: Rows) -> Tensor:
        """Of the last layer: (rows, 768)."""
        x, there = states.batch(rows)
        last = encoder.run(x, there, range(FROZEN, ARCHITECTURE.layers), self.adapters)
        return mean(last, there)


def learn(encoder: Encoder, emobank: Material, goemotions: Material, told: Callable[[str], None]) -> Learned:
    """One pass through `_steps`. EmoBank's ratings must be in spreads from their mean."""
    torch.manual_seed(_SEED)
    learned = _beginning(encoder)
    rates = [
        {"params": list(learned.adapters.values()), "lr": _RATE, "weight_decay": 0.01},
        {"params": [learned.weight, learned.bias], "lr": _HEAD_RATE, "weight_decay": 0.0},
    ]
    steps = _steps(emobank, goemotions)
    optimiser = Optimiser(rates, len(steps))
    for number, (material, rows) in enumerate(steps):
        said = learned.scores(encoder, material.states, rows, _DROPOUT)
        loss = (_far_off if material is emobank else _surprised)(said, material.ratings[rows])
        optimiser.step(loss)
        if number % 50 == 0:
            told(f"step {number} of {len(steps)}: {loss.item():.3f}")
    return learned


def _beginning(encoder: Encoder) -> Learned:
    chance = torch.Generator().manual_seed(_SEED)
    made = adapters(encoder, range(FROZEN, ARCHITECTURE.layers), _RANK, chance)
    weight = torch.randn(len(_BIAS), ARCHITECTURE.width, generator=chance) * 0.02
    return Learned(made, weight.requires_grad_(), torch.tensor(_BIAS).requires_grad_())


def _steps(emobank: Material, goemotions: Material) -> list[tuple[Material, Rows]]:
    chance = np.random.default_rng(_SEED)
    rare = np.delete(goemotions.ratings[:, :EMOTION].numpy(), _COMMON, 1).any(1)
    drawn = [_drawn(rows, times, chance) for rows, times in ((rare, _RARE_TIMES), (~rare, _COMMON_TIMES))]
    chosen = chance.permutation(np.concatenate(drawn))
    everything = np.concatenate([chance.permutation(len(emobank.ratings)) for _ in range(_EMOBANK_TIMES)])
    steps = [(emobank, rows) for rows in pooled(emobank.states.lengths, everything, _BATCH, _POOL)]
    steps += [(goemotions, rows) for rows in pooled(goemotions.states.lengths, chosen, _BATCH, _POOL)]
    return [steps[step] for step in chance.permutation(len(steps))]


def _drawn(chosen: NDArray[np.bool_], times: float, chance: np.random.Generator) -> Rows:
    """The chosen rows in random order, so and so many times."""
    rows = np.flatnonzero(chosen)
    whole = [chance.permutation(rows) for _ in range(int(times))]
    return np.concatenate([*whole, chance.permutation(rows)[: round(times % 1 * len(rows))]])


def _far_off(said: Tensor, true: Tensor) -> Tensor:
    return functional.mse_loss(said[:, :DIMENSION], true)


def _surprised(said: Tensor, true: Tensor) -> Tensor:
    emotion, fine = said[:, DIMENSION : DIMENSION + EMOTION], said[:, DIMENSION + EMOTION :]
    loss = functional.binary_cross_entropy_with_logits
    return _EMOTION_LOSS * loss(emotion, true[:, :EMOTION]) + _FINE_LOSS * loss(fine, true[:, EMOTION:])
