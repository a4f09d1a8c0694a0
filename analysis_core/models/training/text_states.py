"""What the frozen lower layers make of sentences, computed once and held in memory: about 3 GB for all of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from analysis_core.models.builders.mpnet import PADDING, WIDTH
from analysis_core.models.training.text_encoder import Encoder

_BATCH = 64

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class States:
    """One sentence after the other, (pieces, 768); sentence i is `starts[i]` to `starts[i + 1]`."""

    flat: Tensor
    starts: Rows

    @property
    def lengths(self) -> Rows:
        """Word pieces of each sentence."""
        return np.diff(self.starts)

    def batch(self, rows: Rows) -> tuple[Tensor, Tensor]:
        """States (rows, longest, 768), and which of them are not padding (rows, longest)."""
        longest = int(self.lengths[rows].max())
        x = torch.zeros(len(rows), longest, WIDTH)
        for place, row in enumerate(rows):
            x[place, : self.lengths[row]] = self.flat[self.starts[row] : self.starts[row + 1]]
        return x, torch.from_numpy(np.arange(longest)[None] < self.lengths[rows][:, None])


def states(encoder: Encoder, tokenizer: Any, texts: Sequence[str], layers: int) -> States:
    """What comes out of the first `layers` layers."""
    pieces = [encoding.ids for encoding in tokenizer.encode_batch(list(texts))]
    starts = np.array([0, *accumulate(map(len, pieces))])
    made = States(torch.zeros(int(starts[-1]), WIDTH), starts)
    with torch.no_grad():
        for rows in by_length(made.lengths, np.arange(len(pieces)), _BATCH):
            given, there = padded([pieces[row] for row in rows])
            found = encoder.run(encoder.embed(given), there, range(layers))
            for place, row in enumerate(rows):
                made.flat[starts[row] : starts[row + 1]] = found[place, : len(pieces[row])]
    return made


def by_length(lengths: Rows, rows: Rows, size: int) -> Iterator[Rows]:
    """The rows in batches of like length."""
    ordered = rows[np.argsort(lengths[rows], kind="stable")]
    for start in range(0, len(ordered), size):
        yield ordered[start : start + size]


def padded(pieces: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
    """Word pieces (sentences, longest), and which of them are not padding."""
    longest = max(map(len, pieces))
    given = torch.tensor([[*row, *[PADDING] * (longest - len(row))] for row in pieces])
    return given, given != PADDING
