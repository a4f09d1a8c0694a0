"""All layers of the student learned at once, from the teacher and from the ratings that the teacher learned from.

The teacher has an opinion of every sentence, also of those that nobody rated, and its last layer says more of a
sentence than ten figures do. Hinton et al. 2015, "Distilling the Knowledge in a Neural Network".
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from analysis_core.models.training.batches import Rows, by_length, padded, pooled
from analysis_core.models.training.encoder import Encoder, mean
from analysis_core.models.training.optimiser import Optimiser
from analysis_core.text.encoder import DIMENSIONS, EMOTIONS

DIMENSION, EMOTION = len(DIMENSIONS), len(EMOTIONS)

_SEED = 0
_EPOCHS = 3
_BATCH = 64
_POOL = 50 * _BATCH
_RATE, _HEAD_RATE, _DECAY = 1e-4, 2e-3, 0.01
_DROPOUT = 0.1
_VARIANTS = 4
"""Of six variants of a sentence, in each epoch."""
_COMMON_SHARE = 0.6
_COMMON = [EMOTIONS.index("joy"), EMOTIONS.index("neutral")]
"""Two thirds of GoEmotions; an epoch does without some of those that are nothing else."""
_RATED_SHARE = 0.5
"""How far a rating counts where there is one; the rest is the teacher's opinion."""
_LABEL_LOSS, _MEANING_LOSS = 2.0, 3.0
_RARITY = -1.8
"""The logit that emotions begin with."""

Float = NDArray[np.float32]


@dataclass(frozen=True)
class Course:
    """The sentences to learn from: first EmoBank's, then GoEmotions', then the variants of EmoBank's."""

    pieces: list[list[int]]
    scores: Float
    """What the teacher says, (sentences, 10)."""
    meanings: Float
    """The means of the teacher's last layer, (sentences, figures), around nothing and with a spread of one."""
    ratings: Float
    """Of EmoBank's sentences, (sentences, 3), in spreads from their mean."""
    labels: Float
    """Of GoEmotions' sentences, (sentences, 7)."""

    @property
    def lengths(self) -> Rows:
        """Word pieces of each sentence."""
        return np.array([len(row) for row in self.pieces])


class Student:
    """An encoder whose layers are learned, and what reads the mean of the last one."""

    def __init__(self, encoder: Encoder, meanings: int) -> None:
        chance = torch.Generator().manual_seed(_SEED)
        width = encoder.architecture.width
        self._encoder = encoder
        self.layers = {name: values for name, values in encoder.weights.items() if name.startswith("encoder.layer.")}
        self.weight = torch.randn(DIMENSION + EMOTION, width, generator=chance) * 0.02
        self.bias = torch.tensor([0.0] * DIMENSION + [_RARITY] * EMOTION)
        self._meaning = torch.randn(meanings, width, generator=chance) / width**0.5
        self._meaning_bias = torch.zeros(meanings)

    def groups(self) -> list[dict[str, object]]:
        """Everything that is learned, with its rate; from now on torch keeps its gradients."""
        layers = [values.requires_grad_() for values in self.layers.values()]
        heads = [self.weight, self.bias, self._meaning, self._meaning_bias]
        heads = [values.requires_grad_() for values in heads]
        parts = ((layers, _RATE), (heads, _HEAD_RATE))
        return [{"params": values, "lr": rate, "weight_decay": _DECAY} for values, rate in parts]

    def read(self, pieces: list[list[int]]) -> Tensor:
        """The mean of the last layer, (sentences, width)."""
        return _read(self._encoder, pieces)

    def scores(self, read: Tensor) -> Tensor:
        """(sentences, 10)."""
        return functional.linear(read, self.weight, self.bias)

    def meanings(self, read: Tensor) -> Tensor:
        """A guess at the teacher's."""
        return functional.linear(read, self._meaning, self._meaning_bias)


def learn(encoder: Encoder, course: Course, told: Callable[[str], None]) -> Student:
    """The student after `_EPOCHS` of the course."""
    torch.manual_seed(_SEED)
    student = Student(encoder, course.meanings.shape[1])
    steps = _steps(course)
    optimiser = Optimiser(student.groups(), len(steps))
    for number, rows in enumerate(steps):
        loss = _loss(student, course, rows)
        optimiser.step(loss)
        if number % 50 == 0:
            told(f"step {number} of {len(steps)}: {loss.item():.3f}")
    return student


def _loss(student: Student, course: Course, rows: Rows) -> Tensor:
    read = student.read([course.pieces[row] for row in rows])
    said, told = student.scores(functional.dropout(read, _DROPOUT)), torch.from_numpy(course.scores[rows])
    rated, labelled = len(course.ratings), len(course.ratings) + len(course.labels)
    is_rated, is_labelled = rows < rated, (rows >= rated) & (rows < labelled)
    meant = functional.mse_loss(student.meanings(read), torch.from_numpy(course.meanings[rows]))
    return (
        _far_off(said[:, :DIMENSION], told[:, :DIMENSION], is_rated, course.ratings[rows[is_rated]])
        + _surprised(said[:, DIMENSION:], told[:, DIMENSION:], is_labelled, course.labels[rows[is_labelled] - rated])
        + _MEANING_LOSS * meant
    )


def _far_off(said: Tensor, told: Tensor, is_rated: NDArray[np.bool_], ratings: Float) -> Tensor:
    """Squared error of dimensions, from the teacher's and from those rated."""
    share = torch.from_numpy(np.where(is_rated, 1 - _RATED_SHARE, 1).astype(np.float32))[:, None]
    by_teacher = (share * (said - told) ** 2).mean()
    by_raters = ((said[is_rated] - torch.from_numpy(ratings)) ** 2).sum() / said.numel()
    return by_teacher + _RATED_SHARE * by_raters


def _surprised(said: Tensor, told: Tensor, is_labelled: NDArray[np.bool_], labels: Float) -> Tensor:
    """Cross-entropy of emotions, from the teacher's and from those labelled."""
    loss = functional.binary_cross_entropy_with_logits
    by_teacher = loss(said, told.sigmoid())
    by_labels = loss(said[is_labelled], torch.from_numpy(labels), reduction="sum") / said.numel()
    return by_teacher + _LABEL_LOSS * by_labels


def _steps(course: Course) -> list[Rows]:
    chance, lengths = np.random.default_rng(_SEED), course.lengths
    made: list[Rows] = []
    for _ in range(_EPOCHS):
        batches = pooled(lengths, chance.permutation(_drawn(course, chance)), _BATCH, _POOL)
        made += [batches[place] for place in chance.permutation(len(batches))]
    return made


def _drawn(course: Course, chance: np.random.Generator) -> Rows:
    """An epoch's sentences."""
    rated, labelled = len(course.ratings), len(course.labels)
    rare = np.delete(course.labels, _COMMON, 1).any(1)
    common = chance.permutation(np.flatnonzero(~rare))[: round(_COMMON_SHARE * (~rare).sum())]
    varied = rated + labelled + chance.permutation(len(course.pieces) - rated - labelled)[: _VARIANTS * rated]
    return np.concatenate([np.arange(rated), rated + np.flatnonzero(rare), rated + common, varied])


def layers(student: Student) -> Mapping[str, Float]:
    """The learned layers as plain arrays."""
    return {name: values.detach().numpy() for name, values in student.layers.items()}


def means(encoder: Encoder, pieces: list[list[int]]) -> Float:
    """What the heads read of sentences, (sentences, width)."""
    lengths = np.array([len(row) for row in pieces])
    found = np.zeros((len(pieces), encoder.architecture.width), np.float32)
    with torch.no_grad():
        for rows in by_length(lengths, np.arange(len(pieces)), _BATCH):
            found[rows] = _read(encoder, [pieces[row] for row in rows]).numpy()
    return found


def _read(encoder: Encoder, pieces: list[list[int]]) -> Tensor:
    given, there = padded(pieces, encoder.architecture.padding)
    return mean(encoder.run(encoder.embed(given), there, range(encoder.architecture.layers)), there)
