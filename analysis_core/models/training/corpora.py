"""The recordings that the speech head is trained on and measured with.

EmoDB (CC0), AMI (CC BY 4.0) and the staged calls (Apache-2.0) train; RAVDESS (CC BY-NC-SA) only ever measures.
"""

import csv
import os
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import soundfile

from analysis_core.observations import Turn
from analysis_core.speech.windows import RATE, Audio

_NAMES = {"angry": "anger", "happy": "joy", "sad": "sadness"}
"""The manifest's names for emotions that the whole core calls otherwise."""


@dataclass(frozen=True)
class Clip:
    """One acted sentence. `intensity` is "normal", "strong" or "" where the corpus knows none."""

    name: str
    speaker: str
    gender: str
    emotion: str
    intensity: str
    audio: Audio


@dataclass(frozen=True)
class Meeting:
    """A conversation taken as neutral; without turns it is one speaker's channel or has no diarisation."""

    name: str
    audio: Audio
    turns: tuple[Turn, ...]


def data_folder() -> Path:
    """`ECHODEPTH_DATA_DIR`, else `../shared/data`. Raises FileNotFoundError when it is not there."""
    folder = Path(os.environ.get("ECHODEPTH_DATA_DIR", "../shared/data"))
    if not (folder / "speech" / "manifest.csv").is_file():
        raise FileNotFoundError(f"{folder} holds no speech/manifest.csv; set ECHODEPTH_DATA_DIR")
    return folder


def clips(corpus: str) -> Iterator[Clip]:
    """The clips of `emodb` or `ravdess_a`, in the manifest's order sorted by name."""
    folder = data_folder() / "speech"
    with (folder / "manifest.csv").open(newline="", encoding="utf-8") as file:
        rows = sorted((row for row in csv.DictReader(file) if row["corpus"] == corpus), key=lambda row: row["file"])
    for row in rows:
        audio = _read(folder / row["file"])
        emotion = _NAMES.get(row["emotion"], row["emotion"])
        yield Clip(row["file"], row["speaker"], row["gender"], emotion, row["intensity"], audio)


def ami() -> Iterator[Meeting]:
    """Thirty seconds each of real meetings, with who speaks when."""
    folder = data_folder() / "meetings" / "ami"
    turns = defaultdict(list)
    for rttm in sorted(folder.glob("*.rttm")):
        for line in rttm.read_text(encoding="utf-8").splitlines():
            fields = unicodedata.normalize("NFC", line).split()
            start, length = float(fields[3]), float(fields[4])
            turns[fields[1]].append(Turn(start, start + length, fields[7]))
    for wav in sorted(folder.glob("*.wav")):
        yield Meeting(wav.stem, _read(wav), tuple(turns[wav.stem]))


def calls() -> Iterator[Meeting]:
    """Staged calls to an agent, minutes each."""
    for flac in sorted((data_folder() / "meetings" / "calls").glob("*.flac")):
        yield Meeting(flac.stem, _read(flac), ())


def _read(path: Path) -> Audio:
    audio, rate = soundfile.read(path, dtype="float32")
    if rate != RATE:
        raise ValueError(f"{path}: {rate} Hz, not {RATE}")
    mono: Audio = audio if audio.ndim == 1 else audio.mean(1)
    return mono
