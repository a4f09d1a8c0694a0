"""What a training run says, and what it wrote, held against what the catalogue names."""

import sys
from pathlib import Path

from analysis_core.models.store import checksum, describe


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
