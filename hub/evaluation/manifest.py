"""A manifest of labelled clips: one row a clip, with headings.

| Column | Needed | Also understood |
|---|---|---|
| `file`: path relative to the manifest's folder | yes | path, file_path, audio_path, file_name, audio, clip, ... |
| `emotion` | yes | emotions, emotion_label, label, labels, class, category, emo |
| `speaker` | for intervals by speaker, and for arousal | speaker_id, actor, actor_id |
| `gender` | for figures by gender | sex |
| `intensity`: `normal` or `strong` | for arousal | level |
| `corpus` | for figures by corpus, and `--corpus` | dataset, source |

Capitals, and whether words are joined by spaces, points, dashes or underscores, make no difference.
"""

from dataclasses import dataclass, replace
from pathlib import Path

from hub.evaluation import tables
from hub.evaluation.errors import EvaluationError
from hub.evaluation.labels import spelled_out

_ALIASES = {
    "file": (
        "path", "file_path", "filepath", "audio_path", "audio_filepath", "wav_path", "relative_path", "file_name",
        "filename", "audio_file", "audio_filename", "wav_file", "clip_path", "audio", "wav", "clip",
    ),
    "emotion": ("emotions", "emotion_label", "label", "labels", "class", "category", "emo"),
    "speaker": ("speaker_id", "actor", "actor_id"),
    "gender": ("sex",),
    "intensity": ("level",),
    "corpus": ("dataset", "source"),
}  # fmt: skip
_NEEDED = ("file", "emotion")


@dataclass(frozen=True)
class Clip:
    """One row; what the manifest does not say is "". `emotion` is the label as it stands there, codes spelled out."""

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
    words = spelled_out({clip.emotion for clip in kept})
    return [replace(clip, emotion=words.get(clip.emotion, clip.emotion)) for clip in kept]


def _clip(folder: Path, row: tables.Row) -> Clip:
    texts = {name: row.get(name, "") for name in _ALIASES}
    path = folder / texts["file"]
    if "\\" in texts["file"] and not path.exists():
        path = folder / texts["file"].replace("\\", "/")
    return Clip(path=path, **texts)


def _nothing(path: Path, corpus: str, clips: list[Clip]) -> str:
    if not clips:
        return f"{path} names no clips."
    return f"{path} has no corpus {corpus!r}; it has {', '.join(sorted({clip.corpus for clip in clips}))}."
