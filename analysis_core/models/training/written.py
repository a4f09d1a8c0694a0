"""A training from the shell: what it says, and what it wrote, held against what the catalogue names."""

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from analysis_core.models.catalogue import PACKAGE
from analysis_core.models.store import checksum, describe

Training = Callable[[Path, int | None], None]
"""Writes a file, learned from the first so many sentences of each split; None is all of them."""


def run(module: str, model_id: str, train: Training) -> int:
    """Exit status 1 when the catalogue does not name what was written. With `--sentences`, nothing is kept."""
    parser = argparse.ArgumentParser(prog=f"python -m {module}")
    parser.add_argument(
        "--sentences", type=int, help="only the first so many (300 hold every emotion) of each split; nothing is kept"
    )
    sentences: int | None = parser.parse_args().sentences
    path = PACKAGE / describe(model_id).file
    if sentences is None:
        train(path, None)
        return compare(model_id, path)
    with tempfile.TemporaryDirectory() as folder:
        tried = Path(folder) / path.name
        train(tried, sentences)
        say(f"sha256 {checksum(tried)}, of {sentences} sentences of each split")
    return 0


def say(line: str) -> None:
    """At once: a training takes an hour."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def compare(model_id: str, path: Path) -> int:
    """Exit status: 0 where the bytes are the committed ones, 1 where they are others. Says which, and what to do."""
    found = checksum(path)
    say(f"{path.name} sha256 {found}")
    if found == describe(model_id).sha256:
        say("These are the committed bytes.")
        return 0
    say(
        "These are not the bytes that the catalogue names: the procedure or the data changed, or this kind of\n"
        f"processor rounds differently. To take it back: git checkout {path}\n"
        "To ship it: write its sum into analysis_core/models/catalogue.toml, then make models bench"
    )
    return 1
