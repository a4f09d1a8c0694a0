"""Finds the CRM records a meeting belongs to, and keeps them with their reasons."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlmodel import Session

from connectors import registry
from connectors.base.errors import AuthorizationLost, ConnectorError
from connectors.base.manifest import Capability
from connectors.base.records import Candidate, MatchQuery, Person, RecordRef
from hub.accounts.models import Organisation
from hub.connections.access import open_destination
from hub.connections.models import Connection
from hub.connections.repository import ConnectionRepository
from hub.crm.models import CrmMatch
from hub.crm.repository import BY_RULE, Matches, record_of
from hub.deliveries.repository import Destinations
from hub.errors import NotFound
from hub.meetings import timeline
from hub.meetings.models import Meeting, Participant
from hub.meetings.repository import Participants
from hub.runtime import Runtime


@dataclass(frozen=True)
class _Plan:
    """What to look for, and the CRM connections to look in."""

    query: MatchQuery
    connections: Sequence[Connection]


async def match_meeting(runtime: Runtime, organisation_id: str, meeting_id: str) -> None:
    """Look in every CRM that takes results, and store what was found; what people decided stays as it is.

    Running it again is harmless and brings in contacts that appeared late. Raises `NotFound` for the meeting, and
    a `ConnectorError` after every CRM was asked: one that is down does not keep the others waiting.
    """
    plan = await asyncio.to_thread(_plan, runtime, organisation_id, meeting_id)
    errors: list[ConnectorError] = []
    for connection in plan.connections:
        try:
            await _match_in(runtime, connection, plan.query)
        except ConnectorError as error:
            errors.append(error)
    if errors:
        # one that heals by itself comes before one that waits for a person, since the caller retries by it
        raise min(errors, key=lambda error: isinstance(error, AuthorizationLost))


def records_for(session: Session, organisation_id: str, meeting_id: str, connection_id: str) -> tuple[RecordRef, ...]:
    """The records to write one meeting to, in one CRM."""
    rows = Matches(session, organisation_id).of_meeting(meeting_id, connection_id)
    return tuple(map(record_of, rows))


async def _match_in(runtime: Runtime, connection: Connection, query: MatchQuery) -> None:
    async with open_destination(runtime, connection.organisation_id, connection.id) as crm:
        candidates = await crm.match(query)
    await asyncio.to_thread(_store, runtime, connection, query.meeting_id, candidates)


def _plan(runtime: Runtime, organisation_id: str, meeting_id: str) -> _Plan:
    with runtime.database.transaction() as session:
        meeting = session.get(Meeting, meeting_id)
        if meeting is None or meeting.organisation_id != organisation_id:
            raise NotFound("There is no such meeting.")
        organisation = session.get_one(Organisation, organisation_id)
        people = Participants(session, organisation_id).of_meeting(meeting_id)
        return _Plan(_query(meeting, organisation.domains, people), _crms(session, organisation_id))


def _query(meeting: Meeting, domains: Sequence[str], people: Sequence[Participant]) -> MatchQuery:
    own = tuple(domain.lower().lstrip("@") for domain in domains)
    outside = {person.email.lower(): person for person in people if _is_external(person, meeting, own)}
    return MatchQuery(
        meeting_id=meeting.id,
        people=tuple(Person(email, person.name) for email, person in outside.items()),
        ical_uid=meeting.ical_uid,
        own_domains=own,
    )


def _is_external(person: Participant, meeting: Meeting, own_domains: Sequence[str]) -> bool:
    email = person.email.lower()
    if "@" not in email or person.internal or person.host or email == meeting.host_email.lower():
        return False
    domain = email.rsplit("@", 1)[1]
    return not any(domain == own or domain.endswith(f".{own}") for own in own_domains)


def _crms(session: Session, organisation_id: str) -> Sequence[Connection]:
    repository = ConnectionRepository(session, organisation_id)
    ids = dict.fromkeys(row.connection_id for row in Destinations(session, organisation_id).enabled())
    found = [repository.get(connection_id) for connection_id in ids]
    return [row for row in found if row and registry.manifest(row.provider).can(Capability.DESTINATION)]


def _store(runtime: Runtime, connection: Connection, meeting_id: str, candidates: Sequence[Candidate]) -> None:
    with runtime.database.transaction() as session:
        matches = Matches(session, connection.organisation_id)
        rows = matches.decided(meeting_id, connection.id)
        by_people = {_slot(row.participant_email, row.record_type) for row in rows if row.chosen_by != BY_RULE}
        kept = {_key(row) for row in rows if row.chosen_by != BY_RULE}
        wanted = {_ref_key(found.record): found for found in candidates if not _is_decided(found, by_people, kept)}
        for row in rows:
            if row.chosen_by == BY_RULE and _key(row) not in wanted:
                matches.delete(row)
        for found in wanted.values():
            _upsert(runtime, matches, connection, meeting_id, found)
        _tell(session, runtime, connection, meeting_id, matches)


def _is_decided(found: Candidate, slots: set[str], kept: set[tuple[str, str]]) -> bool:
    return _ref_key(found.record) in kept or _slot(found.person_email, found.record.type) in slots


def _slot(email: str | None, record_type: str) -> str:
    """What a person decides about: one participant's record, or the one record of a type."""
    return email or record_type


def _key(row: CrmMatch) -> tuple[str, str]:
    return row.record_type, row.record_id


def _ref_key(record: RecordRef) -> tuple[str, str]:
    return record.type, record.id


def _upsert(runtime: Runtime, matches: Matches, connection: Connection, meeting_id: str, found: Candidate) -> None:
    values = _values(found)
    row = matches.find(meeting_id, connection.id, found.record)
    if row is None:
        matches.add(
            CrmMatch(
                organisation_id=connection.organisation_id,
                meeting_id=meeting_id,
                connection_id=connection.id,
                provider=connection.provider,
                created_at=runtime.clock(),
                **values,
            )
        )
        return
    for column, value in values.items():
        setattr(row, column, value)


def _values(found: Candidate) -> dict[str, Any]:
    return {
        "record_type": found.record.type,
        "record_id": found.record.id,
        "record_name": found.record.name,
        "record_url": found.record.url,
        "participant_email": found.person_email,
        "rule": found.rule,
        "reason": found.reason,
        "alternatives": [asdict(other) for other in found.alternatives],
    }


def _tell(session: Session, runtime: Runtime, connection: Connection, meeting_id: str, matches: Matches) -> None:
    rows = matches.of_meeting(meeting_id, connection.id)
    names = ", ".join(f"{row.record_type} {row.record_name or row.record_id}" for row in rows)
    timeline.record(
        session,
        organisation_id=connection.organisation_id,
        meeting_id=meeting_id,
        step="meeting.matched",
        # the same records again are the same fact; others are a new one
        key=":".join([connection.id, *sorted(row.record_id for row in rows)]),
        message=f"Belongs to {names}." if names else "No record in the CRM belongs to this meeting yet.",
        details={"provider": connection.provider, "records": len(rows)},
        at=runtime.clock(),
    )
