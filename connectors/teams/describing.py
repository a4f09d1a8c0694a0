"""A recorded meeting with its files and people, from several of Graph's answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.base.connector import AuthorizedClient
from connectors.base.errors import RequestRejected
from connectors.base.records import MeetingDetails, RecordingRef
from connectors.teams.graph import graph, pages
from connectors.teams.items import Item, meeting_path, moment, organizer_of
from connectors.teams.listing import files_of
from connectors.teams.mapping import meeting_details
from connectors.teams.people import People, attended, invited

_NOT_KNOWN = {403, 404}
_POLICY_WORDS = "application access policy"


@dataclass(frozen=True)
class _Invitation:
    subject: str = ""
    people: People = field(default_factory=People)


async def describe(client: AuthorizedClient, recording: RecordingRef) -> MeetingDetails:
    """The meeting of one session. Raises `RequestRejected` with the way out where the tenant's policy is missing."""
    about = _with_facts(recording)
    organizer_id, meeting_id = about.facts["organizer_id"], about.facts["online_meeting_id"]
    try:
        found = await files_of(client, organizer_id, meeting_id)
    except RequestRejected as error:
        raise _explained(error) from error
    invitation = await _invitation(client, organizer_id, meeting_id)
    people = await _people(client, organizer_id, meeting_id, _session_of(found, about), invitation)
    return meeting_details(about, invitation.subject, found, people)


async def _invitation(client: AuthorizedClient, organizer_id: str, meeting_id: str) -> _Invitation:
    """What the meeting itself says; it expires before its recordings do."""
    try:
        async with graph(client) as sdk:
            meetings = sdk.users.by_user_id(organizer_id).online_meetings
            meeting = await meetings.by_online_meeting_id(meeting_id).get()
    except RequestRejected as error:
        if error.status not in _NOT_KNOWN:
            raise
        return _Invitation()
    if meeting is None:
        return _Invitation()
    known = meeting.participants
    host = known.organizer if known else None
    guests = [(_name(each), each.upn or "") for each in (known.attendees if known else None) or []]
    return _Invitation(meeting.subject or "", invited((host.upn if host else "") or "", _name(host), guests))


async def _people(
    client: AuthorizedClient, organizer_id: str, meeting_id: str, session: list[Item], invitation: _Invitation
) -> People:
    """Who was there by the report of this occurrence; who was invited when there is none."""
    place = f"{meeting_path(organizer_id, meeting_id)}/attendanceReports"
    try:
        reports = [row async for row in pages(client, place, {})]
        report = next((row for row in reports if _covers(row, session)), None)
        if report is None:
            return invitation.people
        records = [row async for row in pages(client, f"{place}/{report['id']}/attendanceRecords", {})]
    except RequestRejected as error:
        if error.status not in _NOT_KNOWN:
            raise
        return invitation.people
    return attended(records, client.account.get("tenant_id", ""), invitation.people.host_email)


def _covers(report: Mapping[str, Any], session: list[Item]) -> bool:
    """Whether a report is about the occurrence that was recorded."""
    begin, end = moment(report.get("meetingStartDateTime")), moment(report.get("meetingEndDateTime"))
    begins = [each.created_at for each in session if each.created_at]
    return bool(begin and end and begins and begin <= min(begins) <= end)


def _session_of(found: list[Item], recording: RecordingRef) -> list[Item]:
    wanted = recording.facts["session"]
    return [each for each in found if each.session == wanted] or found


def _with_facts(recording: RecordingRef) -> RecordingRef:
    """The reference with what its id alone tells, for one that came without facts."""
    meeting_id, _, session = recording.meeting_id.rpartition("#")
    told = {"organizer_id": organizer_of(meeting_id), "online_meeting_id": meeting_id, "session": session}
    facts = told | {name: value for name, value in recording.facts.items() if value}
    return RecordingRef(recording.meeting_id, facts, recording.secrets)


def _name(participant: Any) -> str:
    identity = participant.identity if participant is not None else None
    user = identity.user if identity is not None else None
    return (user.display_name if user is not None else "") or ""


def _explained(error: RequestRejected) -> RequestRejected:
    if error.status != 403 or _POLICY_WORDS not in error.message.lower():
        return error
    words = (
        "an administrator has to give the app an application access policy in Teams for this organiser; "
        "it takes up to 30 minutes to work"
    )
    return RequestRejected(words, code="access_policy", status=error.status)
