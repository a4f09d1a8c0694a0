"""The OpenAPI document: what the routes say about themselves, and what they cannot say."""

from collections.abc import Mapping
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from hub import deprecations, openapi_examples
from hub.deliveries.messages import EVENT_TYPES
from hub.openapi_events import body
from hub.openapi_reports import REPORTS, VAD
from hub.openapi_security import OAUTH_PATHS, describe_security
from hub.openapi_sockets import WEB_SOCKETS

VERSION: Final = "2026.1"

_DESCRIPTION: Final = """
Recordings, documents, pictures and live sessions in; explained signals out.

**What the figures are.** How somebody comes across relative to their own baseline, with an interval, its reasons, and
the honesty to abstain. They do not say whether anybody is right, and they are not for decisions about people.
**Who is in it.** Everybody in what you send is analysed. Send only people who know and may be analysed, and never your
own workforce: nothing that is sent here says who they are.

**Keys.** Send `Authorization: Bearer ed_live_sk_...` (`ed_test_sk_...` for the sandbox, `psk_...` for speech).
**Apps** that people use send a token instead, which a member allowed: OAuth 2.0, authorisation code with PKCE.
**Limits.** Every answer to a known key, and every handshake of a WebSocket, carries `X-RateLimit-Limit`,
`X-RateLimit-Remaining` and `X-RateLimit-Reset` (seconds since 1970); 429 also carries `Retry-After`.
**Repeating.** Every POST honours `Idempotency-Key` for a day; an answer that is given again counts as a request.
**Addresses** of recordings are fetched by https. Up to three redirects are followed, none to http or into a private
network, and no key or cookie of yours is sent along. What comes at less than 256 kB/s for long is given up.
**Lists** are pages: `?limit&cursor`, answered with `data` and `next_cursor`.
**Errors** have one shape; quote `request_id` to support.
**Versions.** The address holds the version. Fields may be added, never renamed or removed. What will go says so a
year before: `Deprecation` (since when), `Sunset` (until when) and `Link` (what to use instead) on every answer.
"""

_TAGS: Final = {
    "Analyse": "Recordings, documents and pictures. Short inputs are answered at once, longer ones by `job_id`.",
    "Sessions": "Live sessions: frames against the baseline of their opening, alerts, reports.",
    "Speech": "Speech emotion in the shapes of other products.",
    "Meetings": "Recorded meetings that connected accounts announced.",
    "Connections": "Provider accounts.",
    "Destinations": "Where results go.",
    "Webhooks": "Who is told about what.",
    "Deliveries": "What was sent, and how it went.",
    "Administration": "Keys, usage, audit.",
    "Operation": "How the hub itself is. No API key is needed.",
    "Apps": "Programs that members allow to act for them (OAuth 2.0). Errors under /oauth are as RFC 6749 says.",
}

_JOB: Final = {"job_id": "job_01k9f3m2t8xq4w7d5b6n0v1c2a", "kind": "video", "progress": 0.42, "stage": "speech",
               "status": "running", "created_at": "2026-11-19T15:04:05+00:00", "completed_at": None}  # fmt: skip
_ENDED: Final = {
    **_JOB, "status": "completed", "stage": "completed", "progress": 1.0, "completed_at": "2026-11-19T15:05:41+00:00",
    "analysis_id": "ana_01k9f3m2t8xq4w7d5b6n0v1c2b",
}  # fmt: skip
_DONE: Final = {kind: {**report, **_ENDED, "kind": kind, "result": report} for kind, report in REPORTS.items()}
_SESSION: Final = {
    "id": "ses_01k9f3m2t8xq4w7d5b6n0v1c2a", "session_id": "ses_01k9f3m2t8xq4w7d5b6n0v1c2a", "label": "interview-001",
    "use_case": "insurance_claims", "baseline_window_s": 60, "alert_thresholds": {"arousal_high": 0.8},
    "status": "active", "frame_count": 0, "created_at": "2026-11-19T15:04:05Z", "expires_at": "2026-11-19T19:04:05Z",
    "ended_at": None,
}  # fmt: skip
_FRAME: Final = {
    "frame_id": "frm_01k9f3m2t8xq4w7d5b6n0v1c2b", "session_id": _SESSION["id"], "timestamp_ms": 1763564645000,
    "vad": VAD, "active_aus": [1, 4, 17], "alert_triggered": True, "alert_reason": "arousal_high",
    "alert": {"type": "arousal_high", "value": 0.83, "threshold": 0.8}, "faces": 1,
}  # fmt: skip
_REPORT: Final = {
    "session_id": _SESSION["id"], "label": "interview-001", "duration_s": 600, "frame_count": 1200,
    "baseline_vad": {"v": 0.58, "a": 0.41, "d": 0.52}, "mean_vad": {"v": 0.51, "a": 0.56, "d": 0.49},
    "alerts": [{"type": "arousal_high", "timestamp_ms": 1763564845000, "value": 0.86, "threshold": 0.8,
                "session_offset_s": 200}],
    "trend": [{"session_offset_s": 0, "v": 0.58, "a": 0.41, "d": 0.52}],
    "summary": "1200 frames over 10 min 0 s. Alerts for high arousal began in minute 4.",
}  # fmt: skip
_EMOTIONS: Final = {
    "main_emotion": "happy", "confidence": 0.71,
    "all_predictions": {"angry": 0.05, "happy": 0.71, "neutral": 0.2, "sad": 0.04},
}  # fmt: skip

EXAMPLES: Final[Mapping[tuple[str, str], tuple[str, Any]]] = {
    **{(f"/v1/analyse/{kind}", "post"): ("200", done) for kind, done in _DONE.items()},
    ("/v1/result/{job_id}", "get"): ("200", _DONE["video"]),
    ("/v1/sessions", "post"): ("201", _SESSION),
    ("/v1/sessions/{session_id}", "get"): ("200", _SESSION),
    ("/v1/sessions/{session_id}/end", "post"): ("200", {**_SESSION, "status": "ended"}),
    ("/v1/sessions/{session_id}/frames", "post"): ("200", _FRAME),
    ("/v1/sessions/{session_id}/report", "get"): ("200", _REPORT),
    ("/v1/emotion/discrete", "post"): ("200", _EMOTIONS),
    ("/v1/emotion/async", "post"): ("202", {"request_id": _JOB["job_id"], "status": "queued", "progress": 0.0}),
    ("/v1/emotion/async/{request_id}", "get"): (
        "200",
        {"request_id": _JOB["job_id"], "status": "completed", "progress": 1.0,
         "emotions": [{"t": "00:00", "emotion": "neutral", "confidence": 0.83}]},
    ),
    ("/v1/usage", "get"): (
        "200",
        {"since": "2026-11-01", "until": "2026-11-19",
         "data": [{"key_id": "key_01k9f3m2t8xq4w7d5b6n0v1c2a", "kind": "analyses", "quantity": 12.0}]},
    ),
}  # fmt: skip


_API: Final = "/v1/"
KEYLESS_PATHS: Final = (*OAUTH_PATHS, "/healthz", "/readyz", "/metrics", "/.well-known/webhook-keys.json")
"""Everything else that the document tells of."""
_AFTERWARDS: Final = "/v1/result/{job_id}"
"""Routed first because it is called most, told after what it gives the result of."""
_GENERIC: Final = "Successful Response"
_SUCCESS: Final = {"200": "What was asked for.", "201": "It was made.", "202": "It has begun.", "204": "It is done."}


def install(app: FastAPI) -> None:
    """Let `/openapi.json` give the whole document; it is made once, at the first request."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = make_document(app)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def make_document(app: FastAPI) -> dict[str, Any]:
    """The document of this application's routes."""
    document = get_openapi(
        title="EchoDepth API",
        version=VERSION,
        description=_DESCRIPTION.strip(),
        routes=app.routes,
        tags=[{"name": name, "description": text} for name, text in _TAGS.items()],
    )
    document["paths"] = {
        path: item
        for path, item in sorted(document["paths"].items(), key=lambda pair: pair[0] == _AFTERWARDS)
        if path.startswith((_API, *KEYLESS_PATHS))
    }
    _say_what_success_is(document)
    document["x-websockets"] = {path: dict(facts) for path, facts in WEB_SOCKETS.items()}
    document["webhooks"] = {name: _webhook(name, text) for name, text in EVENT_TYPES.items()}
    for (path, method), (status, example) in EXAMPLES.items():
        content = document["paths"][path][method]["responses"][status]["content"]
        content["application/json"]["example"] = example
    openapi_examples.complete(document)
    _describe_headers(document)
    describe_security(app, document)
    deprecations.describe(document)
    return document


def _say_what_success_is(document: dict[str, Any]) -> None:
    for item in document["paths"].values():
        for operation in item.values():
            for status, answer in operation["responses"].items():
                if answer["description"] == _GENERIC:
                    answer["description"] = _SUCCESS.get(status, "It is done.")


def _describe_headers(document: dict[str, Any]) -> None:
    headers = {
        "X-Request-Id": "The id that logs and support know the request by.",
        "X-RateLimit-Limit": "Requests a minute, or `unlimited`.",
        "X-RateLimit-Remaining": "Requests left in this minute, or `unlimited`.",
        "X-RateLimit-Reset": "When the next minute begins, in seconds since 1970.",
    }
    shared = document["components"]
    shared["headers"] = {name: {"description": text, "schema": {"type": "string"}} for name, text in headers.items()}
    shared["responses"] = {}
    told = {name: {"$ref": f"#/components/headers/{name}"} for name in headers}
    for path, item in document["paths"].items():
        for method, operation in item.items() if path.startswith(_API) else ():
            for status, response in operation["responses"].items():
                response["headers"] = {**told, **response.get("headers", {})}
                if status >= "400":
                    shared["responses"][f"Error{status}"] = response
                    operation["responses"][status] = {"$ref": f"#/components/responses/Error{status}"}
            if method == "post":
                operation.setdefault("parameters", []).append(_IDEMPOTENCY)
                operation["responses"].setdefault("409", {"$ref": "#/components/responses/Error409"})


_IDEMPOTENCY: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The same key gives the first answer again, for a day.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
}


def _webhook(name: str, text: str) -> dict[str, Any]:
    example = body(name)
    facts: dict[str, Any] = {field: {} for field in example if field not in {"event", "timestamp_ms"}}
    schema = {
        "type": "object",
        "required": ["event", "timestamp_ms"],
        "properties": {"event": {"const": name}, "timestamp_ms": {"type": "integer"}, **facts},
    }
    headers = [
        {"name": header, "in": "header", "required": True, "schema": {"type": "string"}}
        for header in ("webhook-id", "webhook-timestamp", "webhook-signature", "X-EchoDepth-Signature")
    ]
    sent = {"required": True, "content": {"application/json": {"schema": schema, "example": example}}}
    answers = {"2XX": {"description": "Taken. Anything else is tried again for days."}}
    return {"post": {"summary": text, "parameters": headers, "requestBody": sent, "responses": answers}}


def main() -> None:
    """Print the document, for keeping what was promised."""
    import json
    import sys
    import tempfile
    from pathlib import Path

    from hub import runtime
    from hub.app import create_app
    from hub.settings import Settings

    with tempfile.TemporaryDirectory() as directory:
        built = runtime.build(Settings(data_dir=Path(directory)))
        json.dump(create_app(built).openapi(), sys.stdout, indent=1, sort_keys=True)
        built.database.close()


if __name__ == "__main__":
    main()
