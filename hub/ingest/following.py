"""Follows what becomes of CRM records: merged ones under their new id, deleted ones not at all, people as they wish."""

from collections.abc import Sequence
from typing import Final

import structlog
from sqlmodel import Session, col

from connectors.base.records import EventKind, RecordChange, RecordRef
from hub.accounts import audit
from hub.crm.models import CrmMatch
from hub.crm.repository import BY_RULE, GONE, Matches
from hub.ingest.models import InboundEvent
from hub.ingest.sealing import open_event
from hub.meetings import timeline
from hub.meetings.anonymising import forget_person
from hub.runtime import Runtime

_log = structlog.get_logger(__name__)
_STEP: Final = "crm.record_followed"


def follow(runtime: Runtime, event_id: str) -> int:
    """Do what one event asks for, all of it or nothing; gives how many matches it was about.

    Doing it again changes nothing.
    """
    with runtime.database.transaction() as session:
        event = session.get(InboundEvent, event_id)
        change = open_event(runtime.vault, event).records if event else None
        if event is None or change is None:
            return 0
        rows = _matches(session, event, change)
        if event.kind == EventKind.PERSON_FORGOTTEN:
            _forget(session, runtime, event, rows)
        for row in _matches(session, event, change):
            _follow_one(session, runtime, event, row, change)
    _log.info("crm.records_followed", kind=event.kind, connection_id=event.connection_id, matches=len(rows))
    return len(rows)


def _matches(session: Session, event: InboundEvent, change: RecordChange) -> Sequence[CrmMatch]:
    statement = Matches(session, event.organisation_id).select()
    return session.exec(
        statement.where(
            CrmMatch.connection_id == event.connection_id,
            CrmMatch.record_type == change.type,
            col(CrmMatch.record_id).in_(change.ids),
        )
    ).all()


def _follow_one(session: Session, runtime: Runtime, event: InboundEvent, row: CrmMatch, change: RecordChange) -> None:
    words = f"{change.type} {row.record_id} was deleted in the CRM."
    if change.into:
        words = f"{change.type} {row.record_id} was merged into {change.into} in the CRM."
        _merge(session, row, change.into)
    else:
        _end(session, event, row)
    timeline.record(
        session,
        organisation_id=event.organisation_id,
        meeting_id=row.meeting_id,
        step=_STEP,
        key=f"{event.id}:{row.id}",
        message=words,
        at=runtime.clock(),
    )


def _end(session: Session, event: InboundEvent, row: CrmMatch) -> None:
    """A deleted record gets nothing more. Whose it was is kept: a privacy deletion may follow, and names the record."""
    if event.kind == EventKind.RECORD_DELETED and row.participant_email:
        row.rule, row.chosen_by = GONE, BY_RULE
    else:
        session.delete(row)


def _merge(session: Session, row: CrmMatch, into: str) -> None:
    """The match with its record's new id; where that one is matched already, what a person decided wins."""
    matches = Matches(session, row.organisation_id)
    twin = matches.find(row.meeting_id, row.connection_id, RecordRef(row.record_type, into))
    if twin is not None and (twin.chosen_by != BY_RULE or row.chosen_by == BY_RULE):
        session.delete(row)
        return
    if twin is not None:
        session.delete(twin)
        session.flush()
    row.record_url, row.record_id = row.record_url.replace(row.record_id, into), into
    session.flush()


def _forget(session: Session, runtime: Runtime, event: InboundEvent, rows: Sequence[CrmMatch]) -> None:
    """Forget the people of these matches everywhere: that takes the matches by their addresses away as well."""
    for email in sorted({row.participant_email.lower() for row in rows if row.participant_email}):
        meetings = forget_person(session, event.organisation_id, email, runtime.clock())
        audit.record(
            session,
            organisation_id=event.organisation_id,
            actor="hub",
            action="person.forgotten",
            subject=event.connection_id,
            at=runtime.clock(),
            details={"meetings": meetings, "reason": "the person was deleted for privacy in the CRM"},
        )
    session.flush()
