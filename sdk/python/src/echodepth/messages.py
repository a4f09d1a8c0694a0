"""Messages of a stream."""

import base64
import json
import time

_SIGNATURES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}


def frame_message(frame: bytes, timestamp_ms: int | None, detail: bool) -> str:
    """A frame as the stream takes it. Raises `ValueError` for what is neither JPEG nor PNG."""
    kind = next((kind for start, kind in _SIGNATURES.items() if frame.startswith(start)), None)
    if kind is None:
        raise ValueError("a frame is the bytes of a JPEG or PNG")
    message = {
        "type": "frame",
        "data": f"data:{kind};base64,{base64.b64encode(frame).decode()}",
        "timestamp_ms": int(time.time() * 1000) if timestamp_ms is None else timestamp_ms,
    }
    return json.dumps({**message, "detail": "aus"} if detail else message)
