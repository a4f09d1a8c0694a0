"""Where the data lies that is measured with."""

import os
from dataclasses import dataclass
from pathlib import Path

_FOLDER = "ECHODEPTH_DATA_DIR"
ROOT = Path(__file__).parents[1]


class NoData(Exception):
    """There is nothing to measure with."""


@dataclass(frozen=True)
class Sources:
    """The data folder and its parts."""

    folder: Path

    @property
    def meetings(self) -> Path:
        """AMI, calls, faces and the demo meeting."""
        return self.folder / "meetings"

    @property
    def demo(self) -> Path:
        """A recorded call of two people with its truth."""
        return self.meetings / "demo" / "demo_meeting.mp4"

    @property
    def call(self) -> Path:
        """One staged call of several minutes."""
        return self.meetings / "calls" / "agent1.flac"

    @property
    def text(self) -> Path:
        """EmoBank and GoEmotions."""
        return self.folder / "text"


def sources() -> Sources:
    """Raises `NoData`."""
    folder = Path(os.environ.get(_FOLDER) or ROOT.parent / "shared" / "data").resolve()
    if not (folder / "speech" / "manifest.csv").is_file():
        raise NoData(f"the data is not at {folder}; set {_FOLDER} to where it is")
    os.environ[_FOLDER] = str(folder)  # training's corpora read the same
    return Sources(folder)
