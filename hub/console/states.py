"""States as people read them: a few words and a tone (`good`, `note`, `bad`, `quiet`)."""

from typing import NamedTuple

from hub.connections.models import ConnectionState
from hub.deliveries.models import DeliveryState
from hub.meetings.announced import AWAITS_RECORDING
from hub.meetings.models import Meeting, MeetingState


class Shown(NamedTuple):
    """What a state badge says."""

    text: str
    tone: str


MEETING = {
    MeetingState.WAITING: Shown("Waiting", "quiet"),
    MeetingState.FETCHING: Shown("Fetching recording", "note"),
    MeetingState.ANALYSING: Shown("Analysing", "note"),
    MeetingState.COMPLETED: Shown("Ready", "good"),
    MeetingState.FAILED: Shown("Failed", "bad"),
}
CONNECTION = {
    ConnectionState.ACTIVE: Shown("Connected", "good"),
    ConnectionState.RECONNECT: Shown("Reconnect needed", "bad"),
    ConnectionState.REFUSED: Shown("App refused", "bad"),
    ConnectionState.REVOKED: Shown("Disconnected", "quiet"),
}
DELIVERY = {
    DeliveryState.PENDING: Shown("On its way", "note"),
    DeliveryState.SUCCEEDED: Shown("Delivered", "good"),
    DeliveryState.DEAD: Shown("Gave up", "bad"),
    DeliveryState.SKIPPED: Shown("Not needed", "quiet"),
    DeliveryState.UNDONE: Shown("Undone", "quiet"),
}
UNDER_WAY = frozenset({MeetingState.WAITING, MeetingState.FETCHING, MeetingState.ANALYSING})
_WAITS_FOR_RECORDING = Shown("Waiting for its recording", "quiet")


def shown_state(meeting: Meeting) -> Shown:
    """The badge of one meeting: of one that is only known to be over it tells what it waits for."""
    if meeting.state is MeetingState.WAITING and meeting.state_reason == AWAITS_RECORDING:
        return _WAITS_FOR_RECORDING
    return MEETING[meeting.state]
