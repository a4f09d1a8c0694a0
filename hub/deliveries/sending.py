"""Makes the one remote call of an attempt."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from connectors import registry
from connectors.base.errors import ProviderUnavailable, RequestRejected
from connectors.base.manifest import Capability
from connectors.base.records import Receipt, RecordRef, Report, Target
from connectors.webhook import send as send_webhook
from connectors.webhook import sign
from hub.analysis.models import Analysis
from hub.analysis.repository import Analyses
from hub.connections.access import open_destination, open_notifier
from hub.connections.models import Connection
from hub.crm.repository import key_of
from hub.crm.service import match_meeting, records_for
from hub.deliveries import receipts
from hub.deliveries.models import Delivery, Destination, Message, WebhookEndpoint
from hub.deliveries.planning import NO_RECORD
from hub.deliveries.report import build_report
from hub.deliveries.repository import Deliveries
from hub.deliveries.signing import open_secrets, open_signing_key, signing_key
from hub.engine import trail
from hub.kit.ssrf import ForbiddenTarget, guarded_client
from hub.meetings.models import Meeting
from hub.meetings.repository import Participants
from hub.runtime import Runtime

_WEBHOOK_TIMEOUT_S: Final = 20.0


class Unneeded(Exception):
    """The delivery has become pointless; the message says why."""


@dataclass(frozen=True)
class _Parcel:
    """What goes to a destination."""

    destination: Destination
    connection: Connection
    report: Report
    records: Sequence[RecordRef]
    previous: Receipt | None
    standing: Receipt | None
    """What the last delivery left that still stands."""


async def send(runtime: Runtime, delivery_id: str) -> Receipt:
    """Send one delivery. Raises the connector's errors, and `Unneeded`."""
    delivery = await asyncio.to_thread(_load, runtime, delivery_id)
    if delivery.kind == "webhook":
        return await _to_endpoint(runtime, delivery)
    parcel = await asyncio.to_thread(_pack, runtime, delivery)
    if registry.manifest(parcel.connection.provider).can(Capability.NOTIFIER):
        return await _to_notifier(runtime, parcel)
    return await _to_crm(runtime, delivery, parcel)


async def _to_notifier(runtime: Runtime, parcel: _Parcel) -> Receipt:
    target = Target(parcel.destination.target)
    async with open_notifier(runtime, parcel.connection.organisation_id, parcel.connection.id) as notifier:
        return await notifier.notify(parcel.report, target, parcel.previous)


async def _to_crm(runtime: Runtime, delivery: Delivery, parcel: _Parcel) -> Receipt:
    records = parcel.records or await _match_late(runtime, delivery, parcel.connection)
    async with open_destination(runtime, parcel.connection.organisation_id, parcel.connection.id) as crm:
        receipt = await crm.publish(parcel.report, records, parcel.destination.mapping or crm.default_mapping)
    return receipts.carrying(replace(receipt, records=tuple(map(key_of, records))), parcel.standing)


async def _match_late(runtime: Runtime, delivery: Delivery, connection: Connection) -> Sequence[RecordRef]:
    """The records of a CRM that could not be asked when the result was new. Raises `Unneeded` when it has none."""
    organisation_id, meeting_id = delivery.organisation_id, str(delivery.meeting_id)
    await match_meeting(runtime, organisation_id, meeting_id, connection_id=connection.id)
    records = await asyncio.to_thread(_records, runtime, delivery, connection)
    if not records:
        raise Unneeded(NO_RECORD)
    return records


async def _to_endpoint(runtime: Runtime, delivery: Delivery) -> Receipt:
    url, headers, body = await asyncio.to_thread(_signed, runtime, delivery)
    if led := trail.request_id():
        headers["X-Request-Id"] = led
    allow_private = runtime.settings.allow_private_webhook_targets
    try:
        async with asyncio.timeout(_WEBHOOK_TIMEOUT_S), guarded_client(allow_private=allow_private) as client:
            status = await send_webhook(client, url, headers, body)
    except TimeoutError as error:
        raise ProviderUnavailable("the endpoint did not answer in time", code="timeout") from error
    except ForbiddenTarget as error:
        raise RequestRejected(str(error), code="forbidden_target") from error
    return Receipt(summary=f"The endpoint answered {status}.", ids={"status": str(status)})


def _load(runtime: Runtime, delivery_id: str) -> Delivery:
    with runtime.database.transaction() as session:
        return session.get_one(Delivery, delivery_id)


def _pack(runtime: Runtime, delivery: Delivery) -> _Parcel:
    organisation_id, meeting_id = delivery.organisation_id, str(delivery.meeting_id)
    with runtime.database.transaction() as session:
        destination = session.get(Destination, delivery.destination_id) if delivery.destination_id else None
        if destination is None:
            raise Unneeded("the destination was deleted")
        connection = session.get_one(Connection, destination.connection_id)
        meeting = session.get_one(Meeting, meeting_id)
        analysis = session.get_one(Analysis, delivery.analysis_id)
        newest = Analyses(session, organisation_id).newest_completed(meeting_id)
        if newest is not None and newest.revision > analysis.revision:
            raise Unneeded(f"revision {newest.revision} has taken its place")
        people = Participants(session, organisation_id).of_meeting(meeting_id)
        last = Deliveries(session, organisation_id).last_receipt(destination.id, meeting_id)
        return _Parcel(
            destination=destination,
            connection=connection,
            report=build_report(runtime.settings, meeting, analysis, people),
            records=records_for(session, organisation_id, meeting_id, connection.id),
            previous=None if _is_wanted_anew(delivery, connection) else receipts.from_json(last or delivery.receipt),
            standing=receipts.from_json(last),
        )


def _is_wanted_anew(delivery: Delivery, connection: Connection) -> bool:
    """Whether a person sends again what can't be brought up to date; otherwise nothing would leave the hub."""
    return delivery.generation > 0 and not registry.manifest(connection.provider).updates_messages


def _records(runtime: Runtime, delivery: Delivery, connection: Connection) -> Sequence[RecordRef]:
    with runtime.database.transaction() as session:
        return records_for(session, delivery.organisation_id, str(delivery.meeting_id), connection.id)


def _signed(runtime: Runtime, delivery: Delivery) -> tuple[str, dict[str, str], bytes]:
    with runtime.database.transaction() as session:
        endpoint = session.get(WebhookEndpoint, delivery.endpoint_id) if delivery.endpoint_id else None
        if endpoint is None:
            raise Unneeded("the endpoint was deleted")
        message = session.get_one(Message, delivery.message_id)
        key = open_signing_key(runtime.vault, signing_key(session, runtime))
        body = message.body.encode()
        secrets = open_secrets(runtime.vault, endpoint)
        return endpoint.url, sign(message.id, runtime.clock(), body, secrets, ed25519_key=key), body
