"""`client.webhook_endpoints`: who is told about what."""

from collections.abc import Sequence

from echodepth import calls
from echodepth._async.pages import AsyncPages
from echodepth._async.transport import AsyncTransport
from echodepth.models.records import Delivery, EventType, PublicKeys, Secret, WebhookEndpoint

_LIST = "/v1/webhook-endpoints"
_PATH = "/v1/webhook-endpoints/{}"


class AsyncWebhookEndpoints:
    """Subscribers; `echodepth.webhooks.verify` checks what they get."""

    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport

    def list(self, *, limit: int | None = None) -> AsyncPages[WebhookEndpoint]:
        """Subscribers, newest first; `limit` is the size of a page."""
        return AsyncPages(self._transport, _LIST, WebhookEndpoint, {"limit": limit})

    def event_types(self) -> AsyncPages[EventType]:
        """Every event that can be announced."""
        return AsyncPages(self._transport, "/v1/event-types", EventType, {})

    async def create(
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
        return await self._transport.ask(calls.post(_LIST, body, idempotency_key=idempotency_key), WebhookEndpoint)

    async def get(self, endpoint_id: str) -> WebhookEndpoint:
        """One subscriber."""
        return await self._transport.ask(calls.get(calls.at(_PATH, endpoint_id)), WebhookEndpoint)

    async def change(
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
        return await self._transport.ask(calls.patch(calls.at(_PATH, endpoint_id), body), WebhookEndpoint)

    async def delete(self, endpoint_id: str) -> None:
        """Unsubscribe."""
        await self._transport.send(calls.delete(calls.at(_PATH, endpoint_id)))

    async def rotate(self, endpoint_id: str) -> Secret:
        """A new secret. The former one signs too, until the next rotation."""
        return await self._transport.ask(calls.post(calls.at(f"{_PATH}/rotate", endpoint_id)), Secret)

    async def test(self, endpoint_id: str) -> Delivery:
        """Send a harmless event to this subscriber alone."""
        return await self._transport.ask(calls.post(calls.at(f"{_PATH}/test", endpoint_id)), Delivery)

    async def pause(self, endpoint_id: str) -> WebhookEndpoint:
        """Announce no further events there until it is resumed. What is already on its way is still tried."""
        return await self._transport.ask(calls.post(calls.at(f"{_PATH}/pause", endpoint_id)), WebhookEndpoint)

    async def resume(self, endpoint_id: str) -> WebhookEndpoint:
        """Send there again, from the next event on."""
        return await self._transport.ask(calls.post(calls.at(f"{_PATH}/resume", endpoint_id)), WebhookEndpoint)

    async def public_keys(self) -> Sequence[str]:
        """The hub's Ed25519 keys (`whpk_...`), for `webhooks.verify(public_keys=...)`."""
        answer = await self._transport.ask(calls.get("/.well-known/webhook-keys.json"), PublicKeys)
        return [key.whpk for key in answer.keys]
