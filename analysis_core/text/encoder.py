"""Sentences as figures: the mean of every layer of a small language model."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis_core.models import session, weights

MODEL = "sentence-features"
_TOKENIZER = "sentence-encoder"
_MOST_PIECES = 128

Features = NDArray[np.float32]


def encode(sentences: Sequence[str], told: Callable[[int], None] | None = None) -> Features:
    """Shape (sentences, 2688). `told` hears how many are done. Raises `ModelMissing`."""
    pieces, network = _tokenizer().encode_batch(list(sentences)), session(MODEL)
    rows = np.zeros((len(sentences), network.get_outputs()[0].shape[0]), np.float32)
    for index, encoding in enumerate(pieces):
        rows[index] = network.run(None, {"pieces": np.array(encoding.ids, np.float32)})[0]
        if told:
            told(index + 1)
    return rows


@cache
def _tokenizer() -> Any:
    from tokenizers import Tokenizer  # slow to import, and many inputs have no text

    tokenizer = Tokenizer.from_file(str(weights(_TOKENIZER).with_name("tokenizer.json")))
    tokenizer.enable_truncation(_MOST_PIECES)
    tokenizer.no_padding()
    return tokenizer
