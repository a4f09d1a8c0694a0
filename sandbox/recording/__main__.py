"""`python -m sandbox.recording [FOLDER]` performs the script and writes the recording's four files."""

import sys
from collections.abc import Mapping
from pathlib import Path

from sandbox.recording import documents, film, picture
from sandbox.recording.expressions import Curve, curves, frame_times
from sandbox.recording.timeline import Timeline, perform
from sandbox.recording.voice import Synthesizer

DEFAULT_FOLDER = Path(__file__).parents[1] / "recordings"
NAME = "renewal_call"


def main(folder: Path = DEFAULT_FOLDER) -> None:
    """Write film, transcript, participants and truth to `folder`."""
    timeline = perform(Synthesizer())
    shown = curves(timeline)
    write_texts(folder, timeline, shown)
    film.write(folder / f"{NAME}.mp4", timeline.mix, picture.frames(frame_times(timeline), shown))


def write_texts(folder: Path, timeline: Timeline, shown: Mapping[str, Mapping[str, Curve]]) -> None:
    """Write everything but the film."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{NAME}.vtt").write_bytes(documents.transcript(timeline).encode())
    (folder / f"{NAME}.participants.json").write_text(documents.participants(timeline))
    (folder / f"{NAME}.truth.json").write_text(documents.truth(timeline, shown))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))
