"""The dry run: what delivering a meeting's result would write, read from the CRM as it stands."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from connectors.base.connector import Destination as Crm
from connectors.base.crm import PlannedRecord, Rehearsal
from connectors.base.records import MatchQuery, Report
from hub.accounts.models import Organisation
from hub.analysis.repository import Analyses
from hub.connections.access import open_destination
from hub.connections.models import Connection
from hub.connections.repository import ConnectionRepository
from hub.crm.models import CrmMatch
from hub.crm.policies import Policy
from hub.crm.repository import Matches, key_of
from hub.crm.service.mapping import crm_of, is_crm
from hub.crm.service.matching import Found, query_for, standing
from hub.crm.told import told
from hub.deliveries.models import Destination
from hub.deliveries.report import build_report
from hub.deliveries.rules import reason_to_skip
from hub.errors import NotFound
from hub.meetings.repository import Meetings, Participants
from hub.runtime import Runtime

_NO_RECORD: Final = "No record in the CRM belongs to this meeting yet. It is looked for once a day for a month."
_INTERNAL: Final = "Only people of your own organisation took part, and this destination leaves such meetings out."


@dataclass(frozen=True)
class DryRun:
    """What would happen: `skipped` says why nothing would be sent at all; `reasons` why each record, by its key."""

    records: tuple[PlannedRecord, ...]
    reasons: Mapping[str, str]
    calls: int
    notes: tuple[str, ...]
    skipped: str = ""

    def reason_of(self, record: PlannedRecord) -> str:
        """Why this record; empty for what is logged for the call itself."""
        return self.reasons.get(f"{record.type}:{record.id}", "")


@dataclass(frozen=True)
class _Try:
    connection: Connection
    query: MatchQuery | None
    report: Report
    rows: Sequence[CrmMatch]
    mapping: Mapping[str, str]
    rule: Mapping[str, object]


async def dry_run(
    runtime: Runtime,
    organisation_id: str,
    destination_id: str,
    meeting_id: str,
    mapping: Mapping[str, str] | None = None,
) -> DryRun:
    """Match the meeting and rehearse its delivery, with another mapping if given; nothing is stored or written.

    Raises `NotFound` for the destination and for a meeting without a result, and the errors of `hub.crm.told`.
    """
    destination, connection = await asyncio.to_thread(crm_of, runtime, organisation_id, destination_id)
    return await _run(runtime, connection, meeting_id, destination, mapping)


async def dry_run_of_connection(runtime: Runtime, organisation_id: str, connection_id: str, meeting_id: str) -> DryRun:
    """The same for a CRM that is no destination yet. Raises as `dry_run`."""
    connection = await asyncio.to_thread(_connection, runtime, organisation_id, connection_id)
    return await _run(runtime, connection, meeting_id, None, None)


async def _run(
    runtime: Runtime,
    connection: Connection,
    meeting_id: str,
    destination: Destination | None,
    mapping: Mapping[str, str] | None,
) -> DryRun:
    this = await asyncio.to_thread(_load, runtime, connection, meeting_id, destination, mapping)
    if this.query is None:
        return DryRun((), {}, 0, (), _INTERNAL)
    with told():
        async with open_destination(runtime, connection.organisation_id, connection.id) as crm:
            found = standing(this.rows, await crm.match(this.query))
            return await _rehearse(crm, this, found)


async def _rehearse(crm: Crm, this: _Try, found: Sequence[Found]) -> DryRun:
    if not found:
        return DryRun((), {}, 0, (), _NO_RECORD)
    records = [each.record for each in found]
    planned: Rehearsal = await crm.rehearse(this.report, records, this.mapping or crm.default_mapping)
    skipped = reason_to_skip(this.rule, this.report) or ""
    return DryRun(
        records=planned.records,
        reasons={key_of(each.record): each.reason for each in found},
        calls=planned.calls,
        notes=planned.notes,
        skipped=f"{skipped[:1].upper()}{skipped[1:]}." if skipped else "",
    )


def _load(
    runtime: Runtime,
    connection: Connection,
    meeting_id: str,
    destination: Destination | None,
    mapping: Mapping[str, str] | None,
) -> _Try:
    organisation_id = connection.organisation_id
    with runtime.database.transaction() as session:
        meeting = Meetings(session, organisation_id).get(meeting_id)
        analysis = Analyses(session, organisation_id).newest_completed(meeting_id) if meeting else None
        if meeting is None or analysis is None:
            raise NotFound("There is no such meeting with a result.")
        people = Participants(session, organisation_id).of_meeting(meeting_id)
        organisation = session.get_one(Organisation, organisation_id)
        policy = Policy.model_validate(destination.policy if destination else {})
        return _Try(
            connection=connection,
            query=query_for(meeting, organisation.domains, people, policy),
            report=build_report(runtime.settings, meeting, analysis, people),
            rows=Matches(session, organisation_id).decided(meeting_id, connection.id),
            mapping=mapping if mapping is not None else (destination.mapping if destination else {}),
            rule=destination.rule if destination else {},
        )


def _connection(runtime: Runtime, organisation_id: str, connection_id: str) -> Connection:
    with runtime.database.transaction() as session:
        found = ConnectionRepository(session, organisation_id).get(connection_id)
    if found is None or not is_crm(found):
        raise NotFound("There is no such CRM connection.")
    return found
