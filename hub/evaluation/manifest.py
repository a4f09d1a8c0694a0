"""A manifest of labelled clips: one row a clip, with headings.

| Column | Needed | Also understood |
|---|---|---|
| `file`: path relative to the manifest's folder | yes | path, filename, filepath, audio, wav |
| `emotion` | yes | label, class |
| `speaker` | for intervals by speaker, and for arousal | speaker_id, actor |
| `gender` | for figures by gender | sex |
| `intensity`: `normal` or `strong` | for arousal | level |
| `corpus` | for figures by corpus, and `--corpus` | dataset |
"""

from dataclasses import dataclass
from pathlib import Path

from hub.evaluation import tables
from hub.evaluation.errors import EvaluationError

_ALIASES = {
    "file": ("path", "filename", "filepath", "audio", "wav"),
    "emotion": ("label", "class"),
    "speaker": ("speaker_id", "actor"),
    "gender": ("sex",),
    "intensity": ("level",),
    "corpus": ("dataset",),
}
_NEEDED = ("file", "emotion")


@dataclass(frozen=True)
class Clip:
    """One row; what the manifest does not say is "". `emotion` is the label as it stands there."""

    path: Path
    file: str
    emotion: str
    speaker: str
    gender: str
    intensity: str
    corpus: str


def read(path: Path, corpus: str = "") -> list[Clip]:
    """The clips, those of one corpus where it is named. Raises `EvaluationError`."""
    rows = tables.lines(path)
    if not rows:
        raise EvaluationError(f"{path} is empty.")
    columns = tables.columns(rows[0], _ALIASES)
    missing = [name for name in _NEEDED if name not in columns.values()]
    if missing:
        raise EvaluationError(f"{path} has no column {' and none '.join(missing)}; its first line must name them.")
    clips = [_clip(path.parent, row) for row in tables.named(rows[1:], columns)]
    kept = [clip for clip in clips if corpus in ("", clip.corpus)]
    if not kept:
        raise EvaluationError(_nothing(path, corpus, clips))
    return kept


def _clip(folder: Path, row: tables.Row) -> Clip:
    texts = {name: row.get(name, "") for name in _ALIASES}
    return Clip(path=folder / texts["file"], **texts)


def _nothing(path: Path, corpus: str, clips: list[Clip]) -> str:
    if not clips:
        return f"{path} names no clips."
    return f"{path} has no corpus {corpus!r}; it has {', '.join(sorted({clip.corpus for clip in clips}))}."
