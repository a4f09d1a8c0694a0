"""Forgets a person: what they said and showed goes, and where a meeting was about nobody else, the whole meeting."""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import Session, col, select

from hub.analysis.models import Analysis
from hub.analysis.repository import Analyses
from hub.crm.models import CrmMatch
from hub.deliveries.models import Delivery, Message
from hub.meetings.forgetting import delete_meetings
from hub.meetings.models import Meeting, Participant, TimelineEntry
from hub.runtime import Runtime

SOMEBODY: Final = "Somebody"


def forget_person(runtime: Runtime, organisation_id: str, email: str) -> int:
    """Forget whoever has this address in the organisation's meetings; gives how many meetings they were in."""
    with runtime.database.transaction() as session:
        found = _people(session, organisation_id, email)
        alone = [person.meeting_id for person in found if _is_alone(session, person)]
        for person in found:
            if person.meeting_id not in alone:
                _anonymise(session, person)
    if alone:
        delete_meetings(runtime, alone)
    return len({person.meeting_id for person in found})


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


def _people(session: Session, organisation_id: str, email: str) -> Sequence[Participant]:
    statement = select(Participant).where(Participant.organisation_id == organisation_id)
    return session.exec(statement.where(sa.func.lower(col(Participant.email)) == email.lower())).all()


def _is_alone(session: Session, person: Participant) -> bool:
    """Whether nobody else from outside took part: then every figure is theirs."""
    others = select(Participant.id).where(Participant.meeting_id == person.meeting_id, Participant.id != person.id)
    return session.exec(others.where(col(Participant.internal).is_(False))).first() is None


def _anonymise(session: Session, person: Participant) -> None:
    meeting = session.get_one(Meeting, person.meeting_id)
    names = {name for name in (person.name, person.speaker, person.email) if name}
    meeting.title = without(meeting.title, names)
    if meeting.host_email.lower() == person.email.lower():
        meeting.host_email = ""
    for analysis in Analyses(session, person.organisation_id).of_meeting(meeting.id):
        _anonymise_result(session, analysis, names)
    for row in session.exec(select(TimelineEntry).where(TimelineEntry.meeting_id == meeting.id)):
        row.message, row.details = without(row.message, names), without(row.details, names)
    for delivery in session.exec(select(Delivery).where(Delivery.meeting_id == meeting.id)):
        delivery.receipt, delivery.state_reason = (
            without(delivery.receipt, names),
            without(delivery.state_reason, names),
        )
    _anonymise_matches(session, person, names)
    person.name, person.email, person.speaker = f"{SOMEBODY} ({person.id[-4:]})", "", None


def _anonymise_result(session: Session, analysis: Analysis, names: Collection[str]) -> None:
    analysis.result = without(analysis.result, names)
    for message in session.exec(select(Message).where(Message.analysis_id == analysis.id)):
        message.body = json.dumps(without(json.loads(message.body), names), ensure_ascii=False, separators=(",", ":"))


def _anonymise_matches(session: Session, person: Participant, names: Collection[str]) -> None:
    for match in session.exec(select(CrmMatch).where(CrmMatch.meeting_id == person.meeting_id)):
        if (match.participant_email or "").lower() == person.email.lower():
            session.delete(match)
        else:
            match.reason, match.alternatives = without(match.reason, names), without(match.alternatives, names)
