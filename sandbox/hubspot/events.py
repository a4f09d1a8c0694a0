"""Webhooks: batches of events as one JSON array, signed by version 3 of HubSpot's scheme."""

import asyncio
import base64
import hmac
import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx

from sandbox.hubspot.account import APP_ID, HUB_ID, REGISTRATION
from sandbox.hubspot.object_types import ObjectType
from sandbox.kit.store import Doc
from sandbox.kit.world import World

# what HubSpot decodes of an address before it signs it
DECODED = {
    "%3A": ":",
    "%2F": "/",
    "%3F": "?",
    "%40": "@",
    "%21": "!",
    "%24": "$",
    "%27": "'",
    "%28": "(",
    "%29": ")",
    "%2A": "*",
    "%2C": ",",
    "%3B": ";",
}


class Events:
    """Announces changes to the address of the option `webhook_url`, with retries."""

    def __init__(self, world: World, options: Callable[[], dict[str, Any]]) -> None:
        self._world = world
        self._options = options
        self._deliveries = world.collection("hubspot", "webhook")
        self._running: set[asyncio.Task[None]] = set()

    def created(self, kind: ObjectType, doc: Doc) -> None:
        """A record came to be."""
        self._announce(f"{kind.singular}.creation", {"objectId": int(doc["id"]), "changeFlag": "CREATED"})

    def deleted(self, kind: ObjectType, record_id: str) -> None:
        """A record went."""
        self._announce(f"{kind.singular}.deletion", {"objectId": int(record_id), "changeFlag": "DELETED"})

    def forgotten(self, kind: ObjectType, record_id: str) -> None:
        """A record went for privacy."""
        self._announce(f"{kind.singular}.privacyDeletion", {"objectId": int(record_id), "changeFlag": "DELETED"})

    def merged(self, kind: ObjectType, primary: str, other: str, made: Doc) -> None:
        """Two records became one with a new id."""
        facts = {"objectId": int(primary), "primaryObjectId": int(primary), "mergedObjectIds": [int(other)]}
        facts |= {"newObjectId": int(made["id"]), "numberOfPropertiesMoved": len(made["properties"])}
        self._announce(f"{kind.singular}.merge", facts)

    def send(self, url: str, events: list[dict[str, Any]]) -> Doc:
        """Begin to deliver a batch, or two of it, or late, when such a fault was ordered."""
        late = self._world.faults.for_webhook("hubspot", "late_webhook")
        double = self._world.faults.for_webhook("hubspot", "double_webhook")
        deliveries = [self._queue(url, events, late.seconds if late else 0.0) for _ in range(2 if double else 1)]
        return deliveries[0]

    def listing(self) -> list[Doc]:
        """All deliveries, oldest first."""
        return self._deliveries.all()

    def resume(self) -> None:
        """Go on with what a restart interrupted."""
        for delivery in self._deliveries.find(lambda doc: doc["state"] == "pending"):
            self._start(delivery)

    async def stop(self) -> None:
        """End what is under way; it stays pending."""
        for task in list(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    def _announce(self, name: str, facts: Mapping[str, Any]) -> None:
        url = str(self._options()["webhook_url"])
        if url:
            self.send(url, [self._event(name) | dict(facts)])

    def _event(self, name: str) -> dict[str, Any]:
        now = int(self._world.clock().timestamp() * 1000)
        event = {"eventId": now % 1_000_000_000, "subscriptionId": 1000, "portalId": HUB_ID, "appId": APP_ID}
        return event | {"occurredAt": now, "subscriptionType": name, "attemptNumber": 0, "changeSource": "CRM"}

    def _queue(self, url: str, events: list[dict[str, Any]], wait: float) -> Doc:
        names = ", ".join(str(event.get("subscriptionType", "")) for event in events)
        waits = [wait, *self._options()["webhook_retry_delays"]]
        delivery: Doc = {"id": self._world.token(9), "url": url, "event": names, "events": events, "waits": waits}
        delivery |= {"state": "pending", "attempts": [], "created_at": self._world.clock().isoformat()}
        self._deliveries.put(delivery["id"], delivery)
        self._start(delivery)
        return delivery

    def _start(self, delivery: Doc) -> None:
        task = asyncio.get_running_loop().create_task(self._deliver(delivery))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _deliver(self, delivery: Doc) -> None:
        for wait in delivery["waits"][len(delivery["attempts"]) :]:
            await asyncio.sleep(wait)
            if await self._attempt(delivery):
                delivery["state"] = "delivered"
                break
        else:
            delivery["state"] = "given_up"
        self._deliveries.put(delivery["id"], delivery)

    async def _attempt(self, delivery: Doc) -> bool:
        number, at = len(delivery["attempts"]), self._world.clock()
        raw = json.dumps([event | {"attemptNumber": number} for event in delivery["events"]]).encode()
        status, error = await self._post(delivery["url"], raw, int(at.timestamp() * 1000))
        delivery["attempts"].append({"at": at.isoformat(), "status": status, "error": error})
        self._deliveries.put(delivery["id"], delivery)
        return status is not None and 200 <= status < 300

    async def _post(self, url: str, raw: bytes, timestamp_ms: int) -> tuple[int | None, str]:
        headers = {"content-type": "application/json", "user-agent": "HubSpot Connect 2.0"}
        headers |= signed("POST", url, raw, timestamp_ms)
        try:
            async with httpx.AsyncClient(timeout=self._options()["webhook_timeout"], trust_env=False) as client:
                return (await client.post(url, content=raw, headers=headers)).status_code, ""
        except httpx.HTTPError as error:
            return None, f"{type(error).__name__}: {error}"


def signed(method: str, url: str, body: bytes, timestamp_ms: int) -> dict[str, str]:
    """The headers of version 3: method, decoded address, body and time, by HMAC-SHA256 with the client secret."""
    message = b"".join([method.encode(), decoded(url).encode(), body, str(timestamp_ms).encode()])
    digest = hmac.digest(REGISTRATION.client_secret.encode(), message, "sha256")
    signature = base64.b64encode(digest).decode()
    return {"x-hubspot-signature-v3": signature, "x-hubspot-request-timestamp": str(timestamp_ms)}


def decoded(url: str) -> str:
    """The address without fragment, and with the twelve characters that HubSpot decodes."""
    text = urlunsplit(urlsplit(url)._replace(fragment=""))
    for code, character in DECODED.items():
        text = text.replace(code, character).replace(code.lower(), character)
    return text
