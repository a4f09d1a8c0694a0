"""`client.frames`: single frames of a session."""

from echodepth import calls
from echodepth._async.transport import AsyncTransport
from echodepth.files import FileInput, parts
from echodepth.models.sessions import Frame

_PATH = "/v1/sessions/{}/frames"


class AsyncFrames:
    """Frames one by one; for many, `sessions.stream` is faster."""

    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport

    async def analyse(
        self, session_id: str, frame: FileInput, *, timestamp_ms: int | None = None, detail: bool = False
    ) -> Frame:
        """Analyse a JPEG or PNG of at most 4 MB against the session's baseline.

        `timestamp_ms` is when it was taken, in milliseconds since 1970, now by default; `detail` adds every Action
        Unit as `aus`. Raises `NoFaceDetected`, `PayloadTooLarge`, and `Conflict` where the session has ended.
        """
        call = calls.post(
            calls.at(_PATH, session_id),
            params={"detail": "aus"} if detail else {},
            files=parts("frame", frame, "frame.jpg"),
            fields={} if timestamp_ms is None else {"timestamp_ms": str(timestamp_ms)},
        )
        return await self._transport.ask(call, Frame)
