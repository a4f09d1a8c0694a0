"""What the frozen lower layers alone say of valence, arousal and dominance, by ridge regression on their means.

Early layers hold how something is put, which arousal and dominance show in more than in what is said.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from analysis_core.models.training.batches import by_length, padded
from analysis_core.models.training.encoder import Encoder, mean

_RIDGE = 30_000.0
_BATCH = 64

Float = NDArray[np.float32]


def means(encoder: Encoder, tokenizer: Any, texts: Sequence[str], layers: int) -> Float:
    """Of the embedding and of each layer, one after the other: (sentences, (1 + layers) * 768)."""
    pieces = [encoding.ids for encoding in tokenizer.encode_batch(list(texts))]
    found: dict[int, Float] = {}
    with torch.no_grad():
        for rows in by_length(np.array([len(row) for row in pieces]), np.arange(len(pieces)), _BATCH):
            batch = _means(encoder, [pieces[row] for row in rows], layers)
            found.update(zip(rows.tolist(), batch, strict=True))
    return np.array([found[row] for row in range(len(pieces))])


def ridge(features: Float, ratings: Float) -> tuple[Float, Float]:
    """Weight (ratings, features) and bias (ratings,). Ratings must have mean 0."""
    middle, spread = features.mean(0), np.maximum(features.std(0), 1e-6)
    x = ((features - middle) / spread).astype(np.float64)
    solved = np.linalg.solve(x.T @ x + _RIDGE * np.eye(x.shape[1]), x.T @ ratings)
    weight = (solved / spread[:, None]).T.astype(np.float32)
    return weight, -weight @ middle


def _means(encoder: Encoder, pieces: Sequence[Sequence[int]], layers: int) -> Float:
    given, there = padded(pieces, encoder.architecture.padding)
    x = encoder.embed(given)
    parts = [mean(x, there)]
    for layer in range(layers):
        x = encoder.run(x, there, [layer])
        parts.append(mean(x, there))
    joined: Float = torch.cat(parts, 1).numpy()
    return joined
