"""Decides, for a new result, which destination gets it; those that do not are recorded with the reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlmodel import Session

from connectors import registry
from connectors.base.manifest import Capability
from connectors.base.records import Report
from hub.analysis.models import Analysis
from hub.connections.models import Connection, ConnectionState
from hub.crm.policies import InternalMeetings, Policy
from hub.crm.repository import BY_RULE, Matches, key_of, record_of
from hub.crm.service import records_for
from hub.crm.service.matching import is_internal
from hub.crm.service.watching import keep_watch, people_without_record
from hub.deliveries import outbox, receipts
from hub.deliveries.messages import Event, announce
from hub.deliveries.models import Delivery, DeliveryState, Destination
from hub.deliveries.queueing import enqueue_attempt
from hub.deliveries.report import build_report
from hub.deliveries.repository import Deliveries, Destinations
from hub.deliveries.rules import reason_to_skip
from hub.kit.insert import insert_once
from hub.meetings import timeline
from hub.meetings.models import Meeting, Participant
from hub.meetings.repository import Participants
from hub.runtime import Runtime

NO_RECORD: Final = "no record in the CRM belongs to this meeting yet"
UNDONE: Final = "the delivery of this meeting was undone; send it again to write the newest result"
INTERNAL: Final = "only people of your own organisation took part, and this destination leaves such meetings out"


@dataclass(frozen=True)
class _Plan:
    session: Session
    runtime: Runtime
    meeting: Meeting
    analysis: Analysis
    people: Sequence[Participant]
    report: Report
    complete: bool


def plan(runtime: Runtime, analysis_id: str, *, complete: bool) -> None:
    """Start a delivery for each destination that wants the result. Planning again adds only what is missing.

    `complete` says that every CRM was asked for records; until then, one without records is left for the next round.
    """
    with runtime.database.transaction() as session:
        analysis = session.get(Analysis, analysis_id)
        if analysis is None or analysis.meeting_id is None:
            return
        meeting = session.get_one(Meeting, analysis.meeting_id)
        people = Participants(session, analysis.organisation_id).of_meeting(meeting.id)
        report = build_report(runtime.settings, meeting, analysis, people)
        this = _Plan(session, runtime, meeting, analysis, people, report, complete)
        unfinished = [_plan_one(this, row) for row in Destinations(session, analysis.organisation_id).enabled()]
        if complete:
            _announce_matches(this)
            keep_watch(session, meeting, analysis, wanted=any(unfinished), now=runtime.clock())


def _plan_one(this: _Plan, destination: Destination) -> bool:
    """Whether the destination is a CRM that wants the result and lacks a record for somebody in the meeting."""
    connection = this.session.get_one(Connection, destination.connection_id)
    if _tells_other_owners(this, connection):
        return False
    lacks_record = _lacks_record(this, connection)
    if lacks_record and not this.complete:
        return False
    delivery = _delivery(this, destination)
    reason = _reason_to_skip(this, destination, connection, delivery.key)
    if reason is None and lacks_record:
        reason = NO_RECORD
    if insert_once(this.session, delivery, on=("organisation_id", "key")):
        _begin(this, this.session.get_one(Delivery, delivery.id), reason)
    elif reason is None:
        _revive(this, delivery.key, connection)
    return reason == NO_RECORD or (reason is None and _is_partial(this, connection))


def _reason_to_skip(this: _Plan, destination: Destination, connection: Connection, key: str) -> str | None:
    if connection.state is ConnectionState.REVOKED:
        return "the account is disconnected"
    if _is_crm(connection) and is_internal(this.people) and _skips_internal(destination):
        return INTERNAL
    return reason_to_skip(destination.rule, this.report) or _reason_of_undoing(this, destination, key)


def _skips_internal(destination: Destination) -> bool:
    return Policy.model_validate(destination.policy).internal_meetings is InternalMeetings.SKIP


def _reason_of_undoing(this: _Plan, destination: Destination, key: str) -> str | None:
    """Whoever took an earlier revision back does not want the next one by itself."""
    last = Deliveries(this.session, this.analysis.organisation_id).last_of(destination.id, this.meeting.id)
    return UNDONE if last is not None and last.key != key and last.state is DeliveryState.UNDONE else None


def _is_crm(connection: Connection) -> bool:
    return registry.manifest(connection.provider).can(Capability.DESTINATION)


def _is_partial(this: _Plan, connection: Connection) -> bool:
    """Whether a CRM that can be asked has no record yet for one of the guests."""
    if connection.state is not ConnectionState.ACTIVE or not _is_crm(connection):
        return False
    return bool(people_without_record(this.session, this.meeting, connection))


def _tells_other_owners(this: _Plan, connection: Connection) -> bool:
    """Whether the account tells the owners of its own meetings, and this meeting is not one of them."""
    manifest = registry.manifest(connection.provider)
    is_both = manifest.can(Capability.SOURCE) and manifest.can(Capability.NOTIFIER)
    return is_both and this.meeting.connection_id != connection.id


def _lacks_record(this: _Plan, connection: Connection) -> bool:
    if connection.state is not ConnectionState.ACTIVE:
        return False  # the delivery waits for a person, and matches again before it writes
    if not _is_crm(connection):
        return False
    return not records_for(this.session, this.analysis.organisation_id, this.meeting.id, connection.id)


def _delivery(this: _Plan, destination: Destination) -> Delivery:
    return Delivery(
        organisation_id=this.analysis.organisation_id,
        key=f"{this.analysis.id}:{this.analysis.revision}:{destination.id}",
        kind="destination",
        destination_id=destination.id,
        meeting_id=this.meeting.id,
        analysis_id=this.analysis.id,
        created_at=this.runtime.clock(),
    )


def _begin(this: _Plan, delivery: Delivery, reason: str | None) -> None:
    if reason is None:
        enqueue_attempt(this.session, delivery, number=0)
    else:
        outbox.skip(this.session, delivery, reason, this.runtime.clock())


def _revive(this: _Plan, key: str, connection: Connection) -> None:
    """Send once more what was skipped for want of a record, or was sent before a record appeared."""
    delivery = Deliveries(this.session, this.analysis.organisation_id).by_key(key)
    if delivery is None:
        return
    was_skipped = delivery.state is DeliveryState.SKIPPED and delivery.state_reason == NO_RECORD
    names = [] if was_skipped else _appeared(this, delivery, connection)
    if not was_skipped and not names:
        return
    delivery.generation += 1
    delivery.state, delivery.state_reason, delivery.finished_at = DeliveryState.PENDING, "a record has appeared", None
    enqueue_attempt(this.session, delivery, number=0)
    if names:
        _tell_renewal(this, delivery, names)


def _appeared(this: _Plan, delivery: Delivery, connection: Connection) -> list[str]:
    """The records, by name, that rules found after the delivery was made."""
    receipt = receipts.from_json(delivery.receipt)
    if delivery.state is not DeliveryState.SUCCEEDED or receipt is None or not receipt.records:
        return []
    rows = Matches(this.session, this.analysis.organisation_id).of_meeting(this.meeting.id, connection.id)
    new = [row for row in rows if row.chosen_by == BY_RULE and key_of(record_of(row)) not in receipt.records]
    logged = set(receipt.ids.values())
    return [f"{row.record_type} {row.record_name or row.record_id}" for row in new if row.record_id not in logged]


def _tell_renewal(this: _Plan, delivery: Delivery, names: Sequence[str]) -> None:
    timeline.record(
        this.session,
        organisation_id=delivery.organisation_id,
        meeting_id=this.meeting.id,
        step="delivery.renewed",
        key=f"{delivery.id}:{delivery.generation}",
        message=f"{', '.join(names)} appeared after the result was sent; it is sent there too.",
        details={"delivery_id": delivery.id, "records": len(names)},
        at=this.runtime.clock(),
    )


def _announce_matches(this: _Plan) -> None:
    connections = {row.connection_id for row in Destinations(this.session, this.analysis.organisation_id).enabled()}
    records = [
        {"connection_id": connection_id, "type": record.type, "id": record.id, "name": record.name, "url": record.url}
        for connection_id in sorted(connections)
        for record in records_for(this.session, this.analysis.organisation_id, this.meeting.id, connection_id)
    ]
    if not records:
        return
    event = Event(
        type="meeting.matched",
        key=f"{this.analysis.id}:{','.join(sorted(str(record['id']) for record in records))}",
        occurred_at=this.runtime.clock(),
        data={"meeting_id": this.meeting.id, "analysis_id": this.analysis.id, "records": records},
        meeting_id=this.meeting.id,
        analysis_id=this.analysis.id,
    )
    announce(this.session, this.analysis.organisation_id, event)
