"""One run of the pipeline: which event of which meeting, and what was decided to analyse."""

from dataclasses import dataclass

from sqlmodel import Session

from connectors.base.errors import RequestRejected
from connectors.base.records import FileKind, MeetingDetails, RecordingFile, RecordingRef
from hub.connections.models import Connection
from hub.ingest.models import InboundEvent
from hub.ingest.sealing import open_event
from hub.meetings.closed import is_closed
from hub.meetings.models import Meeting
from hub.meetings.repository import Meetings
from hub.runtime import Runtime


@dataclass(frozen=True)
class Case:
    """An event whose recording is to be analysed."""

    event: InboundEvent
    connection: Connection
    meeting: Meeting
    recording: RecordingRef
    attempt: int

    @property
    def organisation_id(self) -> str:
        """Whose meeting it is."""
        return self.meeting.organisation_id


@dataclass(frozen=True)
class Inputs:
    """The files to analyse, of one of the recording's `parts`. `fingerprint` is the same for the same files."""

    media: RecordingFile
    transcript: RecordingFile | None
    parts: int = 1

    @property
    def fingerprint(self) -> str:
        """Which media, with which transcript."""
        return f"{self.media.id}+{self.transcript.id if self.transcript else ''}"

    @property
    def left_out(self) -> str:
        """What of the meeting the result does not cover, for people; empty when it covers all that was recorded."""
        if self.parts <= 1:
            return ""
        return (
            f"The recording was stopped and started again. Part {self.media.part} of {self.parts} was analysed, "
            "the longest; what was said in the others is not in this result."
        )


def load_case(runtime: Runtime, event_id: str, attempt: int) -> Case | None:
    """The case of an event; None when its connection's data was deleted meanwhile, or its meeting was closed."""
    with runtime.database.transaction() as session:
        event = session.get(InboundEvent, event_id)
        if event is None:
            return None
        recording = open_event(runtime.vault, event).recording
        connection = session.get_one(Connection, event.connection_id)
        if recording is None or is_closed(session, connection.id, recording.meeting_id):
            return None
        meeting = Meetings(session, event.organisation_id).by_external_id(connection.id, recording.meeting_id)
        return None if meeting is None else Case(event, connection, meeting, recording, attempt)


def open_meeting(session: Session, case: Case) -> Meeting | None:
    """The case's meeting, to be written to in this transaction; None once it was closed or deleted while the case ran.

    Who closes it waits for the transaction, or it waits for them: nothing that a run found is kept after that.
    """
    meeting = Meetings(session, case.organisation_id).hold(case.meeting.id)
    if meeting is None or is_closed(session, case.connection.id, meeting.external_id):
        return None
    return meeting


def choose_inputs(details: MeetingDetails) -> Inputs:
    """The best media file, and the transcript of the same part.

    Raises `RequestRejected` where the provider offers no media.
    """
    playable = [file for file in details.files if file.kind in {FileKind.VIDEO, FileKind.AUDIO}]
    if not playable:
        raise RequestRejected("the meeting has no recording that could be analysed", code="recording_missing")
    media = playable[0]
    words = (file for file in details.files if file.kind is FileKind.TRANSCRIPT and file.part == media.part)
    return Inputs(media, next(words, None), parts=len({file.part for file in playable if file.part}))
