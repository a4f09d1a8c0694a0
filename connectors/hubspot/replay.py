"""What the hub takes from recorded answers of HubSpot's, and how HubSpot would have signed a recorded request."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from connectors.base.errors import RequestRejected
from connectors.base.recorded import Recorded, shape
from connectors.base.records import InboundRequest
from connectors.hubspot.errors import refusal
from connectors.hubspot.webhook import decoded, sign

_SIGNATURE: Final = "x-hubspot-signature-v3"
_TIMESTAMP: Final = "x-hubspot-request-timestamp"


def read(recorded: Recorded) -> Mapping[str, Any] | None:
    """Records written or found, each with what became of it; the account. None for no JSON object.

    Raises the error of the first row when nothing was written, or when trying the whole again can cure a row.
    """
    body = recorded.value
    if not isinstance(body, dict):
        return None
    if "portalId" in body:
        return {"account": {"id": str(body["portalId"]), "type": body.get("accountType")}}
    if isinstance(body.get("results"), list) or isinstance(body.get("errors"), list):
        return _batch(body)
    return _record(body) if "id" in body else shape(body)


def signed(recorded: Recorded, request: InboundRequest, secret: str, now: datetime) -> InboundRequest:
    """The request with the signature that it only describes, or lacks."""
    timestamp = recorded.given(_TIMESTAMP) or recorded.vector.get("timestamp") or str(int(now.timestamp() * 1000))
    made = sign(request.method, decoded(request.url), request.body, timestamp, secret)
    given = recorded.vector.get("signature", recorded.given(_SIGNATURE))
    return replace(
        request, headers={**request.headers, _TIMESTAMP: timestamp, _SIGNATURE: made if given is None else given}
    )


def _batch(body: Mapping[str, Any]) -> Mapping[str, Any]:
    written = [_record(row) for row in body.get("results") or [] if isinstance(row, dict)]
    failed = [(row, refusal(row)) for row in body.get("errors") or [] if isinstance(row, dict)]
    if failed and not written:
        raise failed[0][1]
    return {"records": written, "failed": [_failure(row, error) for row, error in failed]}


def _failure(row: Mapping[str, Any], error: RequestRejected) -> Mapping[str, Any]:
    context = row.get("context")
    return {"inputs": (context or {}).get("ids") if isinstance(context, dict) else None, "why": error}


def _record(row: Mapping[str, Any]) -> Mapping[str, Any]:
    facts = {"id": row.get("id"), "new": row.get("new"), "properties": row.get("properties")}
    return {name: value for name, value in facts.items() if value is not None} or shape(row)
