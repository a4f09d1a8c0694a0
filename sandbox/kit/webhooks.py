"""Outgoing webhooks: sent, retried, kept for people to look at."""

import asyncio
import json
import secrets
from collections.abc import Callable, Sequence
from typing import Any

import httpx

from sandbox.kit.store import Doc
from sandbox.kit.world import World

Signer = Callable[[bytes], dict[str, str]]


class WebhookSender:
    """Sends one provider's events. The same body is signed anew at each attempt."""

    def __init__(self, world: World, provider: str, sign: Signer, content_type: str = "application/json") -> None:
        self._world = world
        self._provider = provider
        self._sign = sign
        self._content_type = content_type
        self._deliveries = world.collection(provider, "webhook")
        self._running: set[asyncio.Task[None]] = set()

    def send(self, url: str, body: dict[str, Any], *, delays: Sequence[float], timeout: float) -> Doc:
        """Begin to deliver an event, or two of it, or late, when such a fault was ordered."""
        late = self._world.faults.for_webhook(self._provider, "late_webhook")
        double = self._world.faults.for_webhook(self._provider, "double_webhook")
        wait = late.seconds if late else 0.0
        deliveries = [self._queue(url, body, wait, delays, timeout) for _ in range(2 if double else 1)]
        return deliveries[0]

    async def call(self, url: str, raw: bytes, patience: float) -> tuple[int | None, bytes, str]:
        """One signed POST, given up after `patience` seconds: status, answer, and what went wrong."""
        headers = {"content-type": self._content_type} | self._sign(raw)
        try:
            async with httpx.AsyncClient(timeout=patience, trust_env=False) as client:
                response = await client.post(url, content=raw, headers=headers)
        except httpx.HTTPError as error:
            return None, b"", f"{type(error).__name__}: {error}"
        return response.status_code, response.content, ""

    def resume(self) -> None:
        """Go on with what a restart interrupted."""
        for delivery in self._deliveries.find(lambda doc: doc["state"] == "pending"):
            self._start(delivery)

    async def stop(self) -> None:
        """End what is under way; it stays pending."""
        for task in list(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    def listing(self) -> list[Doc]:
        """All deliveries, oldest first."""
        return self._deliveries.all()

    def _queue(self, url: str, body: dict[str, Any], wait: float, delays: Sequence[float], timeout: float) -> Doc:
        delivery: Doc = {
            "id": secrets.token_hex(8),
            "url": url,
            "event": body.get("event", body.get("type", "")),
            "body": json.dumps(body),
            "waits": [wait, *delays],
            "timeout": timeout,
            "state": "pending",
            "attempts": [],
            "created_at": self._world.clock().isoformat(),
        }
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
            status = await self._attempt(delivery)
            if status is not None and 200 <= status < 300:
                delivery["state"] = "delivered"
                break
        else:
            delivery["state"] = "given_up"
        self._deliveries.put(delivery["id"], delivery)

    async def _attempt(self, delivery: Doc) -> int | None:
        at = self._world.clock()
        status, _, error = await self.call(delivery["url"], delivery["body"].encode(), delivery["timeout"])
        took = (self._world.clock() - at).total_seconds() * 1000
        attempt = {"at": at.isoformat(), "status": status, "error": error, "milliseconds": round(took, 1)}
        delivery["attempts"].append(attempt)
        self._deliveries.put(delivery["id"], delivery)
        return status
