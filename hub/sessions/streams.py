"""`/v1/sessions/{id}/stream` and `/v1/stream/video`: frames in over a WebSocket, VAD back as they are analysed.

A frame that comes while another is analysed waits; of several, only the newest does, so that answers never lag behind
what the camera sees. `dropped` says how many were left out. Whoever waits for each answer loses none.
"""

import asyncio
import base64
import binascii
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from fastapi import APIRouter, WebSocket
from fastapi.responses import JSONResponse
from starlette.websockets import WebSocketDisconnect, WebSocketState

from hub.accounts.api_access import Caller, admit
from hub.accounts.open_sockets import while_admitted
from hub.errors import BadRequest, HubError
from hub.kit.tasks import stop
from hub.runtime import Runtime
from hub.sessions.endpoints import find_session
from hub.sessions.errors import SessionOver
from hub.sessions.models import SessionState
from hub.sessions.schemas import SessionRequest
from hub.sessions.service.frames import MAX_FRAME_BYTES, forget_faces, see_frame
from hub.sessions.service.opening import end_session, open_session

router = APIRouter()

SCOPE: Final = "sessions"
SUBPROTOCOL: Final = "echo-depth-v1"
OVER: Final = 4410
_QUIET_S: Final = 60.0
_closing: "set[asyncio.Task[None]]" = set()


@dataclass(frozen=True)
class Picture:
    """A frame as it came."""

    data: bytes
    timestamp_ms: int
    detail: bool


@router.websocket("/v1/sessions/{session_id}/stream")
async def stream_session(websocket: WebSocket, session_id: str) -> None:
    """Frames of an open session. Connecting again after a lost connection goes on where it stopped."""
    runtime: Runtime = websocket.app.state.runtime
    try:
        caller = await admit(websocket, SCOPE)
        row = await asyncio.to_thread(find_session, runtime, caller.organisation_id, session_id)
        if row.state != SessionState.ACTIVE:
            raise SessionOver("This session has ended.")
    except HubError as error:
        await deny(websocket, error)
        return
    await websocket.accept(subprotocol=subprotocol(websocket))
    work = _Stream(websocket, runtime, caller, session_id).run()
    await while_admitted(websocket, runtime, caller, SCOPE, work)


@router.websocket("/v1/stream/video")
async def stream_video(websocket: WebSocket) -> None:
    """Frames without a session of one's own: one is opened now and ended with the connection."""
    runtime: Runtime = websocket.app.state.runtime
    try:
        caller = await admit(websocket, SCOPE)
        row = await asyncio.to_thread(open_session, runtime, caller, SessionRequest(label="video stream"))
    except HubError as error:
        await deny(websocket, error)
        return
    await websocket.accept(subprotocol=subprotocol(websocket))
    try:
        await websocket.send_json({"type": "session", "session_id": row.id})
        work = _Stream(websocket, runtime, caller, row.id).run()
        await while_admitted(websocket, runtime, caller, SCOPE, work)
    finally:
        end_behind(runtime, caller, row.id)


async def _nothing() -> None:
    """Frames are kept as they come."""


def end_behind(
    runtime: Runtime, caller: Caller, session_id: str, keep: Callable[[], Awaitable[None]] = _nothing
) -> None:
    """Keep the rest and end the session, in a task of its own: the connection's may be cancelled at any moment."""
    closing = asyncio.create_task(_end(runtime, caller, session_id, keep))
    _closing.add(closing)
    closing.add_done_callback(_closing.discard)


async def _end(runtime: Runtime, caller: Caller, session_id: str, keep: Callable[[], Awaitable[None]]) -> None:
    with suppress(HubError):  # what is kept is kept, also where no minutes are left
        await keep()
    with suppress(HubError):  # it was ended over the API meanwhile
        await asyncio.to_thread(end_session, runtime, caller.organisation_id, session_id)
    await forget_faces(runtime, session_id)


async def deny(websocket: WebSocket, error: HubError) -> None:
    """Refuse the handshake, in the shape of every error."""
    body = {"error": told(error, websocket)}
    await websocket.send_denial_response(JSONResponse(body, status_code=error.status, headers=dict(error.headers)))


def told(error: HubError, websocket: WebSocket) -> dict[str, Any]:
    """An error as messages carry it."""
    request_id = str(getattr(websocket.state, "request_id", ""))
    found: dict[str, Any] = {"code": error.code, "message": error.message, "request_id": request_id}
    return {**found, "details": dict(error.details)} if error.details else found


def subprotocol(websocket: WebSocket) -> str | None:
    """Ours, where it was offered; never the one that holds the key."""
    return SUBPROTOCOL if SUBPROTOCOL in websocket.scope.get("subprotocols", ()) else None


class _Stream:
    """One connection."""

    def __init__(self, websocket: WebSocket, runtime: Runtime, caller: Caller, session_id: str) -> None:
        self._websocket = websocket
        self._runtime = runtime
        self._caller = caller
        self._session_id = session_id
        self._waiting: Picture | None = None
        self._dropped = 0
        self._arrived = asyncio.Event()
        self._sending = asyncio.Lock()

    async def run(self) -> None:
        """Until the client goes away or the session ends."""
        work = asyncio.create_task(self._work())
        try:
            while not work.done():
                await self._take(await self._websocket.receive())
        except WebSocketDisconnect:
            return
        finally:
            await stop(work)

    async def _take(self, message: Any) -> None:
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1000))
        try:
            picture = self._picture(message)
        except HubError as error:
            await self._send({"type": "error", "error": told(error, self._websocket)})
            return
        if picture is None:
            await self._send({"type": "pong"})
            return
        self._dropped += self._waiting is not None
        self._waiting = picture
        self._arrived.set()

    def _picture(self, message: Any) -> Picture | None:
        """The frame of a message; None for a ping. Raises `BadRequest`."""
        now_ms = int(self._runtime.clock().timestamp() * 1000)
        if message.get("bytes") is not None:
            return Picture(message["bytes"], now_ms, detail=False)
        try:
            said = json.loads(message.get("text") or "")
        except (ValueError, RecursionError) as error:
            raise BadRequest("A message is not valid JSON.") from error
        if not isinstance(said, dict) or said.get("type") not in {"frame", "ping"}:
            raise BadRequest('A message has the type "frame" or "ping".')
        if said["type"] == "ping":
            return None
        at = said.get("timestamp_ms", now_ms)
        if isinstance(at, bool) or not isinstance(at, int):
            raise BadRequest("`timestamp_ms` is a number of milliseconds since 1970.")
        return Picture(_decoded(said.get("data")), at, detail=said.get("detail") == "aus")

    async def _work(self) -> None:
        while True:
            try:
                async with asyncio.timeout(_QUIET_S):
                    await self._arrived.wait()
            except TimeoutError:
                if await self._is_over():
                    return
                continue
            self._arrived.clear()
            picture, dropped = self._waiting, self._dropped
            self._waiting, self._dropped = None, 0
            if picture is not None and not await self._answer(picture, dropped):
                return

    async def _answer(self, picture: Picture, dropped: int) -> bool:
        """Whether the stream goes on."""
        try:
            found = await see_frame(
                self._runtime,
                self._caller,
                self._session_id,
                picture.data,
                picture.timestamp_ms,
                detail=picture.detail,
            )
        except SessionOver:
            await self._close()
            return False
        except HubError as error:
            problem = told(error, self._websocket)
            await self._send({"type": "error", "error": problem, "timestamp_ms": picture.timestamp_ms})
            return True
        await self._send({"type": "vad", **found, "dropped": dropped})
        return True

    async def _is_over(self) -> bool:
        """Notices on quiet connections that the session was ended elsewhere."""
        organisation_id = self._caller.organisation_id
        row = await asyncio.to_thread(find_session, self._runtime, organisation_id, self._session_id)
        if row.state == SessionState.ACTIVE:
            return False
        await self._close()
        return True

    async def _close(self) -> None:
        if self._websocket.application_state is WebSocketState.CONNECTED:
            await self._websocket.close(OVER, "the session has ended")

    async def _send(self, message: dict[str, Any]) -> None:
        async with self._sending:
            await self._websocket.send_json(message)


def _decoded(data: Any) -> bytes:
    """The bytes of a data URL, or of plain base64. Raises `BadRequest`."""
    if not isinstance(data, str) or len(data) > 2 * MAX_FRAME_BYTES:
        raise BadRequest("`data` is a picture as a data URL, at most 4 MB.")
    encoded = data.partition(",")[2] if data.startswith("data:") else data
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadRequest("`data` is not base64.") from error
