"""Zoom's webhooks: validated addresses, signed events, its retry habit in a shorter time."""

import asyncio
import hmac
import json
import secrets
from collections.abc import Coroutine
from hashlib import sha256
from typing import Any

from sandbox.kit.store import Doc
from sandbox.kit.webhooks import WebhookSender
from sandbox.kit.world import World
from sandbox.zoom.account import ACCOUNT_ID, DEFAULT_OPTIONS, WEBHOOK_SECRET
from sandbox.zoom.downloads import Downloads
from sandbox.zoom.meetings import Meetings, meeting_view


class Events:
    """Announces recordings to a webhook address, once that has proved to know the secret."""

    def __init__(self, world: World, meetings: Meetings, downloads: Downloads) -> None:
        self._world = world
        self._meetings = meetings
        self._downloads = downloads
        self._validated = world.collection("zoom", "validated_url")
        self._waiting: set[asyncio.Task[None]] = set()
        self.sender = WebhookSender(world, "zoom", self._signature)

    async def validate(self, url: str) -> str:
        """Why the address is not accepted; empty when it is. Zoom does this when the address is entered."""
        if self._validated.get(url):
            return ""
        token = secrets.token_urlsafe(16)
        body = {"payload": {"plainToken": token}, "event_ts": self._event_ts(), "event": "endpoint.url_validation"}
        raw = json.dumps(body).encode()
        status, answer, error = await self.sender.call(url, raw, self._options()["webhook_timeout"])
        problem = error or _validation_problem(status, answer, token)
        if not problem:
            self._validated.put(url, {"at": self._world.clock().isoformat()})
        return problem

    async def announce(self, meeting: Doc, url: str, transcript_delay: float) -> None:
        """`recording.completed` now, `recording.transcript_completed` when the transcript is ready."""
        files = [file for file in self._meetings.files_of(meeting) if file["file_type"] != "TRANSCRIPT"]
        if files:
            self._send(url, self._recording_event("recording.completed", meeting, files))
        self.transcript_later(meeting, url, transcript_delay)

    def transcript_later(self, meeting: Doc, url: str | None, delay: float) -> None:
        """Finish the transcript after `delay` seconds, and say so when there is an address."""
        if any(file["file_type"] == "TRANSCRIPT" for file in meeting["files"]):
            self._later(self._finish_transcript(meeting["uuid"], url, delay))

    def companion_later(self, meeting: Doc, url: str | None, delay: float) -> None:
        """Finish AI Companion's transcript after `delay` seconds, and say so when there is an address."""
        if meeting["companion"]:
            self._later(self._finish_companion(meeting["uuid"], url, delay))

    def send_custom(self, order: dict[str, Any]) -> Doc:
        """Any event: `{"url", "event", "payload"}`, or `"body"` as it is."""
        body = order.get("body") or {
            "event": order["event"],
            "event_ts": self._event_ts(),
            "payload": {"account_id": ACCOUNT_ID} | order.get("payload", {}),
        }
        return self._send(order["url"], body)

    async def stop(self) -> None:
        """End background work."""
        for task in list(self._waiting):
            task.cancel()
        await asyncio.gather(*self._waiting, return_exceptions=True)
        await self.sender.stop()

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._waiting.add(task)
        task.add_done_callback(self._waiting.discard)

    async def _finish_companion(self, uuid: str, url: str | None, delay: float) -> None:
        await asyncio.sleep(delay)
        meeting = self._meetings.companion_is_ready(uuid)
        if url:
            self._send(url, self._companion_event(meeting))

    def _companion_event(self, meeting: Doc) -> dict[str, Any]:
        about = {"meeting_uuid": meeting["uuid"], "meeting_id": meeting["id"], "host_id": meeting["host_id"]}
        about |= {"meeting_topic": meeting["topic"], "meeting_start_time": meeting["start_time"]}
        payload = {"account_id": ACCOUNT_ID, "object": about}
        return {"event": "meeting.aic_transcript_completed", "event_ts": self._event_ts(), "payload": payload}

    async def _finish_transcript(self, uuid: str, url: str | None, delay: float) -> None:
        await asyncio.sleep(delay)
        meeting = self._meetings.transcript_is_ready(uuid)
        files = [file for file in meeting["files"] if file["file_type"] == "TRANSCRIPT"]
        if url:
            self._send(url, self._recording_event("recording.transcript_completed", meeting, files))

    def _recording_event(self, event: str, meeting: Doc, files: list[Doc]) -> dict[str, Any]:
        view = meeting_view(meeting, files, self._world.settings.base_url)
        view |= {"type": 4, "password": "", "on_prem": False, "recording_play_passcode": secrets.token_urlsafe(12)}
        for file in view["recording_files"]:
            if event.endswith("transcript_completed"):
                # Zoom's own example leaves it out here, although its schema demands it
                del file["file_extension"]
        return {
            "event": event,
            "event_ts": self._event_ts(),
            "payload": {"account_id": ACCOUNT_ID, "object": view},
            "download_token": self._downloads.token_for(meeting["uuid"]),
        }

    def _send(self, url: str, body: dict[str, Any]) -> Doc:
        options = self._options()
        return self.sender.send(url, body, delays=options["retry_delays"], timeout=options["webhook_timeout"])

    def _signature(self, raw: bytes) -> dict[str, str]:
        timestamp = str(int(self._world.clock().timestamp()))
        digest = hmac.new(WEBHOOK_SECRET.encode(), b"v0:" + timestamp.encode() + b":" + raw, sha256).hexdigest()
        return {"x-zm-request-timestamp": timestamp, "x-zm-signature": f"v0={digest}"}

    def _event_ts(self) -> int:
        return int(self._world.clock().timestamp() * 1000)

    def _options(self) -> dict[str, Any]:
        return self._world.options("zoom", DEFAULT_OPTIONS)


def _validation_problem(status: int | None, answer: bytes, token: str) -> str:
    if status != 200:
        return f"the address answered {status} to the validation request"
    expected = hmac.new(WEBHOOK_SECRET.encode(), token.encode(), sha256).hexdigest()
    try:
        body = json.loads(answer)
    except ValueError:
        return "the address did not answer with JSON"
    if body != {"plainToken": token, "encryptedToken": expected}:
        return "the address did not return the token with its hash"
    return ""
