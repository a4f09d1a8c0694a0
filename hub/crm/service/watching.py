"""Contacts appear late: meetings without all their records are matched again once a day, for a month."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlmodel import Session, col, select

from connectors import registry
from hub.accounts.models import Organisation
from hub.analysis.models import Analysis
from hub.analysis.repository import Analyses
from hub.connections.models import Connection
from hub.crm.models import CrmWatch
from hub.crm.repository import BY_RULE, Matches, Watches
from hub.crm.service.matching import external_people
from hub.engine.enqueue import enqueue
from hub.meetings import timeline
from hub.meetings.models import Meeting
from hub.meetings.repository import Participants
from hub.meetings.results import matching_work
from hub.runtime import Runtime

EVERY: Final = timedelta(days=1)
LASTS: Final = timedelta(days=30)
_AT_ONCE: Final = 200
_ROUND_OFFSET: Final = 2000
"""Daily rounds are numbered apart from those that follow an error."""


def people_without_record(session: Session, meeting: Meeting, connection: Connection) -> Sequence[str]:
    """The addresses of guests for whom the CRM has no record of their own yet, and no person decided anything."""
    organisation = session.get_one(Organisation, meeting.organisation_id)
    people = Participants(session, meeting.organisation_id).of_meeting(meeting.id)
    connector: Any = registry.connector_class(connection.provider)
    rows = Matches(session, meeting.organisation_id).decided(meeting.id, connection.id)
    known = {
        (row.participant_email or "").lower()
        for row in rows
        if row.record_type in connector.figure_types or row.chosen_by != BY_RULE
    }
    return [email for email in external_people(meeting, organisation.domains, people) if email not in known]


def keep_watch(session: Session, meeting: Meeting, analysis: Analysis, *, wanted: bool, now: datetime) -> None:
    """Look again tomorrow while records are missing (`wanted`), up to a month after the result; else stop looking."""
    row = Watches(session, meeting.organisation_id).of_meeting(meeting.id)
    until = (analysis.completed_at or now) + LASTS
    if not wanted or now >= until:
        if row is not None:
            session.delete(row)
        return
    if row is None:
        organisation_id, meeting_id = meeting.organisation_id, meeting.id
        session.add(CrmWatch(organisation_id=organisation_id, meeting_id=meeting_id, next_at=now + EVERY, until=until))
    else:
        row.until = until
    session.flush()


def rematch_due(runtime: Runtime) -> int:
    """Start the rounds that are due, the oldest first and not more than some at once; gives how many."""
    now = runtime.clock()
    with runtime.database.transaction() as session:
        due = select(CrmWatch).where(col(CrmWatch.next_at) <= now).order_by(col(CrmWatch.next_at), col(CrmWatch.id))
        rows = session.exec(due.limit(_AT_ONCE)).all()
        return sum([_look_again(session, row, now) for row in rows])


def _look_again(session: Session, row: CrmWatch, now: datetime) -> bool:
    analysis = Analyses(session, row.organisation_id).newest_completed(row.meeting_id)
    if analysis is None or now >= row.until:
        _give_up(session, row, now)
        return False
    row.rounds, row.next_at = row.rounds + 1, now + EVERY
    enqueue(session, matching_work(analysis.id, round_number=_ROUND_OFFSET + row.rounds))
    return True


def _give_up(session: Session, row: CrmWatch, now: datetime) -> None:
    timeline.record(
        session,
        organisation_id=row.organisation_id,
        meeting_id=row.meeting_id,
        step="matching.ended",
        key=row.id,
        message=f"Records were looked for on {row.rounds} days; not all were found. They can still be chosen by hand.",
        at=now,
    )
    session.delete(row)
