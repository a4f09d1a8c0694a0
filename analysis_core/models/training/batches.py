"""Sentences of like length together, filled up to the longest."""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Rows = NDArray[np.int64]


def by_length(lengths: Rows, rows: Rows, size: int) -> Iterator[Rows]:
    """The rows in batches of like length."""
    ordered = rows[np.argsort(lengths[rows], kind="stable")]
    for start in range(0, len(ordered), size):
        yield ordered[start : start + size]


def pooled(lengths: Rows, rows: Rows, size: int, pool: int) -> list[Rows]:
    """As `by_length`, but only within each `pool` of rows, so that chance keeps its say."""
    pools = (rows[start : start + pool] for start in range(0, len(rows), pool))
    return [batch for part in pools for batch in by_length(lengths, part, size)]


def padded(pieces: Sequence[Sequence[int]], padding: int) -> tuple[Tensor, Tensor]:
    """Word pieces (sentences, longest), and which of them are not padding."""
    longest = max(map(len, pieces))
    given = torch.tensor([[*row, *[padding] * (longest - len(row))] for row in pieces])
    return given, given != padding
