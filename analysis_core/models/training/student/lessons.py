"""What the teacher makes of sentences."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from analysis_core.models.builders.mpnet import ARCHITECTURE
from analysis_core.models.builders.teacher import build
from analysis_core.models.store import describe, open_session, path_of
from analysis_core.models.training.needed import needed

ENCODER, ADAPTERS = "teacher-encoder", "teacher-adapters"
LONGEST = 64
"""In word pieces; few sentences are longer."""

_BATCH = 8
_TOLD = 4_000

Float = NDArray[np.float32]
Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Lessons:
    """By sentence: `scores` (10,) as the text model is to give them, and `means` (768,) of the teacher's last layer."""

    scores: Float
    means: Float


def lessons(sentences: Sequence[str], told: Callable[[str], None]) -> Lessons:
    """Asks the teacher, sentences of one length at a time: what it says of one does not depend on the others."""
    network, tokenizer = _teacher()
    pieces = [encoding.ids for encoding in tokenizer.encode_batch(list(sentences))]
    scores = np.zeros((len(pieces), 10), np.float32)
    means = np.zeros((len(pieces), ARCHITECTURE.width), np.float32)
    lengths = np.array([len(row) for row in pieces])
    done = 0
    for batch in _alike(lengths):
        given = np.array([pieces[row] for row in batch], np.float32)
        said, meant = network.run(["scores", "means"], {"pieces": given})
        scores[batch], means[batch] = said, meant[:, 0]
        done += len(batch)
        if done % _TOLD < len(batch):
            told(f"the teacher has read {done} of {len(pieces)} sentences")
    return Lessons(scores, means)


def _alike(lengths: Rows) -> Iterator[Rows]:
    """Rows of one length, a few at a time."""
    for length in np.unique(lengths):
        rows = np.flatnonzero(lengths == length)
        yield from (rows[start : start + _BATCH] for start in range(0, len(rows), _BATCH))


def _teacher() -> tuple[Any, Any]:
    """Its network and its tokenizer, by the adapters that are there: those just trained, say."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "teacher.onnx"
        build({ENCODER: needed(ENCODER), ADAPTERS: path_of(describe(ADAPTERS))}, file)
        tokenizer = Tokenizer.from_file(str(file.with_name("tokenizer.json")))
        network = open_session(file)
    tokenizer.no_padding()
    tokenizer.enable_truncation(LONGEST)
    return network, tokenizer
