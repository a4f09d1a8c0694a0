"""What the hub takes from recorded answers of Slack's."""

from collections.abc import Mapping
from typing import Any

from connectors.base.recorded import Recorded, shape


def read(recorded: Recorded) -> Mapping[str, Any] | None:
    """Channels, a posted message, a person or the workspace; None unless the answer says `ok`."""
    body = recorded.value
    if not isinstance(body, dict) or body.get("ok") is not True:
        return None
    if isinstance(body.get("channels"), list):
        return {"channels": [_channel(row) for row in body["channels"] if isinstance(row, dict)], **_more(body)}
    if isinstance(body.get("user"), dict):
        return {"user": {"id": body["user"].get("id"), "name": body["user"].get("real_name")}}
    if "ts" in body:
        return {"message": {"channel": body.get("channel"), "ts": body["ts"]}}
    if "team_id" in body:
        return {"account": {"id": body["team_id"], "name": body.get("team")}}
    return shape(body)


def _channel(row: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"id": row.get("id"), "name": row.get("name"), "private": bool(row.get("is_private"))}


def _more(body: Mapping[str, Any]) -> Mapping[str, Any]:
    metadata = body.get("response_metadata")
    return {"more_pages": bool(metadata.get("next_cursor")) if isinstance(metadata, dict) else False}
