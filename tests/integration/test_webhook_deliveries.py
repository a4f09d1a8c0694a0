"""Messages to subscribers: signed, repeated until they arrive, and sent again when somebody asks."""

import base64
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from fastapi.testclient import TestClient
from sqlalchemy.exc import OperationalError
from standardwebhooks.webhooks import Webhook

from hub import runtime as runtimes
from hub.accounts.models import Organisation
from hub.app import create_app
from hub.deliveries import outbox, service
from hub.deliveries.messages import Event, announce
from hub.deliveries.models import Attempt, Delivery, DeliveryState, WebhookEndpoint
from hub.engine import retention, retry
from hub.errors import Conflict, InvalidInput
from hub.runtime import Runtime
from hub.settings import Settings
from tests.support.subscriber import Subscriber, subscribing
from tests.support.waiting import until


@dataclass(frozen=True)
class Hub:
    """A running hub with one organisation."""

    client: TestClient
    runtime: Runtime
    organisation_id: str

    def subscribe(self, url: str, *event_types: str) -> tuple[WebhookEndpoint, str]:
        new = service.NewEndpoint(url, event_types=event_types)
        return service.create_endpoint(self.runtime, self.organisation_id, new, actor="test")

    def announce(self, key: str = "1", event_type: str = "session.ended") -> None:
        event = Event(event_type, key, datetime.now(UTC), {"session_id": "ses_1"})
        with self.runtime.database.transaction() as session:
            announce(session, self.organisation_id, event)

    def deliveries(self) -> list[Delivery]:
        return list(service.list_deliveries(self.runtime, self.organisation_id, service.Wanted()).rows)

    def attempts(self, delivery: Delivery) -> list[Attempt]:
        return list(service.list_attempts(self.runtime, self.organisation_id, delivery.id))


@pytest.fixture
def hub(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    monkeypatch.setattr(retry, "BACKOFF_S", (0.2, 0.2))
    runtime = runtimes.build(settings.model_copy(update={"allow_private_webhook_targets": True}))
    with TestClient(create_app(runtime), client=("127.0.0.1", 50000)) as client:
        organisation = Organisation(name="Northwind", created_at=datetime.now(UTC))
        with runtime.database.transaction() as session:
            session.add(organisation)
        yield Hub(client, runtime, organisation.id)
    runtime.database.close()


@pytest.fixture
def subscriber() -> Iterator[Subscriber]:
    with subscribing() as listening:
        yield listening


def test_a_message_is_verified_by_the_published_library_and_by_the_public_key(hub: Hub, subscriber: Subscriber) -> None:
    _, secret = hub.subscribe(subscriber.url)

    hub.announce()

    until(lambda: len(subscriber.received) == 1)
    (received,) = subscriber.received
    Webhook(secret).verify(received.body, received.headers)
    _verify_ed25519(hub.client.get("/.well-known/webhook-keys.json").json(), received.headers, received.body)
    assert json.loads(received.body) | {"timestamp_ms": 0} == {
        "event": "session.ended", "session_id": "ses_1", "timestamp_ms": 0,
    }  # fmt: skip


def test_announcing_an_event_twice_sends_it_once(hub: Hub, subscriber: Subscriber) -> None:
    hub.subscribe(subscriber.url)

    hub.announce("same")
    hub.announce("same")
    hub.announce("other")

    until(lambda: len(subscriber.received) == 2)
    time.sleep(0.5)
    assert set(subscriber.ids("session.ended").values()) == {1}


def test_a_failing_endpoint_is_tried_again_with_the_same_id(hub: Hub, subscriber: Subscriber) -> None:
    subscriber.answers = [503, 500]
    hub.subscribe(subscriber.url)

    hub.announce()

    until(lambda: len(subscriber.received) == 1)
    until(lambda: hub.deliveries()[0].state is DeliveryState.SUCCEEDED)
    attempts = hub.attempts(hub.deliveries()[0])
    assert [row.outcome for row in attempts] == ["ProviderUnavailable", "ProviderUnavailable", "succeeded"]
    assert [row.status for row in attempts][:2] == [503, 500]


def test_a_store_that_is_locked_for_a_moment_loses_no_outcome(
    hub: Hub, subscriber: Subscriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    finish, troubles = outbox.finish, [OperationalError("UPDATE", {}, Exception("database is locked"))]

    def locked_once(*args: Any) -> None:
        if troubles:
            raise troubles.pop()
        finish(*args)

    monkeypatch.setattr(outbox, "finish", locked_once)
    subscriber.answers = [503]
    hub.subscribe(subscriber.url)

    hub.announce()

    until(lambda: hub.deliveries()[0].state is DeliveryState.SUCCEEDED)
    attempts = hub.attempts(hub.deliveries()[0])
    assert [row.outcome for row in attempts] == ["ProviderUnavailable", "succeeded"]
    assert len(subscriber.ids("session.ended")) == 1, "the call whose outcome could not be noted was not made again"


def test_what_used_up_its_attempts_is_dead_and_can_be_sent_again(hub: Hub, subscriber: Subscriber) -> None:
    subscriber.answers = [500, 500, 500]
    hub.subscribe(subscriber.url)
    hub.announce()
    until(lambda: hub.deliveries()[0].state is DeliveryState.DEAD)

    replayed = service.replay(hub.runtime, hub.organisation_id, hub.deliveries()[0].id, actor="test")

    assert replayed.generation == 1
    until(lambda: hub.deliveries()[0].state is DeliveryState.SUCCEEDED)
    assert len(subscriber.received) == 1


def test_what_is_on_its_way_cannot_be_sent_again(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "BACKOFF_S", (3600,))
    hub.subscribe("http://127.0.0.1:9/nobody")
    hub.announce()

    with pytest.raises(Conflict):
        service.replay(hub.runtime, hub.organisation_id, hub.deliveries()[0].id, actor="test")


def test_an_endpoint_that_says_it_is_gone_is_switched_off(hub: Hub, subscriber: Subscriber) -> None:
    subscriber.answers = [410]
    hub.subscribe(subscriber.url)

    hub.announce()

    until(lambda: hub.deliveries()[0].state is DeliveryState.DEAD)
    (endpoint,) = service.list_endpoints(hub.runtime, hub.organisation_id)
    assert endpoint.enabled is False
    assert "gone" in endpoint.disabled_reason


def test_after_a_rotation_both_secrets_verify(hub: Hub, subscriber: Subscriber) -> None:
    endpoint, old = hub.subscribe(subscriber.url)
    new = service.rotate_endpoint_secret(hub.runtime, hub.organisation_id, endpoint.id, actor="test")

    hub.announce()

    until(lambda: len(subscriber.received) == 1)
    for secret in (old, new):
        Webhook(secret).verify(subscriber.received[0].body, subscriber.received[0].headers)


def test_a_test_event_goes_to_this_endpoint_alone(hub: Hub, subscriber: Subscriber) -> None:
    with subscribing() as other:
        endpoint, _ = hub.subscribe(subscriber.url, "analysis.completed")
        hub.subscribe(other.url)

        service.send_test_event(hub.runtime, hub.organisation_id, endpoint.id)

        until(lambda: len(subscriber.received) == 1)
        assert other.received == []


def test_a_paused_endpoint_gets_nothing(hub: Hub, subscriber: Subscriber) -> None:
    endpoint, _ = hub.subscribe(subscriber.url)
    service.pause_endpoint(hub.runtime, hub.organisation_id, endpoint.id, actor="test")

    hub.announce()

    assert hub.deliveries() == []


def test_finished_work_is_forgotten_in_time_and_not_before(hub: Hub, subscriber: Subscriber) -> None:
    hub.subscribe(subscriber.url)
    hub.announce()
    until(lambda: hub.deliveries()[0].state is DeliveryState.SUCCEEDED)
    portal, now = hub.client.portal, datetime.now(UTC)
    assert portal is not None

    early = portal.call(retention.forget_finished, now + timedelta(hours=1))

    assert early == 0
    until(lambda: portal.call(retention.forget_finished, now + timedelta(days=15)) >= 1)


def test_an_address_inside_is_refused_unless_the_operator_allows_it(runtime: Runtime) -> None:
    with pytest.raises(InvalidInput):
        service.create_endpoint(runtime, "org_1", service.NewEndpoint("https://127.0.0.1/hook"), actor="test")


def _verify_ed25519(published: dict[str, list[dict[str, str]]], headers: dict[str, str], body: bytes) -> None:
    raw = base64.b64decode(published["keys"][0]["whpk"].removeprefix("whpk_"))
    signatures = dict(part.split(",", 1) for part in headers["webhook-signature"].split(" "))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    Ed25519PublicKey.from_public_bytes(raw).verify(base64.b64decode(signatures["v1a"]), signed)
