"""Notifications: basic or with encrypted content, grouped by address; and lifecycle events."""

import asyncio
from collections.abc import Iterable
from typing import Any

from sandbox.kit.store import Doc
from sandbox.kit.webhooks import WebhookSender
from sandbox.kit.world import World
from sandbox.teams.encryption import Signer, encrypted
from sandbox.teams.meetings import Meetings, is_ready
from sandbox.teams.subscriptions import Subscriptions
from sandbox.teams.tenant import DEFAULT_OPTIONS, TENANT_ID

LIFECYCLE = ("reauthorizationRequired", "subscriptionRemoved", "missed")


class Events:
    """Tells subscriptions of new recordings and transcripts."""

    def __init__(self, world: World, meetings: Meetings, subscriptions: Subscriptions, signer: Signer) -> None:
        self._world = world
        self._meetings = meetings
        self._subscriptions = subscriptions
        self._signer = signer
        self._waiting: set[asyncio.Task[None]] = set()
        self.sender = WebhookSender(world, "teams", lambda _: {})

    def recorded(self, call: Doc, *, announce: bool, transcript_delay: float) -> None:
        """The recording is there now, the transcript after a while."""
        if announce:
            self._announce(call, "recording")
        if "transcript" in call["files"]:
            task = asyncio.get_running_loop().create_task(self._transcribe(call["id"], announce, transcript_delay))
            self._waiting.add(task)
            task.add_done_callback(self._waiting.discard)

    def lifecycle(self, event: str) -> list[Doc]:
        """Send a lifecycle event to every subscription that has an address for it."""
        told = [doc for doc in self._subscriptions.alive() if doc.get("lifecycleNotificationUrl")]
        for doc in told:
            if event == "subscriptionRemoved":
                self._subscriptions.delete(doc["id"])
            elif event == "reauthorizationRequired":
                self._subscriptions.ask_for_reauthorization(doc)
        items = [(doc["lifecycleNotificationUrl"], _common(doc) | {"lifecycleEvent": event}) for doc in told]
        return self._send(items, rich=False)

    def send_custom(self, order: dict[str, Any]) -> Doc:
        """Any body to any address."""
        return self._deliver(order["url"], order["body"])

    async def stop(self) -> None:
        """End background work."""
        for task in list(self._waiting):
            task.cancel()
        await asyncio.gather(*self._waiting, return_exceptions=True)
        await self.sender.stop()

    async def _transcribe(self, call_id: str, announce: bool, delay: float) -> None:
        await asyncio.sleep(delay)
        call = self._meetings.transcript_is_ready(call_id)
        if announce:
            self._announce(call, "transcript")

    def _announce(self, call: Doc, kind: str) -> None:
        if not is_ready(call, kind):
            return
        wanting = self._subscriptions.wanting(kind, call["organizer"])
        for rich in (False, True):
            chosen = [doc for doc in wanting if bool(doc.get("includeResourceData")) is rich]
            self._send([(doc["notificationUrl"], self._item(doc, call, kind)) for doc in chosen], rich=rich)

    def _item(self, subscription: Doc, call: Doc, kind: str) -> Doc:
        item_id = call["files"][kind]["id"]
        place = f"communications/onlineMeetings('{call['meeting_id']}')/{kind}s('{item_id}')"
        data = {"id": item_id, "@odata.type": f"#Microsoft.Graph.call{kind.capitalize()}", "@odata.id": place}
        item = _common(subscription) | {"changeType": "created", "resource": place, "resourceData": data}
        if subscription.get("includeResourceData"):
            resource = self._meetings.item_view(call, kind, "communications")
            content = encrypted(
                resource, subscription["encryptionCertificate"], subscription["encryptionCertificateId"]
            )
            item["encryptedContent"] = content
        return item

    def _send(self, items: Iterable[tuple[str, Doc]], *, rich: bool) -> list[Doc]:
        """One POST for each address."""
        by_url: dict[str, list[Doc]] = {}
        for url, item in items:
            by_url.setdefault(url, []).append(item)
        return [self._deliver(url, self._body(found, rich)) for url, found in by_url.items()]

    def _body(self, items: list[Doc], rich: bool) -> Doc:
        if not rich:
            return {"value": items}
        issuer = f"{self._world.settings.base_url}/microsoft/login/{TENANT_ID}/v2.0"
        return {"value": items, "validationTokens": [self._signer.validation_token(issuer)]}

    def _deliver(self, url: str, body: Doc) -> Doc:
        options = self._world.options("teams", DEFAULT_OPTIONS)
        return self.sender.send(url, body, delays=options["retry_delays"], timeout=options["notification_seconds"])


def _common(subscription: Doc) -> Doc:
    return {
        "subscriptionId": subscription["id"],
        "subscriptionExpirationDateTime": subscription["expirationDateTime"],
        "tenantId": TENANT_ID,
        "clientState": subscription.get("clientState"),
    }
