"""`client.webhook_endpoints`: who is told about what."""

from collections.abc import Sequence

from echodepth import calls
from echodepth._sync.pages import Pages
from echodepth._sync.transport import Transport
from echodepth.models.records import Delivery, EventType, PublicKeys, Secret, WebhookEndpoint

_LIST = "/v1/webhook-endpoints"
_PATH = "/v1/webhook-endpoints/{}"


class WebhookEndpoints:
    """Subscribers; `echodepth.webhooks.verify` checks what they get."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(self, *, limit: int | None = None) -> Pages[WebhookEndpoint]:
        """Subscribers, newest first; `limit` is the size of a page."""
        return Pages(self._transport, _LIST, WebhookEndpoint, {"limit": limit})

    def event_types(self) -> Pages[EventType]:
        """Every event that can be announced."""
        return Pages(self._transport, "/v1/event-types", EventType, {})

    def create(
        self,
        url: str,
        *,
        description: str | None = None,
        event_types: Sequence[str] | None = None,
        idempotency_key: str | None = None,
    ) -> WebhookEndpoint:
        """Subscribe an address. Its `secret` is in this answer alone."""
        chosen = None if event_types is None else list(event_types)
        body = {"url": url, "description": description, "event_types": chosen}
        return self._transport.ask(calls.post(_LIST, body, idempotency_key=idempotency_key), WebhookEndpoint)

    def get(self, endpoint_id: str) -> WebhookEndpoint:
        """One subscriber."""
        return self._transport.ask(calls.get(calls.at(_PATH, endpoint_id)), WebhookEndpoint)

    def change(
        self,
        endpoint_id: str,
        *,
        url: str | None = None,
        description: str | None = None,
        event_types: Sequence[str] | None = None,
    ) -> WebhookEndpoint:
        """Another address, description or choice of events; what is None stays, and so does the secret."""
        chosen = None if event_types is None else list(event_types)
        body = {"url": url, "description": description, "event_types": chosen}
        return self._transport.ask(calls.patch(calls.at(_PATH, endpoint_id), body), WebhookEndpoint)

    def delete(self, endpoint_id: str) -> None:
        """Unsubscribe."""
        self._transport.send(calls.delete(calls.at(_PATH, endpoint_id)))

    def rotate(self, endpoint_id: str) -> Secret:
        """A new secret. The former one signs too, until the next rotation."""
        return self._transport.ask(calls.post(calls.at(f"{_PATH}/rotate", endpoint_id)), Secret)

    def test(self, endpoint_id: str) -> Delivery:
        """Send a harmless event to this subscriber alone."""
        return self._transport.ask(calls.post(calls.at(f"{_PATH}/test", endpoint_id)), Delivery)

    def pause(self, endpoint_id: str) -> WebhookEndpoint:
        """Announce no further events there until it is resumed. What is already on its way is still tried."""
        return self._transport.ask(calls.post(calls.at(f"{_PATH}/pause", endpoint_id)), WebhookEndpoint)

    def resume(self, endpoint_id: str) -> WebhookEndpoint:
        """Send there again, from the next event on."""
        return self._transport.ask(calls.post(calls.at(f"{_PATH}/resume", endpoint_id)), WebhookEndpoint)

    def public_keys(self) -> Sequence[str]:
        """The hub's Ed25519 keys (`whpk_...`), for `webhooks.verify(public_keys=...)`."""
        answer = self._transport.ask(calls.get("/.well-known/webhook-keys.json"), PublicKeys)
        return [key.whpk for key in answer.keys]
