"""What a training run wrote, held against what the catalogue names."""

from collections.abc import Callable
from pathlib import Path

from analysis_core.models.store import checksum, describe


def compare(model_id: str, path: Path, tell: Callable[[str], None]) -> int:
    """Exit status: 0 where the bytes are the committed ones, 1 where they are others. Says which, and what to do."""
    found = checksum(path)
    tell(f"{path.name} sha256 {found}")
    if found == describe(model_id).sha256:
        tell("These are the committed bytes.")
        return 0
    tell(
        "These are not the bytes that the catalogue names: the procedure or the data changed, or this kind of\n"
        f"processor rounds differently. To take it back: git checkout {path}\n"
        "To ship it: write its sum into analysis_core/models/catalogue.toml, then make models bench"
    )
    return 1
