"""Results as Team Chat messages to whoever hosted the meeting, written in the name of the connected user.

Zoom's chat has no idempotency key and no place for ids of ours. So before a message is sent, the conversation is
searched for the analysis's address, which every message of ours carries.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import quote

from connectors.base.connector import AuthorizedClient
from connectors.base.errors import RequestRejected
from connectors.base.records import Receipt, Report, Target
from connectors.zoom.answers import body_of, their_now
from connectors.zoom.files import dict_rows
from connectors.zoom.wording import message_of, revision_in, tells_of

OWNER: Final = "owner"
_MESSAGES: Final = "chat/users/me/messages"
_PAGE_SIZE: Final = "50"
_PAGES_SEARCHED: Final = 10
_CLOCK_SKEW: Final = timedelta(minutes=10)
_WITHOUT_A_CLOCK: Final = timedelta(days=31)
_NOT_GRANTED: Final = "4711"


@dataclass(frozen=True)
class Sent:
    """A message of ours in the conversation with `to`."""

    id: str
    to: str
    revision: int


async def tell_host(client: AuthorizedClient, report: Report, target: Target, previous: Receipt | None) -> Receipt:
    """Send the message, or bring the one that stands there up to date; an older revision changes nothing.

    Raises the connector's errors; `RequestRejected` with the code `owner_unknown` when there is nobody to write to.
    """
    if target.facts.get("to", OWNER) != OWNER:
        raise RequestRejected("results can be sent to the meeting's host only", code="unknown_target")
    if "@" not in report.host_email:
        raise RequestRejected("the address of the meeting's host is not known", code="owner_unknown")
    standing = _from_receipt(previous, report.host_email) or await _find(client, report)
    if standing is None:
        return _receipt(await _send(client, report), report)
    if standing.revision >= report.revision:
        return _receipt(standing, report)
    return _receipt(await _update(client, standing, report), report)


async def _send(client: AuthorizedClient, report: Report) -> Sent:
    content = {"message": message_of(report), "to_contact": report.host_email}
    try:
        answer = body_of(await client.request("POST", _MESSAGES, json=content))
    except RequestRejected as error:
        raise _explained(error, report.host_email) from error
    return Sent(str(answer.get("id") or ""), report.host_email, report.revision)


async def _update(client: AuthorizedClient, standing: Sent, report: Report) -> Sent:
    """The message with the new content; another one where somebody deleted it, or it may not be changed any more."""
    content = {"message": message_of(report), "to_contact": standing.to}
    try:
        await client.request("PUT", f"{_MESSAGES}/{quote(standing.id, safe='')}", json=content)
    except RequestRejected as error:
        if error.code == _NOT_GRANTED:
            raise _explained(error, standing.to) from error
        return await _send(client, report)
    return Sent(standing.id, standing.to, report.revision)


async def _find(client: AuthorizedClient, report: Report) -> Sent | None:
    """Our newest message about the meeting; None also where the account does not let us look."""
    try:
        found = [
            Sent(str(row.get("id") or ""), report.host_email, revision_in(text))
            async for row in _conversation(client, report)
            if tells_of(text := str(row.get("message") or ""), report)
        ]
    except RequestRejected as error:
        if error.code != _NOT_GRANTED:
            raise _explained(error, report.host_email) from error
        return None
    return max(found, key=lambda sent: sent.revision, default=None)


async def _conversation(client: AuthorizedClient, report: Report) -> AsyncIterator[Mapping[str, Any]]:
    """What was written to the host since the meeting, as far back as is worth looking."""
    now = their_now(await client.request("GET", "users/me")) or report.completed_at + _WITHOUT_A_CLOCK
    begin = (report.started_at or report.completed_at) - _CLOCK_SKEW
    query = {
        "to_contact": report.host_email,
        "from": _zulu(begin),
        "to": _zulu(now + _CLOCK_SKEW),
        "page_size": _PAGE_SIZE,
    }
    for _ in range(_PAGES_SEARCHED):
        body = body_of(await client.request("GET", _MESSAGES, params=query))
        for row in dict_rows(body.get("messages")):
            yield row
        following = str(body.get("next_page_token") or "")
        if not following or following == query.get("next_page_token"):
            return
        query["next_page_token"] = following


def _from_receipt(receipt: Receipt | None, to: str) -> Sent | None:
    if receipt is None or receipt.ids.get("to") != to or not receipt.ids.get("message_id"):
        return None
    text = receipt.ids.get("revision", "")
    return Sent(receipt.ids["message_id"], to, int(text) if text.isdigit() else 0)


def _receipt(sent: Sent, report: Report) -> Receipt:
    ids = {"to": sent.to, "message_id": sent.id, "analysis_id": report.analysis_id, "revision": str(sent.revision)}
    return Receipt(summary=f"Chat message to {sent.to}.", ids=ids)


def _explained(error: RequestRejected, to: str) -> RequestRejected:
    if error.code == _NOT_GRANTED:
        words = (
            "Zoom was connected without the right to write chat messages: add the team_chat scopes, connect it again"
        )
        return RequestRejected(words, code="missing_scope", status=error.status)
    words = f"Zoom does not take messages to {to}: the host has to be a chat contact of the connected user"
    return RequestRejected(f"{words} ({error.message})", code="owner_unknown", status=error.status)


def _zulu(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
