"""Sentences read by a language model that was adapted to what they convey, several of about one length at a time."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis_core.models import session, weights

MODEL = "sentence-affect"
DIMENSIONS = ("valence", "arousal", "dominance")
EMOTIONS = ("anger", "disgust", "fear", "joy", "sadness", "surprise", "neutral")

_MOST_PIECES = 128
_STEP = 4
"""Sentences are filled up to a multiple of this; how far depends on the sentence alone, and so do its figures."""
_AT_ONCE = 128
"""Word pieces: from here on more of them share the weights' way from memory without a gain."""
_PADDING = 0

Scores = NDArray[np.float32]


def encode(sentences: Sequence[str], told: Callable[[int], None] | None = None) -> Scores:
    """Shape (sentences, 10): `DIMENSIONS` in spreads from the mean of EmoBank's sentences, `EMOTIONS` as logits.

    `told` hears how many are done. Raises `ModelMissing`.
    """
    rows = np.zeros((len(sentences), len(DIMENSIONS) + len(EMOTIONS)), np.float32)
    network, done = session(MODEL), 0
    pieces = [encoding.ids for encoding in _tokenizer().encode_batch(list(sentences))]
    for batch in _batches(pieces):
        rows[batch] = network.run(None, {"pieces": _filled([pieces[index] for index in batch])})[0]
        done += len(batch)
        if told:
            told(done)
    return rows


def _batches(pieces: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """Indices of sentences that are filled up to the same length."""
    alike: dict[int, list[int]] = defaultdict(list)
    for index, sentence in enumerate(pieces):
        alike[_filled_length(sentence)].append(index)
    for length, indices in sorted(alike.items()):
        count = max(1, _AT_ONCE // length)
        yield from (indices[start : start + count] for start in range(0, len(indices), count))


def _filled(sentences: Sequence[Sequence[int]]) -> Scores:
    made = np.full((len(sentences), _filled_length(sentences[0])), _PADDING, np.float32)
    for row, sentence in zip(made, sentences, strict=True):
        row[: len(sentence)] = sentence
    return made


def _filled_length(sentence: Sequence[int]) -> int:
    return -(-len(sentence) // _STEP) * _STEP


@cache
def _tokenizer() -> Any:
    from tokenizers import Tokenizer  # slow to import, and many inputs have no text

    tokenizer = Tokenizer.from_file(str(weights(MODEL).with_name("tokenizer.json")))
    tokenizer.enable_truncation(_MOST_PIECES)
    tokenizer.no_padding()
    return tokenizer
