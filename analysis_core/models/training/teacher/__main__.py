"""`make train`, its second part: learns the teacher's adapters from EmoBank and GoEmotions, says how good they are.

Needs torch, 6 GB of memory and about an hour of one core to itself. With `--sentences` it goes all the way with the
first so many of each split and keeps nothing: 300 take two or three minutes, and show that everything runs.
"""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch

from analysis_core.models.builders import mpnet
from analysis_core.models.training.encoder import Encoder
from analysis_core.models.training.needed import needed
from analysis_core.models.training.sentences import Rated, emobank, first, goemotions, scaled
from analysis_core.models.training.teacher.heads import Float, Heads, heads, outputs
from analysis_core.models.training.teacher.learning import FROZEN, Learned, Material, learn
from analysis_core.models.training.teacher.lower import means
from analysis_core.models.training.teacher.states import States, states
from analysis_core.models.training.text_report import Matrix, told
from analysis_core.models.training.written import run, say

SOURCE = "teacher-encoder"
MODEL = "teacher-adapters"

_LONGEST = 64
"""In word pieces; few sentences are longer."""


class Trainer:
    """The frozen network with its tokenizer, and the corpora."""

    def __init__(self, archive: Path, sentences: int | None = None) -> None:
        self.encoder = Encoder(mpnet.network(mpnet.tensors(archive)))
        self._tokenizer = _tokenizer(archive)
        self.corpora = {"emobank": scaled(first(emobank(), sentences)), "goemotions": first(goemotions(), sentences)}

    def material(self, split: str) -> Mapping[str, Material]:
        """A split of each corpus."""
        return {name: self._material(found[split]) for name, found in self.corpora.items()}

    def lower(self) -> Mapping[str, Float]:
        """What `heads` asks for: lower means of EmoBank's sentences, and the ratings of the training split."""
        found = self.corpora["emobank"]
        made = {split: self.lower_means(found[split]) for split in ("train", "dev")}
        return {**made, "ratings": found["train"].ratings}

    def lower_means(self, found: Rated) -> Float:
        """(sentences, 7 * 768)."""
        return means(self.encoder, self._tokenizer, found.texts, FROZEN)

    def states(self, found: Rated) -> States:
        """What the frozen layers make of the sentences."""
        return states(self.encoder, self._tokenizer, found.texts, FROZEN)

    def _material(self, found: Rated) -> Material:
        return Material(self.states(found), torch.from_numpy(found.ratings))


def main() -> int:
    """Exit status 1 when the catalogue does not name what was written."""
    torch.set_num_threads(1)
    return run("analysis_core.models.training.teacher", MODEL, _train)


def _train(path: Path, sentences: int | None) -> None:
    trainer = Trainer(needed(SOURCE), sentences)
    train = trainer.material("train")
    learned = learn(trainer.encoder, train["emobank"], train["goemotions"], say)
    made = heads(trainer.encoder, learned, trainer.material("dev"), trainer.lower())
    save(learned, made, path)

    def said(found: Rated) -> Matrix:
        """As learned; the teacher reads rounded to 8 bits."""
        rows = outputs(trainer.encoder, learned, made, trainer.states(found), trainer.lower_means(found))
        return rows.astype(np.float64)

    for line in told(said, trainer.corpora["emobank"], trainer.corpora["goemotions"]):
        say(line)


def save(learned: Learned, heads: Heads, path: Path) -> None:
    """Writes the adapters in half precision and the heads."""
    path.parent.mkdir(parents=True, exist_ok=True)
    halves = {name: values.detach().numpy().astype(np.float16) for name, values in learned.adapters.items()}
    np.savez(path, **halves, weight=heads.weight, bias=heads.bias)


def _tokenizer(archive: Path) -> Any:
    from tokenizers import Tokenizer

    made = Tokenizer.from_str(mpnet.tokenizer(archive).decode())
    made.no_padding()
    made.enable_truncation(_LONGEST)
    return made


if __name__ == "__main__":
    sys.exit(main())
