"""A member knows better than a rule. What people decide is never changed by matching again."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict

from sqlmodel import Session

from connectors.base.records import Candidate, RecordRef
from hub.accounts import audit
from hub.connections.access import open_destination
from hub.connections.models import Connection
from hub.connections.repository import ConnectionRepository
from hub.crm.models import CrmMatch
from hub.crm.repository import ADDED, ADDITION_REMOVED, BY_RULE, CHOSEN, GONE, REMOVED, TAKEN_AWAY, Matches, record_of
from hub.crm.service.matching import query_of, store_candidates
from hub.crm.told import told
from hub.errors import Conflict, NotFound
from hub.meetings.models import Meeting
from hub.runtime import Runtime


def correct_match(runtime: Runtime, organisation_id: str, match_id: str, record: RecordRef, *, actor: str) -> CrmMatch:
    """Put another record in the place of a match; the old one becomes its first alternative. Raises `NotFound`."""
    with runtime.database.transaction() as session:
        matches = Matches(session, organisation_id)
        row = _get(matches, match_id)
        former = record_of(row)
        if (former.type, former.id) != (record.type, record.id):
            _make_room(matches, row, record)
        row.alternatives = _alternatives(row, former, record)
        _set_record(row, record)
        row.rule = ADDED if row.rule == ADDED else CHOSEN
        row.reason, row.chosen_by = f"Chosen instead of {_label(former)}.", actor
        _audit(session, runtime, row, "match.corrected", actor, former)
        session.flush()
        return row


def remove_match(runtime: Runtime, organisation_id: str, match_id: str, *, actor: str) -> None:
    """Say that the record has nothing to do with the meeting; no rule brings it back. Raises `NotFound`."""
    with runtime.database.transaction() as session:
        row = _get(Matches(session, organisation_id), match_id)
        row.rule = ADDITION_REMOVED if row.rule == ADDED else REMOVED
        row.reason, row.chosen_by = "Removed by a member.", actor
        _audit(session, runtime, row, "match.removed", actor, record_of(row))


async def undo_correction(runtime: Runtime, organisation_id: str, match_id: str, *, actor: str) -> str:
    """Let the rules decide again about what a member changed, removed or added; gives the meeting's id.

    The CRM is asked first, so that nothing is lost when it does not answer. Raises `NotFound`, `Conflict` where
    nobody decided, and the errors of `hub.crm.told`.
    """
    row, connection = await asyncio.to_thread(_corrected, runtime, organisation_id, match_id)
    query = await asyncio.to_thread(query_of, runtime, organisation_id, row.meeting_id, connection.id)
    with told():
        async with open_destination(runtime, organisation_id, connection.id) as crm:
            candidates = await crm.match(query) if query else ()
    await asyncio.to_thread(_give_back, runtime, connection, match_id, candidates, actor)
    return row.meeting_id


def add_match(
    runtime: Runtime, organisation_id: str, meeting_id: str, connection_id: str, record: RecordRef, *, actor: str
) -> CrmMatch:
    """Add a record that no rule found. Raises `NotFound` for the meeting or the connection."""
    with runtime.database.transaction() as session:
        matches = Matches(session, organisation_id)
        row = matches.find(meeting_id, connection_id, record)
        if row is None:
            row = matches.add(_new(session, runtime, organisation_id, meeting_id, connection_id, record))
        if row.rule != CHOSEN:
            row.rule, row.reason, row.chosen_by = ADDED, "Added by a member.", actor
        _audit(session, runtime, row, "match.added", actor, record)
        session.flush()
        return row


def _corrected(runtime: Runtime, organisation_id: str, match_id: str) -> tuple[CrmMatch, Connection]:
    with runtime.database.transaction() as session:
        row = Matches(session, organisation_id).get(match_id)
        if row is None:
            raise NotFound("There is no such match.")
        if row.chosen_by == BY_RULE:
            raise Conflict("A rule chose this record; there is nothing to undo.")
        return row, session.get_one(Connection, row.connection_id)


def _give_back(
    runtime: Runtime, connection: Connection, match_id: str, candidates: Sequence[Candidate], actor: str
) -> None:
    with runtime.database.transaction() as session:
        matches = Matches(session, connection.organisation_id)
        row = matches.get(match_id)
        if row is None:
            return
        _audit(session, runtime, row, "match.correction_undone", actor, record_of(row))
        meeting_id = row.meeting_id
        matches.delete(row)
    store_candidates(runtime, connection, meeting_id, candidates)


def _get(matches: Matches, match_id: str) -> CrmMatch:
    row = matches.get(match_id)
    if row is None or row.rule in {*TAKEN_AWAY, GONE}:
        raise NotFound("There is no such match.")
    return row


def _make_room(matches: Matches, row: CrmMatch, record: RecordRef) -> None:
    """A record stands once per meeting: another row that holds it gives way."""
    other = matches.find(row.meeting_id, row.connection_id, record)
    if other is not None:
        matches.delete(other)


def _alternatives(row: CrmMatch, former: RecordRef, record: RecordRef) -> list[dict[str, str]]:
    others = [asdict(former), *row.alternatives]
    return [other for other in others if (other["type"], other["id"]) != (record.type, record.id)]


def _set_record(row: CrmMatch, record: RecordRef) -> None:
    row.record_type, row.record_id = record.type, record.id
    row.record_name, row.record_url = record.name, record.url


def _new(
    session: Session,
    runtime: Runtime,
    organisation_id: str,
    meeting_id: str,
    connection_id: str,
    record: RecordRef,
) -> CrmMatch:
    connection = ConnectionRepository(session, organisation_id).get(connection_id)
    meeting = session.get(Meeting, meeting_id)
    if connection is None or meeting is None or meeting.organisation_id != organisation_id:
        raise NotFound("There is no such meeting or connection.")
    row = CrmMatch(
        organisation_id=organisation_id,
        meeting_id=meeting_id,
        connection_id=connection_id,
        provider=connection.provider,
        record_type=record.type,
        record_id=record.id,
        rule=ADDED,
        reason="",
        created_at=runtime.clock(),
    )
    _set_record(row, record)
    return row


def _label(record: RecordRef) -> str:
    return f"{record.type} {record.name or record.id}"


def _audit(session: Session, runtime: Runtime, row: CrmMatch, action: str, actor: str, former: RecordRef) -> None:
    audit.record(
        session,
        organisation_id=row.organisation_id,
        actor=actor,
        action=action,
        subject=row.id,
        details={
            "meeting": row.meeting_id,
            "from": f"{former.type}:{former.id}",
            "to": f"{row.record_type}:{row.record_id}",
        },
        at=runtime.clock(),
    )
