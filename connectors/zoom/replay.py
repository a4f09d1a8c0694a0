"""What the hub takes from recorded answers of Zoom's."""

from collections.abc import Mapping
from typing import Any

from connectors.base.errors import RequestRejected
from connectors.base.recorded import Recorded, shape
from connectors.zoom.files import dict_rows
from connectors.zoom.mapping import listed_events, meeting_details
from connectors.zoom.people import attendees


def read(recorded: Recorded) -> Mapping[str, Any] | None:
    """The recordings listed, a meeting, who took part, an account, the id of what was made; None for no JSON object."""
    body = recorded.value
    if not isinstance(body, dict):
        return None
    if "meetings" in body:
        return {"events": [event for row in dict_rows(body["meetings"]) for event in _events(row)], **_more(body)}
    if "recording_files" in body:
        return {"meeting": meeting_details(body, ())}
    if "participants" in body:
        return {"attendees": attendees(dict_rows(body["participants"]), "", ""), **_more(body)}
    if "account_id" in body:
        return {"account": {"id": body["account_id"], "user_id": body.get("id"), "email": body.get("email")}}
    return {"id": body["id"]} if set(body) == {"id"} else shape(body)


def _events(row: Mapping[str, Any]) -> tuple[Any, ...]:
    try:
        return listed_events(row, str(row.get("account_id") or ""))
    except RequestRejected as error:
        return (error,)


def _more(body: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"more_pages": bool(body.get("next_page_token"))}
