"""The WebSockets, which OpenAPI has no words for: `x-websockets` in the document, and the page for people."""

from collections.abc import Mapping
from typing import Any, Final

from hub.openapi_reports import REPORTS, VAD

_SUBPROTOCOLS: Final = ["echo-depth-v1", "token.<key>"]
_SESSION: Final = "ses_01k9f3m2t8xq4w7d5b6n0v1c2a"
_AT: Final = 1763564645000
_PICTURE: Final = "data:image/jpeg;base64,..."
_OPENED: Final = {"type": "session", "session_id": _SESSION}
_ALERT: Final = {"type": "arousal_high", "value": 0.86, "threshold": 0.8}
_ERROR: Final = {"type": "error", "timestamp_ms": _AT,
                 "error": {"code": "no_face_detected", "message": "There is no face in this picture.",
                           "request_id": "req_01k9f3m2t8xq4w7d5b6n0v1c2a"}}  # fmt: skip
_VAD: Final = {
    "type": "vad", "frame_id": "frm_01k9f3m2t8xq4w7d5b6n0v1c2b", "session_id": _SESSION, "timestamp_ms": _AT,
    "vad": VAD, "active_aus": [1, 4], "alert_triggered": True, "alert_reason": "arousal_high", "alert": _ALERT,
    "faces": 1, "dropped": 0,
}  # fmt: skip
_EMOTION: Final = {
    "type": "emotion", "session_id": _SESSION, "second": 12, "talking": True, "emotion": "neutral",
    "emotions": {"neutral": 0.83, "joy": 0.09, "anger": 0.08},
    "vad": {"valence": 0.61, "arousal": 0.83, "dominance": 0.43, "delta_from_baseline": {"arousal": 0.29}},
    "signals": {"composure": 0.41}, "prosody": {"pitch_hz": 190.7}, "alerts": [{**_ALERT, "offset_s": 9.0}],
}  # fmt: skip
_RESULT: Final = {"type": "result", "session_id": _SESSION, "result": REPORTS["audio"]}
_FRAMES: Final = [
    {"type": "frame", "data": _PICTURE, "timestamp_ms": _AT, "detail": "aus"},
    {"type": "ping"},
]
_SOUNDS: Final = [
    {"type": "start", "encoding": "opus"},
    {"type": "audio", "data": "<base64>"},
    {"type": "ping"},
    {"type": "end"},
]

WEB_SOCKETS: Final[Mapping[str, Mapping[str, Any]]] = {
    "/v1/sessions/{session_id}/stream": {
        "summary": "Frames of an open session.",
        "subprotocols": _SUBPROTOCOLS,
        "client": {"type": "frame", "data": _PICTURE, "timestamp_ms": 1704067200000},
        "server": "`vad` for each frame, in the shape of POST /v1/sessions/{session_id}/frames; `error`; `pong`. Of "
        "frames that come while another is analysed, only the newest is; `dropped` counts the others. Closed with 4410 "
        "when the session is over",
        "sent": _FRAMES,
        "received": [_VAD, _ERROR, {"type": "pong"}],
    },
    "/v1/stream/video": {
        "summary": "Frames without a session of one's own; the first message names the one that was opened.",
        "subprotocols": _SUBPROTOCOLS,
        "client": "as above, or pictures as binary messages",
        "server": "`session`, then `vad` for each frame",
        "sent": _FRAMES,
        "received": [_OPENED, _VAD, _ERROR, {"type": "pong"}],
    },
    "/v1/stream/audio": {
        "summary": "Sound: 16 kHz mono 16-bit PCM as binary messages of any size, or Opus packets, one a message, "
        "after a `start` message; either also as `audio` with base64.",
        "subprotocols": _SUBPROTOCOLS,
        "client": {"type": "start", "encoding": "opus"},
        "server": "`session`, then `emotion` every second; `result` after `end`. `alerts` are those that the second "
        "began, by the session's `alert_thresholds`, crossed for three seconds; subscribers get each as "
        "`session.alert` within five. Closed with 4410 when the session is over; what was heard by then is in its "
        "report",
        "sent": _SOUNDS,
        "received": [_OPENED, _EMOTION, _RESULT, {"type": "pong"}],
    },
}
