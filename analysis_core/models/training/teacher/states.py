"""What the frozen lower layers make of sentences, computed once and held in memory: about 3 GB for all of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import numpy as np
import torch
from torch import Tensor

from analysis_core.models.builders.mpnet import ARCHITECTURE
from analysis_core.models.training.batches import Rows, by_length, padded
from analysis_core.models.training.encoder import Encoder

_BATCH = 64


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
        x = torch.zeros(len(rows), longest, ARCHITECTURE.width)
        for place, row in enumerate(rows):
            x[place, : self.lengths[row]] = self.flat[self.starts[row] : self.starts[row + 1]]
        return x, torch.from_numpy(np.arange(longest)[None] < self.lengths[rows][:, None])


def states(encoder: Encoder, tokenizer: Any, texts: Sequence[str], layers: int) -> States:
    """What comes out of the first `layers` layers."""
    pieces = [encoding.ids for encoding in tokenizer.encode_batch(list(texts))]
    starts = np.array([0, *accumulate(map(len, pieces))])
    made = States(torch.zeros(int(starts[-1]), ARCHITECTURE.width), starts)
    with torch.no_grad():
        for rows in by_length(made.lengths, np.arange(len(pieces)), _BATCH):
            given, there = padded([pieces[row] for row in rows], ARCHITECTURE.padding)
            found = encoder.run(encoder.embed(given), there, range(layers))
            for place, row in enumerate(rows):
                made.flat[starts[row] : starts[row + 1]] = found[place, : len(pieces[row])]
    return made
