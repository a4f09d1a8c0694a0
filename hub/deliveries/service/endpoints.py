"""Webhook endpoints: addresses of subscribers, their secrets and their test events."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlmodel import Session, col, update

from hub.accounts import audit
from hub.deliveries.messages import EVENT_TYPES, TEST_EVENT, Event, deliver_to, store_message
from hub.deliveries.models import PAUSED, Delivery, WebhookEndpoint
from hub.deliveries.repository import Endpoints
from hub.deliveries.signing import new_secret, open_secrets, seal_secrets
from hub.deliveries.switching import switch_off
from hub.errors import InvalidInput, NotFound
from hub.kit.ids import new_id
from hub.kit.ssrf import ForbiddenTarget, check_url
from hub.runtime import Runtime


@dataclass(frozen=True)
class NewEndpoint:
    """What a person chose; no event types means all."""

    url: str
    description: str = ""
    event_types: tuple[str, ...] = ()


def list_endpoints(runtime: Runtime, organisation_id: str) -> Sequence[WebhookEndpoint]:
    """All endpoints of the organisation, oldest first."""
    with runtime.database.transaction() as session:
        repository = Endpoints(session, organisation_id)
        return repository.all(repository.select().order_by(col(WebhookEndpoint.id)))


def create_endpoint(
    runtime: Runtime, organisation_id: str, new: NewEndpoint, *, actor: str
) -> tuple[WebhookEndpoint, str]:
    """Subscribe an address; gives the endpoint and its secret, which is shown this once. Raises `InvalidInput`."""
    _check(runtime, new)
    secret, endpoint_id = new_secret(), new_id("whe")
    row = WebhookEndpoint(
        id=endpoint_id,
        organisation_id=organisation_id,
        url=new.url,
        description=new.description,
        event_types=list(new.event_types),
        secrets=seal_secrets(runtime.vault, endpoint_id, [secret]),
        created_at=runtime.clock(),
    )
    with runtime.database.transaction() as session:
        Endpoints(session, organisation_id).add(row)
        _audit(session, runtime, row, actor, "endpoint.created")
    return row, secret


def change_endpoint(
    runtime: Runtime,
    organisation_id: str,
    endpoint_id: str,
    *,
    actor: str,
    url: str | None = None,
    description: str | None = None,
    event_types: Sequence[str] | None = None,
) -> WebhookEndpoint:
    """Another address, purpose or choice of events, with the same secret; what is None stays.

    What is on its way goes to the new address. Raises `NotFound` and `InvalidInput`.
    """
    with runtime.database.transaction() as session:
        row = _get(session, organisation_id, endpoint_id)
        wanted = NewEndpoint(
            url=row.url if url is None else url,
            description=row.description if description is None else description,
            event_types=tuple(row.event_types if event_types is None else event_types),
        )
        _check(runtime, wanted)
        row.url, row.description, row.event_types = wanted.url, wanted.description, list(wanted.event_types)
        _audit(session, runtime, row, actor, "endpoint.changed")
        return row


def rotate_endpoint_secret(runtime: Runtime, organisation_id: str, endpoint_id: str, *, actor: str) -> str:
    """A new secret, shown this once; messages carry signatures by both until the next rotation. Raises `NotFound`."""
    secret = new_secret()
    with runtime.database.transaction() as session:
        row = _get(session, organisation_id, endpoint_id)
        row.secrets = seal_secrets(runtime.vault, row.id, [secret, *open_secrets(runtime.vault, row)[:1]])
        _audit(session, runtime, row, actor, "endpoint.secret_rotated")
    return secret


def pause_endpoint(
    runtime: Runtime, organisation_id: str, endpoint_id: str, *, actor: str, reason: str = f"{PAUSED} a member"
) -> WebhookEndpoint:
    """Announce nothing further there until it is resumed; what is on its way is finished. Raises `NotFound`."""
    with runtime.database.transaction() as session:
        row = _get(session, organisation_id, endpoint_id)
        switch_off(session, row, reason, runtime.clock())
        _audit(session, runtime, row, actor, "endpoint.paused")
        return row


def resume_endpoint(runtime: Runtime, organisation_id: str, endpoint_id: str, *, actor: str) -> WebhookEndpoint:
    """Send there again, from the next event on. Raises `NotFound`."""
    with runtime.database.transaction() as session:
        row = _get(session, organisation_id, endpoint_id)
        row.enabled, row.disabled_reason = True, ""
        _audit(session, runtime, row, actor, "endpoint.resumed")
        return row


def delete_endpoint(runtime: Runtime, organisation_id: str, endpoint_id: str, *, actor: str) -> None:
    """Forget the endpoint; its past deliveries stay in the log. Raises `NotFound`."""
    with runtime.database.transaction() as session:
        row = _get(session, organisation_id, endpoint_id)
        own = update(Delivery).where(col(Delivery.endpoint_id) == row.id)
        session.exec(own.values(endpoint_id=None, former_name=row.url))
        session.delete(row)
        _audit(session, runtime, row, actor, "endpoint.deleted")


def send_test_event(runtime: Runtime, organisation_id: str, endpoint_id: str) -> Delivery:
    """Send a harmless event to this endpoint alone; the delivery shows how it went. Raises `NotFound`."""
    now = runtime.clock()
    with runtime.database.transaction() as session:
        row = _get(session, organisation_id, endpoint_id)
        event = Event(TEST_EVENT, f"{row.id}:{now.timestamp()}", now, {"endpoint_id": row.id})
        return deliver_to(session, store_message(session, organisation_id, event), row)


def _check(runtime: Runtime, new: NewEndpoint) -> None:
    if unknown := set(new.event_types) - EVENT_TYPES.keys():
        raise InvalidInput("Some event types do not exist.", {"fields": {"event_types": ", ".join(sorted(unknown))}})
    try:
        check_url(new.url, allow_private=runtime.settings.allow_private_webhook_targets)
    except ForbiddenTarget as error:
        raise InvalidInput(f"This address cannot be used: {error}.", {"fields": {"url": str(error)}}) from error


def _get(session: Session, organisation_id: str, endpoint_id: str) -> WebhookEndpoint:
    row = Endpoints(session, organisation_id).get(endpoint_id)
    if row is None:
        raise NotFound("There is no such webhook endpoint.")
    return row


def _audit(session: Session, runtime: Runtime, row: WebhookEndpoint, actor: str, action: str) -> None:
    audit.record(
        session,
        organisation_id=row.organisation_id,
        actor=actor,
        action=action,
        subject=row.id,
        at=runtime.clock(),
        details={"url": _without_query(row.url)},
    )


def _without_query(url: str) -> str:
    """Where it is, without what some addresses carry as a secret."""
    return urlsplit(url)._replace(query="", fragment="").geturl()
