"""Examples of the OpenAPI document: one for each shape that is answered, and one for each body that is sent.

Every one is checked against its schema by a test, and so is that none is missing.
"""

from collections.abc import Mapping
from typing import Any, Final

_AT: Final = "2026-11-19T15:04:05Z"
_LATER: Final = "2026-11-19T15:04:11Z"
_MEETING: Final = "mtg_01k9f3m2t8xq4w7d5b6n0v1c2a"
_ANALYSIS: Final = "ana_01k9f3m2t8xq4w7d5b6n0v1c2b"
_CONNECTION: Final = "con_01k9f3m2t8xq4w7d5b6n0v1c2c"
_DESTINATION: Final = "dst_01k9f3m2t8xq4w7d5b6n0v1c2d"
_ENDPOINT: Final = "whe_01k9f3m2t8xq4w7d5b6n0v1c2e"
_MESSAGE: Final = "msg_01k9f3m2t8xq4w7d5b6n0v1c2f"
_DELIVERY: Final = "dlv_01k9f3m2t8xq4w7d5b6n0v1c2g"
_KEY: Final = "key_01k9f3m2t8xq4w7d5b6n0v1c2h"
_SESSION: Final = "ses_01k9f3m2t8xq4w7d5b6n0v1c2a"
_URL: Final = "https://storage.example.com/call.mp4"
_HOOK: Final = "https://app.example.com/hooks/echodepth"

_MAPPING: Final = {"trust_score": "EchoDepth_Trust_Score__c"}

_MEETING_VIEW: Final = {
    "id": _MEETING, "provider": "zoom", "title": "Renewal", "host_email": "dana@northwind.example", "started_at": _AT,
    "ended_at": _LATER, "duration_s": 1800.0, "state": "completed", "state_reason": "", "progress": 1.0, "revision": 1,
    "created_at": _AT, "updated_at": _LATER,
}  # fmt: skip
_DELIVERY_VIEW: Final = {
    "id": _DELIVERY, "kind": "webhook", "state": "succeeded", "state_reason": "", "destination_id": None,
    "endpoint_id": _ENDPOINT, "message_id": _MESSAGE, "meeting_id": _MEETING, "analysis_id": _ANALYSIS, "generation": 0,
    "receipt": {"summary": "The endpoint answered 200."}, "created_at": _AT, "finished_at": _LATER,
    "next_attempt_at": None,
}  # fmt: skip
_ENDPOINT_VIEW: Final = {
    "id": _ENDPOINT, "url": _HOOK, "description": "Production", "event_types": ["analysis.completed"], "enabled": True,
    "disabled_reason": "", "created_at": _AT,
}  # fmt: skip
_MESSAGE_VIEW: Final = {"id": _MESSAGE, "event_type": "analysis.completed", "meeting_id": _MEETING,
                        "analysis_id": _ANALYSIS, "created_at": _AT}  # fmt: skip
_KEY_VIEW: Final = {
    "id": _KEY, "name": "Nightly import", "plan": "professional", "scopes": ["analyse"], "hint": "x7Qd",
    "created_at": _AT, "expires_at": None, "revoked_at": None, "last_used_at": _LATER,
}  # fmt: skip
_CLIENT: Final = {
    "id": "app_01k9f3m2t8xq4w7d5b6n0v1c2j", "name": "Coaching board", "redirect_uris": ["https://app.example.com/back"],
    "scopes": ["meetings:read"], "plan": "professional", "public": False, "hint": "x7Qd", "created_at": _AT,
    "revoked_at": None,
}  # fmt: skip
_CLIP: Final = {
    "emotion": "content", "confidence": 0.48,
    "emotion_probabilities": {
        "neutral": 0.21, "happy": 0.09, "sad": 0.02, "angry": 0.01, "fearful": 0.01, "disgusted": 0.0,
        "surprised": 0.02, "contempt": 0.01, "anxious": 0.01, "confused": 0.03, "excited": 0.03,
        "amused": 0.05, "content": 0.48, "frustrated": 0.03,
    },
    "valence": 0.34, "arousal": -0.12, "dominance": 0.05,
    "prosody": {
        "pitch": {"mean": 180.5, "std": 21.3, "min": 148.0, "max": 218.0, "range": 70.0},
        "energy": {"mean": 0.53, "std": 0.05},
        "rhythm": {"speech_rate": 4.2, "pause_rate": 0.1, "average_pause_duration": 0.35},
        "voice_quality": {"jitter": 0.006, "shimmer": 0.045, "hnr": 15.4},
    },
    "state": "interested",
    "metrics": {"purchase_interest": 0.64, "objection_level": "low", "deal_momentum": "improving", "engagement": 0.54,
                "closing_readiness": 0.45},
    "duration": 6.8, "processed_at": _AT, "request_id": "req_01k9f3m2t8xq4w7d5b6n0v1c2k",
}  # fmt: skip

BY_SCHEMA: Final[Mapping[str, Any]] = {
    "AnalyzeAnswer": _CLIP,
    "BatchAnswer": {"results": [{"id": "one", **_CLIP}], "request_id": "batch_01k9f3m2t8xq4w7d5b6n0v1c2m"},
    "Health": {"status": "ok"},
    "PublicKeys": {
        "keys": [{"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": "sgk_01k9f3m2t8xq4w7d5b6n0v1c2q",
                  "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
                  "whpk": "whpk_11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="}],
    },
    "JobAnswer": {
        "job_id": "job_01k9f3m2t8xq4w7d5b6n0v1c2a", "kind": "video", "status": "queued", "progress": 0.0,
        "stage": "queued", "created_at": _AT, "completed_at": None,
    },
    "MeetingView": _MEETING_VIEW,
    "MeetingDetails": {
        **_MEETING_VIEW,
        "participants": [
            {"name": "Priya Shah", "email": "priya@contoso.example", "internal": False, "host": False,
             "speaker": "Priya Shah"},
        ],
        "analysis_id": _ANALYSIS,
        "analysis": {"trust_score": 62.4, "trust_interval": [55.1, 69.0]},
        "matches": [
            {"id": "mat_01k9f3m2t8xq4w7d5b6n0v1c2n", "provider": "salesforce", "connection_id": _CONNECTION,
             "record_type": "Contact", "record_id": "0035g00000AbCdE", "record_name": "Priya Shah",
             "record_url": "https://crm.example.com/0035g00000AbCdE", "rule": "email",
             "reason": "The e-mail address of a participant."},
        ],
        "deliveries": [_DELIVERY_VIEW],
    },
    "SessionView": {
        "id": _SESSION, "session_id": _SESSION, "label": "interview-001", "use_case": None, "baseline_window_s": 60,
        "alert_thresholds": {"arousal_high": 0.8}, "status": "active", "frame_count": 0, "created_at": _AT,
        "expires_at": "2026-11-19T19:04:05Z", "ended_at": None,
    },
    "ConnectionView": {
        "id": _CONNECTION, "provider": "zoom", "account_id": "a1", "account_name": "Northwind", "state": "active",
        "state_reason": "", "created_at": _AT, "checked_at": _LATER,
    },
    "EventType": {"name": "analysis.completed", "description": "A recording was analysed; the body is its result."},
    "EndpointView": _ENDPOINT_VIEW,
    "CreatedEndpoint": {**_ENDPOINT_VIEW, "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"},
    "Secret": {"secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"},
    "DeliveryView": _DELIVERY_VIEW,
    "DeliveryDetails": {
        **_DELIVERY_VIEW,
        "attempts": [
            {"number": 0, "generation": 0, "outcome": "succeeded", "status": 200,
             "message": "The endpoint answered 200.", "decision": "done", "duration_ms": 84, "at": _LATER},
        ],
    },
    "MessageView": _MESSAGE_VIEW,
    "MessageDetails": {**_MESSAGE_VIEW, "body": {"event": "analysis.completed", "trust_score": 62.4}},
    "Recovered": {"resent": 3},
    "DestinationView": {
        "id": _DESTINATION, "connection_id": _CONNECTION, "name": "Salesforce", "enabled": True, "target": {},
        "rule": {"trust_score_below": 60}, "mapping": _MAPPING, "policy": {}, "created_at": _AT,
    },
    "MappingAnswer": {"is_default": False, "mapping": _MAPPING, "types": []},
    "ProvisionAnswer": {"data": []},
    "UndoAnswer": {
        "delivery": _DELIVERY_VIEW, "summary": "One record holds its former values again.",
        "restored": [{"record": "Contact:0035g00000AbCdE", "name": "Priya Shah",
                      "fields": ["EchoDepth_Trust_Score__c"]}],
        "left": [], "removed": [],
    },
    "DryRun": {
        "data": [
            {"record_type": "Contact", "record_id": "0035g00000AbCdE", "record_name": "Priya Shah",
             "record_url": "https://crm.example.com/0035g00000AbCdE", "reason": "The e-mail address of a participant.",
             "action": "update", "outcome": "update", "values": {"EchoDepth_Trust_Score__c": 62.4},
             "changes": [{"field": "EchoDepth_Trust_Score__c", "label": "Trust Score", "before": 58.1, "after": 62.4,
                          "is_change": True}]},
        ],
        "skipped": "", "api_calls": 1, "notes": [],
    },
    "KeyView": _KEY_VIEW,
    "CreatedKey": {**_KEY_VIEW, "last_used_at": None, "key": "ed_live_sk_shown_once"},
    "AuditView": {
        "id": "aud_01k9f3m2t8xq4w7d5b6n0v1c2p", "actor": "dana@northwind.example", "action": "api_key.created",
        "subject": _KEY, "details": {"name": "Nightly import"}, "created_at": _AT,
    },
    "ClientAnswer": _CLIENT,
    "RegisteredClient": {**_CLIENT, "client_secret": "shown-once"},
    "ServerMetadata": {
        "issuer": "https://hub.example.com",
        **{f"{name}_endpoint": f"https://hub.example.com/oauth/{path}" for name, path in (
            ("authorization", "authorize"), ("token", "token"), ("revocation", "revoke"),
            ("introspection", "introspect"))},
        "service_documentation": "https://hub.example.com/docs",
        "scopes_supported": ["meetings:read"],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "code_challenge_methods_supported": ["S256"],
        **{f"{name}_endpoint_auth_methods_supported": ["client_secret_basic"]
           for name in ("token", "revocation", "introspection")},
        "authorization_response_iss_parameter_supported": True,
    },
}  # fmt: skip

_THRESHOLDS: Final = {"arousal_high": 0.8}
_APP: Final = {"client_id": _CLIENT["id"], "client_secret": "shown-once"}

REQUESTS: Final[Mapping[tuple[str, str], Any]] = {
    ("/v1/analyse/video", "post"): {"url": _URL, "baseline_window_s": 60, "alert_thresholds": _THRESHOLDS},
    ("/v1/analyse/audio", "post"): {"url": "https://storage.example.com/call.mp3"},
    ("/v1/analyse/text", "post"): {"text": "I think we could, um, maybe start in March."},
    ("/v1/analyse/image", "post"): {"urls": ["https://storage.example.com/portrait.jpg"]},
    ("/v1/analyse/multimodal", "post"): {"video_url": _URL, "text": "Priya: We will sign in March."},
    ("/v1/analyze", "post"): {"audio_url": "https://storage.example.com/clip.wav", "vertical": "sales"},
    ("/v1/analyze/batch", "post"): {
        "items": [{"id": "one", "audio_url": "https://storage.example.com/clip.wav"}],
        "vertical": "sales",
    },
    ("/v1/emotion/discrete", "post"): {"url": "https://storage.example.com/clip.wav", "model": 4},
    ("/v1/emotion/async", "post"): {"url": "https://storage.example.com/call.mp3", "model": 7, "interval": 5},
    ("/v1/sessions", "post"): {"label": "interview-001", "baseline_window_s": 60, "alert_thresholds": _THRESHOLDS},
    ("/v1/webhook-endpoints", "post"): {"url": _HOOK, "event_types": ["analysis.completed"]},
    ("/v1/webhook-endpoints/{endpoint_id}", "patch"): {"event_types": ["analysis.completed", "session.alert"]},
    ("/v1/deliveries/recover", "post"): {"since": _AT, "state": "dead"},
    ("/v1/destinations", "post"): {
        "connection_id": _CONNECTION,
        "name": "Salesforce",
        "rule": {"trust_score_below": 60},
    },
    ("/v1/destinations/{destination_id}", "patch"): {"enabled": False},
    ("/v1/destinations/{destination_id}/dry-run", "post"): {"meeting_id": _MEETING},
    ("/v1/destinations/{destination_id}/mapping", "put"): {"mapping": _MAPPING},
    ("/v1/destinations/{destination_id}/provision", "post"): {"dry_run": True},
    ("/v1/api-keys", "post"): {"name": "Nightly import", "scopes": ["analyse"]},
    ("/v1/oauth-clients", "post"): {
        "name": _CLIENT["name"],
        "redirect_uris": _CLIENT["redirect_uris"],
        "scopes": _CLIENT["scopes"],
    },
    ("/oauth/token", "post"): {"grant_type": "refresh_token", "refresh_token": "ed_live_rt_shown_once", **_APP},
    ("/oauth/revoke", "post"): {"token": "ed_live_rt_shown_once", **_APP},
    ("/oauth/introspect", "post"): {"token": "ed_live_at_shown_once", **_APP},
}
_NEVER_SHOWN: Final = "multipart/form-data"
"""Forms with files: an example cannot hold one."""


def complete(document: dict[str, Any]) -> None:
    """Put examples where the document has none yet."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            for status, answer in operation["responses"].items():
                if status.startswith("2"):
                    _complete(answer.get("content", {}).get("application/json"))
            for kind, content in operation.get("requestBody", {}).get("content", {}).items():
                if kind != _NEVER_SHOWN and (path, method) in REQUESTS:
                    content.setdefault("example", REQUESTS[path, method])


def _complete(content: dict[str, Any] | None) -> None:
    if content is None or "example" in content:
        return
    name = str(content.get("schema", {}).get("$ref", "")).rpartition("/")[2]
    if name in BY_SCHEMA:
        content["example"] = BY_SCHEMA[name]
    elif (row := name.removeprefix("Listing_").removesuffix("_")) in BY_SCHEMA:
        content["example"] = {"data": [BY_SCHEMA[row]], "next_cursor": None}
