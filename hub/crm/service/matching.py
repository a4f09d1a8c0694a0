"""Finds the CRM records a meeting belongs to, and keeps them with their reasons."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlmodel import Session

from connectors import registry
from connectors.base.domains import is_external
from connectors.base.errors import AuthorizationLost, ConnectorError
from connectors.base.manifest import Capability
from connectors.base.records import Candidate, MatchQuery, Person, RecordRef
from hub.accounts.models import Organisation
from hub.connections.access import open_destination
from hub.connections.models import Connection, ConnectionState
from hub.connections.repository import ConnectionRepository
from hub.crm.models import CrmMatch
from hub.crm.policies import InternalMeetings, Policy
from hub.crm.repository import ABOUT_ITSELF, BY_RULE, TAKEN_AWAY, Matches, record_of
from hub.deliveries.repository import Destinations
from hub.errors import NotFound
from hub.meetings import timeline
from hub.meetings.models import Meeting, Participant
from hub.meetings.repository import Participants
from hub.runtime import Runtime


@dataclass(frozen=True)
class _Plan:
    """What to look for in which CRM connections."""

    meeting_id: str
    searches: Sequence[tuple[Connection, MatchQuery]]


@dataclass(frozen=True)
class Found:
    """A record that a meeting belongs to: by a rule, or by a person's decision."""

    record: RecordRef
    rule: str
    reason: str


async def match_meeting(
    runtime: Runtime, organisation_id: str, meeting_id: str, *, connection_id: str | None = None
) -> None:
    """Look in every CRM that takes results, and store what was found; what people decided stays as it is.

    With `connection_id` that CRM alone is asked, and no trouble of another one told. Running it again is harmless and
    brings in contacts that appeared late. Raises `NotFound` for the meeting, and a `ConnectorError` after every CRM
    was asked: one that is down does not keep the others waiting.
    """
    plan = await asyncio.to_thread(_plan, runtime, organisation_id, meeting_id)
    errors: list[ConnectorError] = []
    for connection, query in plan.searches:
        if connection_id not in (None, connection.id):
            continue
        try:
            await _match_in(runtime, connection, query)
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
    await asyncio.to_thread(store_candidates, runtime, connection, query.meeting_id, candidates)


def _plan(runtime: Runtime, organisation_id: str, meeting_id: str) -> _Plan:
    with runtime.database.transaction() as session:
        meeting = session.get(Meeting, meeting_id)
        if meeting is None or meeting.organisation_id != organisation_id:
            raise NotFound("There is no such meeting.")
        organisation = session.get_one(Organisation, organisation_id)
        people = Participants(session, organisation_id).of_meeting(meeting_id)
        crms = _crms(session, organisation_id)
        queries = [(crm, query_for(meeting, organisation.domains, people, policy)) for crm, policy in crms]
        return _Plan(meeting_id, [(crm, query) for crm, query in queries if query is not None])


def query_of(runtime: Runtime, organisation_id: str, meeting_id: str, connection_id: str) -> MatchQuery | None:
    """What to ask one CRM about a meeting now; None when its policy leaves the meeting out, or it takes no results."""
    plan = _plan(runtime, organisation_id, meeting_id)
    return next((query for connection, query in plan.searches if connection.id == connection_id), None)


def query_for(
    meeting: Meeting, domains: Sequence[str], people: Sequence[Participant], policy: Policy
) -> MatchQuery | None:
    """What to ask a CRM about one meeting; None when its policy leaves the meeting out."""
    own = tuple(domain.lower().lstrip("@") for domain in domains)
    if is_internal(people) and policy.internal_meetings is not InternalMeetings.ACTIVITY:
        wanted = policy.internal_meetings is InternalMeetings.PEOPLE
        return _query_for_own_people(meeting, people, policy) if wanted else None
    outside = external_people(meeting, own, people)
    return MatchQuery(
        meeting_id=meeting.id,
        people=tuple(Person(email, person.name) for email, person in outside.items()),
        ical_uid=meeting.ical_uid,
        own_domains=own,
        leads=policy.leads,
        closed_deals=policy.closed_deals,
    )


def is_internal(people: Sequence[Participant]) -> bool:
    """Whether everybody who took part belongs to the organisation; nobody known is nobody from outside or inside."""
    return bool(people) and all(person.internal or person.host for person in people)


def external_people(
    meeting: Meeting, own_domains: Sequence[str], people: Sequence[Participant]
) -> dict[str, Participant]:
    """Who took part from outside and can be looked for, by e-mail address in lower case."""
    return {person.email.lower(): person for person in people if _is_external(person, meeting, own_domains)}


def _query_for_own_people(meeting: Meeting, people: Sequence[Participant], policy: Policy) -> MatchQuery:
    known = {person.email.lower(): person.name for person in people if "@" in person.email}
    return MatchQuery(
        meeting_id=meeting.id,
        people=tuple(Person(email, name) for email, name in known.items()),
        ical_uid=meeting.ical_uid,
        leads=False,
        closed_deals=policy.closed_deals,
        companies=False,
    )


def _is_external(person: Participant, meeting: Meeting, own_domains: Sequence[str]) -> bool:
    email = person.email.lower()
    if person.internal or person.host or email == meeting.host_email.lower():
        return False
    return is_external(email, own_domains)


def _crms(session: Session, organisation_id: str) -> list[tuple[Connection, Policy]]:
    """The CRMs that take results and are not disconnected, each with the policy of its oldest destination."""
    repository = ConnectionRepository(session, organisation_id)
    policies: dict[str, Policy] = {}
    for row in Destinations(session, organisation_id).enabled():
        policies.setdefault(row.connection_id, Policy.model_validate(row.policy))
    found = [(repository.get(connection_id), policy) for connection_id, policy in policies.items()]
    return [(row, policy) for row, policy in found if row and _takes_results(row)]


def _takes_results(connection: Connection) -> bool:
    is_disconnected = connection.state is ConnectionState.REVOKED  # its destinations stay switched on
    return not is_disconnected and registry.manifest(connection.provider).can(Capability.DESTINATION)


def store_candidates(
    runtime: Runtime, connection: Connection, meeting_id: str, candidates: Sequence[Candidate]
) -> None:
    """Keep what rules found beside what people decided."""
    with runtime.database.transaction() as session:
        matches = Matches(session, connection.organisation_id)
        rows = matches.decided(meeting_id, connection.id)
        wanted = _undecided(rows, candidates)
        for row in rows:
            if row.chosen_by == BY_RULE and _key(row) not in wanted:
                matches.delete(row)
        for found in wanted.values():
            _upsert(runtime, matches, connection, meeting_id, found)
        _tell(session, runtime, connection, meeting_id, matches)


def standing(rows: Sequence[CrmMatch], candidates: Sequence[Candidate]) -> list[Found]:
    """What a meeting would belong to after matching: what people decided, and what rules find beside it."""
    by_people = [row for row in rows if row.chosen_by != BY_RULE and row.rule not in TAKEN_AWAY]
    found = _undecided(rows, candidates).values()
    return [
        *(Found(record_of(row), row.rule, row.reason) for row in by_people),
        *(Found(_with_person(each), each.rule, each.reason) for each in found),
    ]


def _with_person(found: Candidate) -> RecordRef:
    return replace(found.record, person=(found.person_email or "").lower())


def _undecided(rows: Sequence[CrmMatch], candidates: Sequence[Candidate]) -> dict[tuple[str, str], Candidate]:
    """The candidates that no person decided about, by record."""
    by_people = [row for row in rows if row.chosen_by != BY_RULE]
    slots = {_slot(row.participant_email, row.record_type) for row in by_people if row.rule not in ABOUT_ITSELF}
    kept = {_key(row) for row in by_people}
    return {_ref_key(found.record): found for found in candidates if not _is_decided(found, slots, kept)}


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
