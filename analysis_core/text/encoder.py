"""Sentences read by a language model that was adapted to what they convey, one at a time."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis_core.models import session, weights

MODEL = "sentence-affect"
DIMENSIONS = ("valence", "arousal", "dominance")
EMOTIONS = ("anger", "disgust", "fear", "joy", "sadness", "surprise", "neutral")

_MOST_PIECES = 128

Scores = NDArray[np.float32]


def encode(sentences: Sequence[str], told: Callable[[int], None] | None = None) -> Scores:
    """Shape (sentences, 10): `DIMENSIONS` in spreads from the mean of EmoBank's sentences, `EMOTIONS` as logits.

    `told` hears how many are done. Raises `ModelMissing`.
    """
    rows = np.zeros((len(sentences), len(DIMENSIONS) + len(EMOTIONS)), np.float32)
    network, pieces = session(MODEL), _tokenizer().encode_batch(list(sentences))
    for index, encoding in enumerate(pieces):
        rows[index] = network.run(None, {"pieces": np.array(encoding.ids, np.float32)})[0]
        if told:
            told(index + 1)
    return rows


@cache
def _tokenizer() -> Any:
    from tokenizers import Tokenizer  # slow to import, and many inputs have no text

    tokenizer = Tokenizer.from_file(str(weights(MODEL).with_name("tokenizer.json")))
    tokenizer.enable_truncation(_MOST_PIECES)
    tokenizer.no_padding()
    return tokenizer
