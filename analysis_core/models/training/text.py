"""`python -m analysis_core.models.training.text`: learns the sentence adapters from EmoBank and GoEmotions.

Needs the `train` dependency group and about 25 minutes of one core to itself. Afterwards `make models` builds the
model, and `python -m analysis_core.models.training.text_report` measures it. With `--sentences` it goes all the way
with the first so many of each split and keeps nothing: 300 take a minute or two, and show that everything runs.
"""

import argparse
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch

from analysis_core.models.builders import mpnet
from analysis_core.models.catalogue import PACKAGE
from analysis_core.models.fetch import fetch
from analysis_core.models.store import checksum, complete, describe, path_of
from analysis_core.models.training.sentences import Rated, emobank, goemotions
from analysis_core.models.training.text_encoder import Encoder
from analysis_core.models.training.text_heads import Float, Heads, heads
from analysis_core.models.training.text_learning import FROZEN, Learned, Material, learn
from analysis_core.models.training.text_lower import means
from analysis_core.models.training.text_states import states

SOURCE = "sentence-encoder"
MODEL = "sentence-adapters"

_LONGEST = 64
"""In word pieces; few sentences are longer."""


class Trainer:
    """The frozen network with its tokenizer, and the corpora."""

    def __init__(self, archive: Path, sentences: int | None = None) -> None:
        self.encoder = Encoder(mpnet.tensors(archive))
        self._tokenizer = _tokenizer(archive)
        self.corpora = {"emobank": _scaled(_first(emobank(), sentences)), "goemotions": _first(goemotions(), sentences)}

    def material(self, split: str) -> Mapping[str, Material]:
        """A split of each corpus."""
        return {name: self._material(found[split]) for name, found in self.corpora.items()}

    def lower(self) -> Mapping[str, Float]:
        """What `heads` asks for: lower means of EmoBank's sentences, and the ratings of the training split."""
        found = self.corpora["emobank"]
        made = {split: means(self.encoder, self._tokenizer, found[split].texts, FROZEN) for split in ("train", "dev")}
        return {**made, "ratings": found["train"].ratings}

    def _material(self, found: Rated) -> Material:
        made = states(self.encoder, self._tokenizer, found.texts, FROZEN)
        return Material(made, torch.from_numpy(found.ratings))


def main() -> int:
    """Exit status 1 when the catalogue does not name what was written."""
    parser = argparse.ArgumentParser(prog="python -m analysis_core.models.training.text")
    parser.add_argument(
        "--sentences", type=int, help="only the first so many (300 hold every emotion) of each split; nothing is kept"
    )
    sentences: int | None = parser.parse_args().sentences
    torch.set_num_threads(1)
    if sentences is not None:
        with tempfile.TemporaryDirectory() as folder:
            _train(Path(folder) / "adapters.npz", sentences)
        return 0
    path = PACKAGE / describe(MODEL).file
    _train(path, None)
    return 0 if checksum(path) == describe(MODEL).sha256 else 1


def _train(path: Path, sentences: int | None) -> None:
    trainer = Trainer(_archive(), sentences)
    train = trainer.material("train")
    learned = learn(trainer.encoder, train["emobank"], train["goemotions"], _say)
    save(learned, heads(trainer.encoder, learned, trainer.material("dev"), trainer.lower()), path)
    _say(f"{path.name} sha256 {checksum(path)}")


def _first(splits: Mapping[str, Rated], sentences: int | None) -> Mapping[str, Rated]:
    return {name: Rated(found.texts[:sentences], found.ratings[:sentences]) for name, found in splits.items()}


def save(learned: Learned, heads: Heads, path: Path) -> None:
    """Writes the adapters in half precision and the heads."""
    path.parent.mkdir(parents=True, exist_ok=True)
    halves = {name: values.detach().numpy().astype(np.float16) for name, values in learned.adapters.items()}
    np.savez(path, **halves, weight=heads.weight, bias=heads.bias)


def _archive() -> Path:
    model = describe(SOURCE)
    if not complete(model):
        fetch(model)
    return path_of(model)


def _tokenizer(archive: Path) -> Any:
    from tokenizers import Tokenizer

    made = Tokenizer.from_str(mpnet.tokenizer(archive).decode())
    made.no_padding()
    made.enable_truncation(_LONGEST)
    return made


def _scaled(ratings: Mapping[str, Rated]) -> Mapping[str, Rated]:
    """Ratings in spreads from the training split's mean."""
    middle, spread = ratings["train"].ratings.mean(0), ratings["train"].ratings.std(0)
    return {split: Rated(found.texts, (found.ratings - middle) / spread) for split, found in ratings.items()}


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
