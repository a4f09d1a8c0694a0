"""`/v1/stream/audio`: sound in over a WebSocket, emotion, VAD and prosody back every second.

Binary messages are 16 kHz mono 16-bit PCM, little-endian, in pieces of any size; after `{"type": "start", "encoding":
"opus"}` each is one Opus packet. `{"type": "end"}` is answered with the whole stream's result. Sound is read only as
fast as it is analysed, so a client that sends faster than real time is slowed down, and memory stays small.

What was heard is kept on the session every few seconds, for its report. When the session is ended elsewhere, or the
month's minutes are used up, the stream is closed with 4410.
"""

import asyncio
import base64
import binascii
import json
import struct
from typing import Any, Final

from fastapi import APIRouter, WebSocket
from starlette.websockets import WebSocketState

from hub.accounts.api_access import Caller, admit
from hub.accounts.open_sockets import while_admitted
from hub.analysis import warm
from hub.analysis.runner import AnalysisFailed
from hub.errors import BadRequest, HubError, InvalidInput, Unavailable
from hub.kit.tasks import stop
from hub.runtime import Runtime
from hub.sessions.errors import SessionOver
from hub.sessions.schemas import SessionRequest
from hub.sessions.service.opening import open_session
from hub.sessions.service.sounds import Update, keep_sound
from hub.sessions.streams import OVER, SCOPE, deny, end_behind, subprotocol, told

router = APIRouter()

_SECOND: Final = {"pcm16": 32_000, "opus": 50}
"""What a second is: bytes, or packets of 20 ms."""
_MOST_BYTES: Final = 1024 * 1024
_TIMEOUT_S: Final = 30.0
_KEEP_EVERY_S: Final = 5.0
_LENGTH: Final = struct.Struct(">H")
_LONGEST_PACKET: Final = 65_535


@router.websocket("/v1/stream/audio")
async def stream_audio(websocket: WebSocket) -> None:
    """Open a stream; it ends with the connection."""
    runtime: Runtime = websocket.app.state.runtime
    try:
        caller = await admit(websocket, SCOPE)
        asked = SessionRequest(label="audio stream")
        row = await asyncio.to_thread(open_session, runtime, caller, asked, of_sound=True)
    except HubError as error:
        await deny(websocket, error)
        return
    await websocket.accept(subprotocol=subprotocol(websocket))
    listener = _Listener(websocket, runtime, caller, row.id)
    try:
        await websocket.send_json({"type": "session", "session_id": row.id})
        await while_admitted(websocket, runtime, caller, SCOPE, listener.run())
    finally:
        end_behind(runtime, caller, row.id, listener.keep)


class _Listener:
    """One connection."""

    def __init__(self, websocket: WebSocket, runtime: Runtime, caller: Caller, session_id: str) -> None:
        self._websocket = websocket
        self._runtime = runtime
        self._caller = caller
        self._process = warm.pool(runtime.settings.media_dir).of(session_id)
        self._mark = {"watermark": caller.plan.watermark} if caller.plan.watermark else {}
        self._session_id = session_id
        self._encoding = "pcm16"
        self._held = bytearray()
        self._pieces = 0
        self._seconds = 0.0
        self._updates: list[Update] = []

    async def run(self) -> None:
        """Until the client ends the stream or goes away, or its session is over."""
        listening, watching = asyncio.create_task(self._listen()), asyncio.create_task(self._watch())
        try:
            await asyncio.wait({listening, watching}, return_when=asyncio.FIRST_COMPLETED)
            if listening.done():
                await listening
                return
            await stop(listening)
            await self._close(await watching)
        finally:
            await stop(listening)
            await stop(watching)

    async def keep(self) -> None:
        """Keep what was heard since the last time. Raises `NotFound`, `SessionOver` and `RateLimited`."""
        seconds, updates = self._seconds, self._updates
        self._seconds, self._updates = 0.0, []
        await asyncio.to_thread(keep_sound, self._runtime, self._caller, self._session_id, seconds, updates)

    async def _watch(self) -> HubError:
        """Why the stream can't go on, once it can't."""
        while True:
            await asyncio.sleep(_KEEP_EVERY_S)
            try:
                await self.keep()
            except HubError as error:
                return error

    async def _close(self, why: HubError) -> None:
        if self._websocket.application_state is not WebSocketState.CONNECTED:
            return
        if not isinstance(why, SessionOver):
            await self._websocket.send_json({"type": "error", "error": told(why, self._websocket)})
        await self._websocket.close(OVER, "the session has ended")

    async def _listen(self) -> None:
        going = True
        while going:
            message = await self._websocket.receive()
            if message["type"] == "websocket.disconnect":
                return
            try:
                going = await self._take(message)
            except HubError as error:
                await self._websocket.send_json({"type": "error", "error": told(error, self._websocket)})

    async def _take(self, message: Any) -> bool:
        """Whether the stream goes on. Raises `HubError`."""
        if message.get("bytes") is not None:
            await self._hold(message["bytes"])
            return True
        said = _said(message.get("text") or "")
        match said["type"]:
            case "start":
                self._start(said)
            case "audio":
                await self._hold(_decoded(said.get("data")))
            case "ping":
                await self._websocket.send_json({"type": "pong"})
            case _:
                await self._end()
                return False
        return True

    def _start(self, said: dict[str, Any]) -> None:
        if said.get("encoding") not in _SECOND or self._pieces:
            raise BadRequest("`encoding` is pcm16 or opus, and comes before any sound.")
        self._encoding = said["encoding"]

    async def _hold(self, data: bytes) -> None:
        if not data or len(data) > (_LONGEST_PACKET if self._encoding == "opus" else _MOST_BYTES):
            raise BadRequest("A piece of sound is empty or too large.")
        self._pieces += 1
        if self._encoding == "opus":
            self._held += _LENGTH.pack(len(data)) + data
            if self._pieces % _SECOND["opus"] == 0:
                second = bytes(self._held)
                self._held.clear()
                await self._hear(second)
            return
        self._held += data
        while len(self._held) >= _SECOND["pcm16"]:
            second = bytes(self._held[: _SECOND["pcm16"]])
            del self._held[: _SECOND["pcm16"]]
            await self._hear(second)

    async def _hear(self, sound: bytes) -> None:
        found = await self._ask("hear", sound, encoding=self._encoding)
        self._seconds += 1
        self._updates.append(found)
        await self._websocket.send_json({"type": "emotion", "session_id": self._session_id, **found, **self._mark})

    async def _end(self) -> None:
        if self._held:
            await self._ask("hear", bytes(self._held), encoding=self._encoding)
            rest = self._pieces if self._encoding == "opus" else len(self._held)
            self._seconds += rest % _SECOND[self._encoding] / _SECOND[self._encoding]
        result = await self._ask("sum_up", b"")
        marked = None if result is None else {**result, **self._mark}
        said = {"type": "result", "session_id": self._session_id, "result": marked, **self._mark}
        await self._websocket.send_json(said)
        await self._websocket.close()

    async def _ask(self, what: str, payload: bytes, **more: Any) -> Any:
        try:
            return await self._process.ask(what, payload, timeout_s=_TIMEOUT_S, session=self._session_id, **more)
        except AnalysisFailed as error:
            if error.code in {"media_unreadable", "media_too_long"}:
                raise InvalidInput(error.message, {"code": error.code}) from error
            raise Unavailable("The sound could not be analysed right now.") from error


def _said(text: str) -> dict[str, Any]:
    try:
        said = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadRequest("A message is not valid JSON.") from error
    if not isinstance(said, dict) or said.get("type") not in {"start", "audio", "ping", "end"}:
        raise BadRequest('A message has the type "start", "audio", "ping" or "end".')
    return said


def _decoded(data: Any) -> bytes:
    if not isinstance(data, str) or len(data) > 2 * _MOST_BYTES:
        raise BadRequest("`data` is sound as base64, at most 1 MB.")
    try:
        return base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadRequest("`data` is not base64.") from error
