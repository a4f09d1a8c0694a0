"""`client.deliveries` and `client.messages`: what was sent where, and what came of it."""

from datetime import datetime

from echodepth import calls
from echodepth._async.pages import AsyncPages
from echodepth._async.transport import AsyncTransport
from echodepth.models.records import Delivery, Message, Recovered, Undone

_DELIVERY, _MESSAGE = "/v1/deliveries/{}", "/v1/messages/{}"


class AsyncDeliveries:
    """Results and messages on their way."""

    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport

    def list(
        self,
        *,
        state: str | None = None,
        meeting_id: str | None = None,
        endpoint_id: str | None = None,
        destination_id: str | None = None,
        limit: int | None = None,
    ) -> AsyncPages[Delivery]:
        """Deliveries, newest first; `limit` is the size of a page."""
        params = {
            "state": state,
            "meeting_id": meeting_id,
            "endpoint_id": endpoint_id,
            "destination_id": destination_id,
            "limit": limit,
        }
        return AsyncPages(self._transport, "/v1/deliveries", Delivery, params)

    async def get(self, delivery_id: str) -> Delivery:
        """One delivery with every attempt."""
        return await self._transport.ask(calls.get(calls.at(_DELIVERY, delivery_id)), Delivery)

    async def resend(self, delivery_id: str) -> Delivery:
        """Send one again."""
        return await self._transport.ask(calls.post(calls.at(f"{_DELIVERY}/resend", delivery_id)), Delivery)

    async def undo(self, delivery_id: str) -> Undone:
        """Restore what stood in the CRM before, where nobody changed it since, and take away what was logged."""
        return await self._transport.ask(calls.post(calls.at(f"{_DELIVERY}/undo", delivery_id)), Undone)

    async def recover(
        self,
        *,
        since: datetime,
        until: datetime | None = None,
        state: str | None = None,
        endpoint_id: str | None = None,
        destination_id: str | None = None,
    ) -> Recovered:
        """Send again all that failed in a span of time."""
        body = {
            "since": since.isoformat(),
            "until": until.isoformat() if until else None,
            "state": state,
            "endpoint_id": endpoint_id,
            "destination_id": destination_id,
        }
        return await self._transport.ask(calls.post("/v1/deliveries/recover", body), Recovered)


class AsyncMessages:
    """Events that were announced to webhook endpoints."""

    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport

    def list(self, *, event_type: str | None = None, limit: int | None = None) -> AsyncPages[Message]:
        """Messages, newest first; `limit` is the size of a page."""
        return AsyncPages(self._transport, "/v1/messages", Message, {"event_type": event_type, "limit": limit})

    async def get(self, message_id: str) -> Message:
        """One message with its body, as subscribers got it."""
        return await self._transport.ask(calls.get(calls.at(_MESSAGE, message_id)), Message)
