"""A recording that the demo played."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Played:
    """A recording that was announced: by which provider, and when its meeting ended. `path` is its page in the hub."""

    provider: str
    ended: datetime
    path: str = ""

    @property
    def meeting_id(self) -> str:
        """The hub's id of the meeting."""
        return self.path.rpartition("/")[2]
