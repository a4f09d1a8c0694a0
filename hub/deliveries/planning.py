"""Decides, for a new result, which destination gets it; those that do not are recorded with the reason."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlmodel import Session

from connectors import registry
from connectors.base.manifest import Capability
from connectors.base.records import Report
from hub.analysis.models import Analysis
from hub.connections.models import Connection, ConnectionState
from hub.crm.service import records_for
from hub.deliveries import outbox
from hub.deliveries.messages import Event, announce
from hub.deliveries.models import Delivery, DeliveryState, Destination
from hub.deliveries.queueing import enqueue_attempt
from hub.deliveries.report import build_report
from hub.deliveries.repository import Deliveries, Destinations
from hub.deliveries.rules import reason_to_skip
from hub.engine.enqueue import enqueue
from hub.kit.insert import insert_once
from hub.meetings.models import Meeting
from hub.meetings.repository import Participants
from hub.meetings.results import matching_work
from hub.runtime import Runtime

NO_RECORD: Final = "no record in the CRM belongs to this meeting yet"
NOT_ITS_MEETING: Final = "this account tells the owners of its own meetings, and this meeting came from another one"
_LOOK_AGAIN: Final = timedelta(days=1)
_LOOK_AGAIN_FOR: Final = timedelta(days=30)
_ROUND_OFFSET: Final = 1000
"""Daily rounds are numbered apart from those that follow an error."""


@dataclass(frozen=True)
class _Plan:
    session: Session
    runtime: Runtime
    meeting: Meeting
    analysis: Analysis
    report: Report
    complete: bool


def plan(runtime: Runtime, analysis_id: str, round_number: int, complete: bool) -> None:
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
        this = _Plan(session, runtime, meeting, analysis, report, complete)
        found_none = [_plan_one(this, row) for row in Destinations(session, analysis.organisation_id).enabled()]
        if complete:
            _announce_matches(this)
        if any(found_none):
            _look_again(this, round_number)


def _plan_one(this: _Plan, destination: Destination) -> bool:
    """Whether the destination is a CRM that has no record for the meeting."""
    connection = this.session.get_one(Connection, destination.connection_id)
    lacks_record = _lacks_record(this, connection)
    if lacks_record and not this.complete:
        return False
    reason = reason_to_skip(destination.rule, this.report)
    if connection.state is ConnectionState.REVOKED:
        reason = "the account is disconnected"
    elif _tells_other_owners(this, connection):
        reason = NOT_ITS_MEETING
    if reason is None and lacks_record:
        reason = NO_RECORD
    delivery = _delivery(this, destination)
    if insert_once(this.session, delivery, on=("organisation_id", "key")):
        _begin(this, this.session.get_one(Delivery, delivery.id), reason)
    elif reason is None:
        _revive(this, delivery.key)
    return reason == NO_RECORD


def _tells_other_owners(this: _Plan, connection: Connection) -> bool:
    """Whether the account tells the owners of its own meetings, and this meeting is not one of them."""
    manifest = registry.manifest(connection.provider)
    is_both = manifest.can(Capability.SOURCE) and manifest.can(Capability.NOTIFIER)
    return is_both and this.meeting.connection_id != connection.id


def _lacks_record(this: _Plan, connection: Connection) -> bool:
    if connection.state is not ConnectionState.ACTIVE:
        return False  # the delivery waits for a person, and matches again before it writes
    if not registry.manifest(connection.provider).can(Capability.DESTINATION):
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


def _revive(this: _Plan, key: str) -> None:
    """A delivery that was skipped for want of a record, which has appeared since."""
    delivery = Deliveries(this.session, this.analysis.organisation_id).by_key(key)
    if delivery is None or delivery.state is not DeliveryState.SKIPPED or delivery.state_reason != NO_RECORD:
        return
    delivery.generation += 1
    delivery.state, delivery.state_reason, delivery.finished_at = DeliveryState.PENDING, "a record has appeared", None
    enqueue_attempt(this.session, delivery, number=0)


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


def _look_again(this: _Plan, round_number: int) -> None:
    """Contacts appear late: look once a day for a month."""
    first = this.analysis.completed_at or this.runtime.clock()
    if this.runtime.clock() - first > _LOOK_AGAIN_FOR:
        return
    following = max(round_number, _ROUND_OFFSET) + 1
    work = matching_work(this.analysis.id, round_number=following, delay_s=_LOOK_AGAIN.total_seconds())
    enqueue(this.session, work)
