"""An example body of each event that subscribers can get, for the OpenAPI document; a test holds them to real ones."""

from collections.abc import Mapping
from typing import Any, Final

from hub.openapi_reports import REPORTS

_AT: Final = "2026-11-19T15:04:05+00:00"
_MEETING: Final = "mtg_01k9f3m2t8xq4w7d5b6n0v1c2a"
_ANALYSIS: Final = "ana_01k9f3m2t8xq4w7d5b6n0v1c2b"
_CONNECTION: Final = {"connection_id": "con_01k9f3m2t8xq4w7d5b6n0v1c2c", "provider": "salesforce"}
_SESSION: Final = {"session_id": "ses_01k9f3m2t8xq4w7d5b6n0v1c2a", "label": "interview-001"}
_RECORD: Final = {
    "connection_id": _CONNECTION["connection_id"], "type": "Contact", "id": "0035g0000000001AAA", "name": "Priya Shah",
    "url": "https://example.my.salesforce.com/0035g0000000001AAA",
}  # fmt: skip
_DELIVERY: Final = {"delivery_id": "dlv_01k9f3m2t8xq4w7d5b6n0v1c2g", "destination_id": "dst_01k9f3m2t8xq4w7d5b6n0v1c2d"}
_LATE: Final = {**_DELIVERY, "meeting_id": _MEETING, "due_at": _AT, "reason": "Salesforce did not answer in time."}
_HELD: Final = {
    "analysis_id": _ANALYSIS, "meeting_id": _MEETING, "revision": 1,
    "meeting": {"title": "Renewal", "provider": "zoom", "host_email": "dana@northwind.example", "started_at": _AT,
                "ended_at": _AT},
}  # fmt: skip

EVENTS: Final[Mapping[str, Mapping[str, Any]]] = {
    "analysis.completed": {**REPORTS["video"], **_HELD},
    "analysis.failed": {"meeting_id": _MEETING, "error": {"code": "recording_missing",
                                                          "message": "The meeting has no recording."}},
    "session.created": _SESSION,
    "session.alert": {**_SESSION, "timestamp_ms": 1763564645000,
                      "alert": {"type": "arousal_high", "value": 0.89, "threshold": 0.8}},
    "session.ended": _SESSION,
    "session.report_ready": _SESSION,
    "meeting.matched": {"meeting_id": _MEETING, "analysis_id": _ANALYSIS, "records": [_RECORD]},
    "connection.reconnect_required": {**_CONNECTION, "reason": "The access was withdrawn."},
    "connection.app_refused": {**_CONNECTION, "reason": "The client secret is wrong."},
    "endpoint.disabled": {"endpoint_id": "whe_01k9f3m2t8xq4w7d5b6n0v1c2e", "reason": "The endpoint answered 410."},
    "delivery.failed": {**_DELIVERY, "reason": "The record does not exist.", "meeting_id": _MEETING,
                        "analysis_id": _ANALYSIS},
    "delivery.deadline_near": _LATE,
    "delivery.deadline_missed": _LATE,
}  # fmt: skip
"""Without `event` and `timestamp_ms`, which every body has. Inputs of the API have `job_id` and `kind`, no meeting."""


def body(name: str) -> dict[str, Any]:
    """The example of an event, whole."""
    return {"event": name, "timestamp_ms": 1763564645000, **EVENTS[name]}
