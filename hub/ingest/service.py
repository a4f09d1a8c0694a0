"""Takes provider events in: find whose they are, store each once, start its work in the same transaction."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Final

import structlog
from sqlmodel import Session

from connectors import registry
from connectors.base import inbound
from connectors.base.records import EventKind, InboundRequest, InboundResponse, SourceEvent
from hub.connections.models import Connection
from hub.connections.repository import connections_of_account
from hub.connections.service.access import ConnectionKey, mark_reconnect
from hub.connections.service.disconnect import forget
from hub.engine import queues
from hub.engine.enqueue import Work, enqueue
from hub.ingest import commands
from hub.ingest.models import InboundEvent, InboundSource
from hub.ingest.opening import opening_for
from hub.ingest.sealing import seal_event
from hub.kit.insert import insert_once
from hub.meetings.announced import note_announced, note_ended
from hub.meetings.closed import is_closed
from hub.runtime import Runtime

_log = structlog.get_logger(__name__)

PROCESS_RECORDING: Final = "process_recording"
FORGET_CONNECTION: Final = "forget_connection_data"
PROVE_ACCESS: Final = "prove_access"
COMPLETE_EVENT: Final = "complete_event"
KEEP_SUBSCRIBED: Final = "keep_subscribed"
FOLLOW_RECORDS: Final = "follow_records"
_REPEATED_FOR_S: Final = 300
"""Subscriptions end or miss something again and again, and Microsoft tells one time of it from another by nothing."""
_STARTS_WORK: Final = (EventKind.RECORDING_COMPLETED, EventKind.TRANSCRIPT_COMPLETED)


def accept(runtime: Runtime, provider: str, request: InboundRequest) -> InboundResponse | None:
    """Verify one inbound request and take in its events; gives the answer that it expects at once, else None.

    Raises `connectors.registry.UnknownProvider`, `SignatureInvalid` and `RequestRejected`; `ProviderUnavailable` when
    what proves an encrypted event cannot be fetched now.
    """
    secret = runtime.settings.app(provider).webhook_secret.get_secret_value()
    opening = opening_for(runtime, provider)
    ask = partial(commands.reply, runtime, provider)
    answer = inbound.receive(provider, request, secret, runtime.clock(), opening, ask)
    if isinstance(answer, InboundResponse):
        return answer
    for event in answer:
        _route(runtime, provider, event)
    return None


def accepted_status(provider: str) -> int:
    """The status that tells this provider that its event was taken in."""
    webhook = registry.manifest(provider).webhook
    return webhook.accepted_status if webhook else 200


def take_in(
    runtime: Runtime, session: Session, connection: Connection, events: Sequence[SourceEvent], source: InboundSource
) -> int:
    """Store the events that are new for this connection and start their work; gives how many were new."""
    return sum(_take_one(runtime, session, connection, event, source) for event in events)


def _route(runtime: Runtime, provider: str, event: SourceEvent) -> None:
    with runtime.database.transaction() as session:
        receivers = connections_of_account(session, provider, event.account_id)
        for connection in receivers:
            take_in(runtime, session, connection, [event], InboundSource.WEBHOOK)
    if not receivers:
        _log.info("hook.unknown_account", provider=provider, kind=event.kind)
    if event.kind is EventKind.ACCOUNT_DEAUTHORIZED:
        _forget_all(runtime, [connection for connection in receivers if _is_certain(event, connection)])
    elif event.kind is EventKind.ACCESS_REVOKED:
        _ask_to_reconnect(runtime, receivers)


def _forget_all(runtime: Runtime, connections: Sequence[Connection]) -> None:
    for connection in connections:
        key = ConnectionKey(connection.organisation_id, connection.id)
        forget(runtime, key, "hub", "the app was removed at the provider")


def _ask_to_reconnect(runtime: Runtime, connections: Sequence[Connection]) -> None:
    for connection in connections:
        key = ConnectionKey(connection.organisation_id, connection.id)
        mark_reconnect(runtime, key, connection.token_version, "the provider says that it revoked our access")


def _take_one(
    runtime: Runtime, session: Session, connection: Connection, event: SourceEvent, source: InboundSource
) -> bool:
    now = runtime.clock()
    if event.recording and is_closed(session, connection.id, event.recording.meeting_id):
        _log.info("event.of_closed_meeting", provider=connection.provider, kind=event.kind)
        return False
    event = _this_time(event, now)
    row = InboundEvent(
        organisation_id=connection.organisation_id,
        connection_id=connection.id,
        provider=connection.provider,
        key=event.key,
        kind=event.kind,
        meeting_external_id=event.recording.meeting_id if event.recording else "",
        source=source,
        body=seal_event(runtime.vault, connection.id, event),
        occurred_at=now if event.incomplete else event.occurred_at,
        received_at=now,
    )
    if not insert_once(session, row, on=("connection_id", "key")):
        return False
    _start(session, connection, row, event, now)
    return True


def _this_time(event: SourceEvent, now: datetime) -> SourceEvent:
    """The event with a key that is its own again after a few minutes, where the provider's cannot tell."""
    if event.kind is not EventKind.SUBSCRIPTION_ENDING:
        return event
    return replace(event, key=f"{event.key}:{now.timestamp() // _REPEATED_FOR_S:.0f}")


def _start(session: Session, connection: Connection, row: InboundEvent, event: SourceEvent, now: datetime) -> None:
    if event.kind is EventKind.ACCOUNT_DEAUTHORIZED:
        certain = _is_certain(event, connection)
        enqueue(session, forgetting_work(row) if certain else proving_work(connection.id, row.id, attempt=0))
    elif event.kind is EventKind.SUBSCRIPTION_ENDING:
        enqueue(session, subscribing_work(connection.id, row.id, attempt=0))
    elif event.records is not None:
        enqueue(session, Work(FOLLOW_RECORDS, queues.HOUSEKEEPING, f"follow:{row.id}", (row.id,)))
    elif event.incomplete:
        enqueue(session, completing_work(row, attempt=0))
    elif event.kind in _STARTS_WORK and event.recording is not None:
        if note_announced(session, connection, event, row.source, now):
            enqueue(session, recording_work(connection, row, attempt=0))
    elif event.kind is EventKind.MEETING_ENDED and event.recording is not None:
        note_ended(session, connection, event, now)


def _is_certain(event: SourceEvent, connection: Connection) -> bool:
    """Whether the app was removed by whom we were connected; a colleague may have removed it for themselves alone."""
    return not event.user_id or event.user_id == connection.account.get("user_id")


def forgetting_work(row: InboundEvent) -> Work:
    """Deleting what came from an account whose owner removed the app."""
    return Work(FORGET_CONNECTION, queues.HOUSEKEEPING, f"forget:{row.id}", (row.connection_id,))


def proving_work(connection_id: str, event_id: str, *, attempt: int, delay_s: float = 0.0) -> Work:
    """Asking whether the access of a connection still stands."""
    args = (connection_id, event_id, attempt)
    return Work(PROVE_ACCESS, queues.HOUSEKEEPING, f"prove:{event_id}:a{attempt}", args, delay_s=delay_s)


def subscribing_work(connection_id: str, event_id: str, *, attempt: int, delay_s: float = 0.0) -> Work:
    """Renewing subscriptions because an event asks for it."""
    work_id = f"subscribe:{event_id}:a{attempt}"
    args = (connection_id, event_id, attempt)
    return Work(KEEP_SUBSCRIBED, queues.HOUSEKEEPING, work_id, args, delay_s=delay_s)


def completing_work(row: InboundEvent, *, attempt: int, delay_s: float = 0.0) -> Work:
    """Asking the provider what an incomplete event is about."""
    work_id = f"complete:{row.id}:a{attempt}"
    return Work(COMPLETE_EVENT, queues.HOUSEKEEPING, work_id, (row.id, attempt), delay_s=delay_s)


def recording_work(connection: Connection, row: InboundEvent, *, attempt: int, delay_s: float = 0.0) -> Work:
    """The pipeline's run for one event; its id is the provider and the event's key, so that an event runs once.

    Events of one meeting run in turn: its transcript's finds what its recording's has done.
    """
    suffix = f":a{attempt}" if attempt else ""
    return Work(
        workflow=PROCESS_RECORDING,
        queue=queues.PIPELINE,
        id=f"{connection.provider}:{connection.id}:{row.key}{suffix}",
        args=(row.id, attempt),
        partition=recording_turn(connection.id, row.meeting_external_id),
        delay_s=delay_s,
    )


def recording_turn(connection_id: str, external_id: str) -> str:
    """What the runs of one meeting share, so that they are made in turn."""
    return f"{connection_id}:{external_id}"
