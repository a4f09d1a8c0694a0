"""What a provider can be to the hub, as whoever begins a connector says it."""

from enum import StrEnum


class Kind(StrEnum):
    """Gives recordings, takes results, or sends messages."""

    SOURCE = "source"
    DESTINATION = "destination"
    NOTIFIER = "notifier"
