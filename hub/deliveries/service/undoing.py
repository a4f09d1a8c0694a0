"""Takes a delivery to a CRM back: former values where ours still stand, and our activity away."""

import asyncio
from dataclasses import dataclass

from sqlmodel import Session, col

from connectors import registry
from connectors.base.crm import Undone
from connectors.base.manifest import Capability
from connectors.base.records import Receipt
from hub.accounts import audit
from hub.connections.access import open_destination
from hub.connections.models import Connection
from hub.crm.repository import Matches
from hub.crm.told import told
from hub.deliveries import receipts
from hub.deliveries.models import Delivery, DeliveryState, Destination
from hub.deliveries.repository import Deliveries
from hub.errors import Conflict, NotFound
from hub.meetings import timeline
from hub.runtime import Runtime


@dataclass(frozen=True)
class LeftAsItIs:
    """What undoing did not touch, and why; `field` is empty where it is the whole record."""

    record: str
    name: str
    field: str
    reason: str


@dataclass(frozen=True)
class UndoReport:
    """What undoing did, with names for people: fields put back by record, what was left, what was taken away."""

    delivery: Delivery
    restored: tuple[tuple[str, str, tuple[str, ...]], ...]
    """Key, name and fields."""
    left: tuple[LeftAsItIs, ...]
    removed: tuple[str, ...]

    @property
    def summary(self) -> str:
        """In one sentence."""
        return summary_of(self)


async def undo_delivery(runtime: Runtime, organisation_id: str, delivery_id: str, *, actor: str) -> UndoReport:
    """Undo the delivery; doing it again tells the same and touches nothing.

    Raises `NotFound`, `Conflict` for what cannot be undone now, with the reason, and the errors of `hub.crm.told`.
    """
    delivery, connection = await asyncio.to_thread(_require_undoable, runtime, organisation_id, delivery_id)
    receipt = receipts.from_json(delivery.receipt)
    known = receipts.undone_of(delivery.receipt)
    if delivery.state is DeliveryState.UNDONE and known is not None:
        return await asyncio.to_thread(_report, runtime, delivery, known)
    undone = await _undo(runtime, connection, receipt or Receipt(summary=""))
    return await asyncio.to_thread(_finish, runtime, organisation_id, delivery_id, undone, actor)


async def _undo(runtime: Runtime, connection: Connection, receipt: Receipt) -> Undone:
    with told():
        async with open_destination(runtime, connection.organisation_id, connection.id) as crm:
            return await crm.undo(receipt)


def can_be_undone(session: Session, delivery: Delivery, connection: Connection | None) -> str:
    """Why a delivery can't be undone, in words; empty when it can."""
    if connection is None or not registry.manifest(connection.provider).can(Capability.DESTINATION):
        return "Only what was written to a CRM can be undone."
    if delivery.state is DeliveryState.PENDING:
        return "This delivery is still on its way."
    if not delivery.receipt:  # what was written once stands, however sending it again ended
        return "Nothing was written by this delivery."
    later = Deliveries(session, delivery.organisation_id).later_than(delivery)
    if any(row.state is DeliveryState.PENDING for row in later):
        return "A later revision is on its way to the same records. Undo that one once it is there."
    if any(row.receipt for row in later):
        return "A later revision was written to the same records. Undo that one: it restores what was there first."
    return ""


def summary_of(report: UndoReport) -> str:
    """What undoing did, in one sentence."""
    fields = sum(len(names) for _, _, names in report.restored)
    parts = [f"{fields} fields of {len(report.restored)} records have their former values again"] if fields else []
    parts += [f"{', '.join(report.removed)} was taken away"] if report.removed else []
    parts += [f"{len(report.left)} were left as they are"] if report.left else []
    text = ", ".join(parts) or "nothing of it was there any more"
    return f"Undone: {text}."


def report_of(session: Session, delivery: Delivery) -> UndoReport | None:
    """What undoing a delivery did; None when it was not undone."""
    undone = receipts.undone_of(delivery.receipt) if delivery.state is DeliveryState.UNDONE else None
    return None if undone is None else _named(session, delivery, undone)


def _require_undoable(runtime: Runtime, organisation_id: str, delivery_id: str) -> tuple[Delivery, Connection]:
    with runtime.database.transaction() as session:
        delivery = Deliveries(session, organisation_id).get(delivery_id)
        if delivery is None:
            raise NotFound("There is no such delivery.")
        destination = session.get(Destination, delivery.destination_id) if delivery.destination_id else None
        connection = session.get(Connection, destination.connection_id) if destination else None
        reason = can_be_undone(session, delivery, connection)
        if reason or connection is None:
            raise Conflict(reason)
        return delivery, connection


def _finish(runtime: Runtime, organisation_id: str, delivery_id: str, undone: Undone, actor: str) -> UndoReport:
    now = runtime.clock()
    with runtime.database.transaction() as session:
        delivery = _locked(session, organisation_id, delivery_id)
        report = _named(session, delivery, undone)
        if delivery.state in {DeliveryState.UNDONE, DeliveryState.PENDING}:
            return report  # somebody else was as quick, or it is being sent again
        delivery.state, delivery.state_reason = DeliveryState.UNDONE, report.summary
        delivery.receipt = receipts.with_undone(delivery.receipt, undone)
        details: dict[str, object] = {"restored": len(report.restored), "left": len(report.left)}
        audit.record(
            session,
            organisation_id=organisation_id,
            actor=actor,
            action="delivery.undone",
            subject=delivery.id,
            details=details,
            at=now,
        )
        timeline.record(
            session,
            organisation_id=organisation_id,
            meeting_id=str(delivery.meeting_id),
            step="delivery.undone",
            key=f"{delivery.id}:{delivery.generation}",
            message=report.summary,
            details={"delivery_id": delivery.id, **details},
            at=now,
        )
        return report


def _locked(session: Session, organisation_id: str, delivery_id: str) -> Delivery:
    deliveries = Deliveries(session, organisation_id)
    statement = deliveries.select().where(col(Delivery.id) == delivery_id).with_for_update()
    return session.exec(statement).one()


def _report(runtime: Runtime, delivery: Delivery, undone: Undone) -> UndoReport:
    with runtime.database.transaction() as session:
        return _named(session, delivery, undone)


def _named(session: Session, delivery: Delivery, undone: Undone) -> UndoReport:
    rows = Matches(session, delivery.organisation_id).decided(str(delivery.meeting_id))
    names = {f"{row.record_type}:{row.record_id}": f"{row.record_type} {row.record_name}".strip() for row in rows}

    def name(key: str) -> str:
        return names.get(key) or key.replace(":", " ")

    return UndoReport(
        delivery=delivery,
        restored=tuple((key, name(key), fields) for key, fields in undone.restored.items()),
        left=tuple(LeftAsItIs(each.record, name(each.record), each.field, each.reason) for each in undone.left),
        removed=tuple(map(name, undone.removed)),
    )
