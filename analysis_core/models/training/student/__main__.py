"""`make train`, its third part: the text model learns from the teacher, says how good it is, and is written.

Needs torch, 4 GB of memory and about an hour of two cores to itself. With `--sentences` it goes all the way
with the first so many of each split and keeps nothing: 300 take two or three minutes, and show that everything runs.
"""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer

from analysis_core.models.builders import minilm
from analysis_core.models.builders.changes import applied, rounded
from analysis_core.models.training.calibration import expected, platt
from analysis_core.models.training.encoder import Encoder
from analysis_core.models.training.needed import needed
from analysis_core.models.training.sentences import Rated, emobank, first, goemotions, scaled
from analysis_core.models.training.student.learning import DIMENSION, EMOTION, Course, Student, layers, learn, means
from analysis_core.models.training.student.lessons import LONGEST, lessons
from analysis_core.models.training.student.variants import near, variants
from analysis_core.models.training.text_report import Matrix, told
from analysis_core.models.training.written import run, say

SOURCE = "sentence-encoder"
MODEL = "sentence-changes"

_THREADS = 2
"""Sums are split among them, so their number shows in the bytes."""

Float = NDArray[np.float32]


class Trainer:
    """The corpora and the student's tokenizer."""

    def __init__(self, file: Path, sentences: int | None) -> None:
        self._tokenizer = Tokenizer.from_file(str(file.with_name("tokenizer.json")))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(LONGEST)
        self._vectors = minilm.tensors(file)["embeddings.word_embeddings.weight"]
        self.emobank = scaled(first(emobank(), sentences))
        self.goemotions = first(goemotions(), sentences)

    def course(self) -> Course:
        """The training splits with the teacher's opinions."""
        rated, labelled = self.emobank["train"], self.goemotions["train"]
        texts = [*rated.texts, *labelled.texts, *variants(rated.texts, near(self._vocabulary(), self._vectors))]
        found = lessons(texts, say)
        meanings = found.means - found.means.mean(0)
        return Course(
            pieces=self.pieces(texts),
            scores=found.scores,
            meanings=meanings / meanings.std(),
            ratings=rated.ratings,
            labels=labelled.ratings[:, :EMOTION],
        )

    def pieces(self, texts: Sequence[str]) -> list[list[int]]:
        """Word pieces of sentences."""
        return [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))]

    def _vocabulary(self) -> list[str]:
        return [self._tokenizer.id_to_token(place) or "" for place in range(len(self._vectors))]


def main() -> int:
    """Exit status 1 when the catalogue does not name what was written."""
    torch.set_num_threads(_THREADS)
    return run("analysis_core.models.training.student", MODEL, _train)


def _train(path: Path, sentences: int | None) -> None:
    file = needed(SOURCE)
    trainer, before = Trainer(file, sentences), minilm.tensors(file)
    student = learn(Encoder(minilm.network(before)), trainer.course(), say)
    changes = dict(rounded(before, layers(student)))
    shipped = Encoder(minilm.network(applied(before, changes)))

    def read(found: Rated) -> Float:
        return means(shipped, trainer.pieces(found.texts))

    weight, bias = _calibrated(student, read, trainer)
    path.parent.mkdir(parents=True, exist_ok=True)
    arrays: dict[str, Any] = {**changes, "weight": weight, "bias": bias}
    np.savez_compressed(path, **arrays)

    def said(found: Rated) -> Matrix:
        """As it ships but for the rounding to 8 bits; `make bench` measures with that."""
        return (read(found) @ weight.T + bias).astype(np.float64)

    for line in told(said, trainer.emobank, trainer.goemotions):
        say(line)


def _calibrated(student: Student, read: Callable[[Rated], Float], trainer: Trainer) -> tuple[Float, Float]:
    """The heads as they ship, set by the development splits: weight (10, width) and bias (10,)."""
    weight, bias = (values.detach().numpy().copy() for values in (student.weight, student.bias))
    rated, labelled = trainer.emobank["dev"], trainer.goemotions["dev"]
    dimensions, emotions = (read(found) @ weight.T + bias for found in (rated, labelled))
    for row in range(DIMENSION):
        _rescale(weight, bias, row, *expected(dimensions[:, row], rated.ratings[:, row]))
    for row in range(EMOTION):
        true = labelled.ratings[:, row] > 0
        _rescale(weight, bias, DIMENSION + row, *platt(emotions[:, DIMENSION + row], true))
    return weight, bias


def _rescale(weight: Float, bias: Float, row: int, slope: float, shift: float) -> None:
    weight[row] *= slope
    bias[row] = bias[row] * slope + shift


if __name__ == "__main__":
    sys.exit(main())
