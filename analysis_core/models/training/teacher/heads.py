"""The teacher's heads: what was learned, joined with what the lower layers say, on scales that mean something.

Development splits set the scales: a dimension is the rating to expect, which strays the less from the middle the worse
it can be told, and the emotions' logits are made honest.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from analysis_core.models.builders.mpnet import ARCHITECTURE
from analysis_core.models.training.batches import Rows
from analysis_core.models.training.calibration import platt
from analysis_core.models.training.encoder import Encoder
from analysis_core.models.training.teacher.learning import DIMENSION, EMOTION, FROZEN, Learned, Material
from analysis_core.models.training.teacher.lower import ridge
from analysis_core.models.training.teacher.states import States

_BATCH = 64
_WIDTH = ARCHITECTURE.width
_LOWER = (1 + FROZEN) * _WIDTH

Float = NDArray[np.float32]


@dataclass(frozen=True)
class Heads:
    """Dimensions in spreads of ratings, then emotions as logits: `weight` (10, 8 * 768) and `bias` (10,).

    They read the means of the embedding and of the frozen layers, one after the other, and then of the last layer.
    """

    weight: Float
    bias: Float


def heads(encoder: Encoder, learned: Learned, dev: Mapping[str, Material], lower: Mapping[str, Float]) -> Heads:
    """`dev` by corpus; `lower` are the lower means of EmoBank's sentences by split, and their ratings as `ratings`."""
    count = DIMENSION + EMOTION
    made = Heads(np.zeros((count, _LOWER + _WIDTH), np.float32), np.zeros(count, np.float32))
    weight, bias = (values.detach().numpy()[:count] for values in (learned.weight, learned.bias))
    made.weight[:, _LOWER:], made.bias[:] = weight, bias
    _join(made, _said(encoder, learned, dev["emobank"])[:, :DIMENSION], dev["emobank"].ratings.numpy(), lower)
    logits = _said(encoder, learned, dev["goemotions"])[:, DIMENSION : DIMENSION + EMOTION]
    for row, true in enumerate(dev["goemotions"].ratings[:, :EMOTION].numpy().T > 0):
        _rescale(made, DIMENSION + row, *platt(logits[:, row], true))
    return made


def outputs(encoder: Encoder, learned: Learned, made: Heads, sentences: States, lower: Float) -> Float:
    """What the heads say of sentences: dimensions in spreads, emotions as logits, (sentences, 10)."""
    last = _in_parts(sentences, lambda part: learned.means(encoder, sentences, part))
    joined = np.concatenate([lower, last], 1)
    said: Float = joined @ made.weight.T + made.bias
    return said


def _join(made: Heads, said: Float, rated: Float, lower: Mapping[str, Float]) -> None:
    """Adds the lower layers' view to each dimension, as far as it helps to foretell the ratings."""
    weight, bias = ridge(lower["train"], lower["ratings"])
    others = lower["dev"] @ weight.T + bias
    for row in range(DIMENSION):
        views = np.column_stack([said[:, row], others[:, row]])
        own, other = np.linalg.lstsq(views - views.mean(0), rated[:, row] - rated[:, row].mean(), rcond=None)[0]
        shift = (rated[:, row] - views @ (own, other)).mean()
        made.weight[row, :_LOWER] = other / own * weight[row]
        made.bias[row] += other / own * bias[row]
        _rescale(made, row, own, shift)


def _rescale(made: Heads, row: int, slope: float, shift: float) -> None:
    made.weight[row] *= slope
    made.bias[row] = made.bias[row] * slope + shift


def _said(encoder: Encoder, learned: Learned, material: Material) -> Float:
    return _in_parts(material.states, lambda part: learned.scores(encoder, material.states, part))


def _in_parts(states: States, made: Callable[[Rows], Tensor]) -> Float:
    rows = np.arange(len(states.lengths))
    parts = (rows[at : at + _BATCH] for at in range(0, len(rows), _BATCH))
    with torch.no_grad():
        return np.concatenate([made(part).numpy() for part in parts])
