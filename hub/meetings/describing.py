"""Stores what the provider says about a meeting: facts, people, files."""

from sqlmodel import Session

from connectors.base.records import Attendee, MeetingDetails
from hub.accounts.models import Organisation
from hub.kit.insert import insert_once
from hub.meetings import timeline
from hub.meetings.cases import Case, Inputs, open_meeting
from hub.meetings.models import Meeting, MeetingState, Participant, Recording
from hub.meetings.purpose import is_internal
from hub.meetings.repository import Participants, Recordings
from hub.runtime import Runtime


def store_details(runtime: Runtime, case: Case, details: MeetingDetails, inputs: Inputs) -> bool:
    """Bring meeting, participants and files up to date; what was known before stays.

    False, and nothing of it is kept, where the meeting was closed meanwhile.
    """
    with runtime.database.transaction() as session:
        meeting = open_meeting(session, case)
        if meeting is None:
            return False
        _store_facts(meeting, details)
        meeting.state, meeting.state_reason, meeting.progress = MeetingState.FETCHING, "", 0.0
        meeting.updated_at = runtime.clock()
        organisation = session.get_one(Organisation, case.organisation_id)
        for attendee in details.attendees:
            _store_person(session, meeting, attendee, organisation)
        _store_files(session, meeting, details, inputs)
        timeline.record(
            session,
            organisation_id=case.organisation_id,
            meeting_id=meeting.id,
            step="recording.described",
            key=inputs.fingerprint,
            message=inputs.left_out,
            details={"participants": len(details.attendees), "files": len(details.files)},
            at=runtime.clock(),
        )
        return True


def _store_facts(meeting: Meeting, details: MeetingDetails) -> None:
    meeting.title = details.title or meeting.title
    meeting.host_email = details.host_email or meeting.host_email
    meeting.ical_uid = details.ical_uid or meeting.ical_uid
    meeting.started_at = details.started_at or meeting.started_at
    meeting.ended_at = details.ended_at or meeting.ended_at
    meeting.duration_s = details.duration_s or meeting.duration_s


def _store_person(session: Session, meeting: Meeting, attendee: Attendee, organisation: Organisation) -> None:
    internal = is_internal(attendee, organisation.domains)
    row = Participant(
        organisation_id=meeting.organisation_id,
        meeting_id=meeting.id,
        name=attendee.name,
        email=attendee.email,
        internal=internal,
        host=attendee.host,
        attended_s=attendee.attended_s,
    )
    if insert_once(session, row, on=("meeting_id", "name", "email")):
        return
    known = Participants(session, meeting.organisation_id).of_meeting(meeting.id)
    for person in known:
        if (person.name, person.email) == (attendee.name, attendee.email):
            person.internal, person.host, person.attended_s = internal, attendee.host, attendee.attended_s


def _store_files(session: Session, meeting: Meeting, details: MeetingDetails, inputs: Inputs) -> None:
    used = {inputs.media.id} | ({inputs.transcript.id} if inputs.transcript else set())
    for file in details.files:
        row = Recording(
            organisation_id=meeting.organisation_id,
            meeting_id=meeting.id,
            external_id=file.id,
            kind=file.kind,
            extension=file.extension,
            size_bytes=file.size_bytes,
        )
        insert_once(session, row, on=("meeting_id", "external_id"))
    for known in Recordings(session, meeting.organisation_id).of_meeting(meeting.id):
        known.used = known.external_id in used
