"""Forgets a person: what they said and showed goes, and where a meeting was about nobody else, the whole meeting."""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import Session, col, select

from hub.analysis.models import Analysis
from hub.analysis.repository import Analyses
from hub.crm.models import CrmMatch
from hub.deliveries.models import Delivery, Message
from hub.meetings.closed import close
from hub.meetings.forgetting import delete_rows
from hub.meetings.models import Meeting, MeetingState, Participant, TimelineEntry
from hub.meetings.repository import Meetings, Participants

SOMEBODY: Final = "Somebody"
_ENDED: Final = "Somebody who took part was forgotten before there was a result. The meeting is not analysed any more."


def forget_person(session: Session, organisation_id: str, email: str, now: datetime) -> int:
    """Forget whoever has this address in the organisation's meetings; gives how many meetings they were in.

    What the providers announce of these meetings later is not taken in, and a run that is at work on one of them
    keeps nothing: it would bring the person back.
    """
    ids = _meetings(session, organisation_id, email)
    for meeting_id in ids:
        meeting = Meetings(session, organisation_id).hold(meeting_id)
        if meeting is not None:
            close(session, meeting, now)
            _forget_in(session, meeting, email)
    return len(ids)


def without(value: Any, names: Collection[str]) -> Any:
    """JSON without what these speakers said or showed, and with `SOMEBODY` where texts name them.

    A key gives way only where it is a name: most are the words that results are made of.
    """
    if not names:
        return value
    return _without(value, names, _naming(names))


def _naming(names: Collection[str]) -> re.Pattern[str]:
    """Any of the names as words of a text, the longest first; addresses in whatever case they are written."""
    longest_first = sorted(names, key=len, reverse=True)
    words = "|".join(f"(?i:{re.escape(name)})" if "@" in name else re.escape(name) for name in longest_first)
    return re.compile(rf"(?<!\w)(?:{words})(?!\w)")


def _without(value: Any, names: Collection[str], naming: re.Pattern[str]) -> Any:
    if isinstance(value, str):
        return naming.sub(SOMEBODY, value)
    if isinstance(value, Mapping):
        return {SOMEBODY if key in names else key: _without(inner, names, naming) for key, inner in value.items()}
    if isinstance(value, Sequence):
        return [_without(inner, names, naming) for inner in value if not _is_of(inner, names)]
    return value


def _is_of(value: Any, names: Collection[str]) -> bool:
    """Whether an entry is one of theirs: said by them, or about them as a speaker."""
    if not isinstance(value, Mapping):
        return False
    return value.get("speaker") in names or (value.get("name") in names and "talk_time_s" in value)


def _meetings(session: Session, organisation_id: str, email: str) -> Sequence[str]:
    """Where they took part, in an order that two who forget at the same time share."""
    statement = select(Participant.meeting_id).where(Participant.organisation_id == organisation_id)
    theirs = statement.where(sa.func.lower(col(Participant.email)) == email.lower())
    return session.exec(theirs.distinct().order_by(col(Participant.meeting_id))).all()


def _forget_in(session: Session, meeting: Meeting, email: str) -> None:
    people = Participants(session, meeting.organisation_id).of_meeting(meeting.id)
    theirs = _theirs(people, email)
    if not theirs:
        return  # somebody else forgot them a moment ago
    if all(person.internal for person in people if person not in theirs):
        delete_rows(session, [meeting.id])  # nobody else from outside took part: every figure is theirs
        return
    _anonymise(session, meeting, theirs)


def _theirs(people: Sequence[Participant], email: str) -> Sequence[Participant]:
    """Their rows: with their address, and those without one that have their name, as a second device's may."""
    known = [person for person in people if person.email.lower() == email.lower()]
    names = {person.name for person in known}
    return [person for person in people if person in known or (not person.email and person.name in names)]


def _anonymise(session: Session, meeting: Meeting, theirs: Sequence[Participant]) -> None:
    names = {name for person in theirs for name in (person.name, person.speaker, person.email) if name}
    meeting.title = without(meeting.title, names)
    if meeting.host_email.lower() in {person.email.lower() for person in theirs}:
        meeting.host_email = ""
    _end_run(meeting)
    for analysis in Analyses(session, meeting.organisation_id).of_meeting(meeting.id):
        _anonymise_result(session, analysis, names)
    for row in session.exec(select(TimelineEntry).where(TimelineEntry.meeting_id == meeting.id)):
        row.message, row.details = without(row.message, names), without(row.details, names)
    for delivery in session.exec(select(Delivery).where(Delivery.meeting_id == meeting.id)):
        delivery.receipt = without(delivery.receipt, names)
        delivery.state_reason = without(delivery.state_reason, names)
    _anonymise_matches(session, meeting, theirs, names)
    for person in theirs:
        person.name, person.email, person.speaker = f"{SOMEBODY} ({person.id[-4:]})", "", None


def _end_run(meeting: Meeting) -> None:
    """A closed meeting waits for nothing: its last result counts, or there is none."""
    if meeting.revision:
        meeting.state, meeting.state_reason, meeting.progress = MeetingState.COMPLETED, "", 1.0
    elif meeting.state is not MeetingState.FAILED:
        meeting.state, meeting.state_reason, meeting.progress = MeetingState.FAILED, _ENDED, 0.0


def _anonymise_result(session: Session, analysis: Analysis, names: Collection[str]) -> None:
    analysis.result = without(analysis.result, names)
    for message in session.exec(select(Message).where(Message.analysis_id == analysis.id)):
        message.body = json.dumps(without(json.loads(message.body), names), ensure_ascii=False, separators=(",", ":"))


def _anonymise_matches(
    session: Session, meeting: Meeting, theirs: Sequence[Participant], names: Collection[str]
) -> None:
    emails = {person.email.lower() for person in theirs}
    for match in session.exec(select(CrmMatch).where(CrmMatch.meeting_id == meeting.id)):
        if (match.participant_email or "").lower() in emails or match.record_name in names:
            session.delete(match)
        else:
            match.record_name, match.reason = without(match.record_name, names), without(match.reason, names)
            others = [other for other in match.alternatives if other.get("name") not in names]
            match.alternatives = without(others, names)
