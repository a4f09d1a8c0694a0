"""Recordings and transcripts that exist, whether or not a notification told of them.

For the whole organisation: each user's export lists, of which `/delta` also gives what was added late, and next time
only that. For one person these lists are closed, so their calendar leads to the meetings and those to their files.
"""

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, MutableMapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from connectors.base.connector import AuthorizedClient
from connectors.base.errors import RequestRejected
from connectors.teams.graph import delta, pages
from connectors.teams.items import RECORDINGS, TRANSCRIPTS, Item, item, meeting_path

_LISTS = {RECORDINGS: "getAllRecordings", TRANSCRIPTS: "getAllTranscripts"}
_NOT_OURS = {403, 404}
_EXPIRED = 410
_PAGE_SIZE = "100"
_BEFORE_THE_CALL = timedelta(days=1)
_AHEAD = timedelta(days=30)


async def listed_by_app(
    client: AuthorizedClient, since: datetime, bookmarks: MutableMapping[str, str]
) -> AsyncIterator[Item]:
    """Everything recorded since then by users that the app may act for, from each list's bookmark on."""
    query = {"$select": "id", "$filter": "accountEnabled eq true", "$top": _PAGE_SIZE}
    async for user in pages(client, "users", query):
        async for found in _of_user(client, str(user["id"]), since, bookmarks):
            yield found


async def listed_by_person(client: AuthorizedClient, since: datetime, now: datetime) -> AsyncIterator[Item]:
    """Everything recorded since then in meetings that the connected person organised."""
    seen: set[str] = set()
    async for event in _organised(client, since - _BEFORE_THE_CALL, now):
        url = str((event.get("onlineMeeting") or {}).get("joinUrl") or "")
        if not url or url in seen:
            continue
        seen.add(url)
        async for found in _of_join_url(client, url):
            if found.created_at is None or found.created_at >= since:
                yield found


async def files_of(client: AuthorizedClient, organizer_id: str, meeting_id: str) -> list[Item]:
    """All recordings and transcripts of a meeting, of all its occurrences."""
    place = meeting_path(organizer_id, meeting_id)
    found: list[Item] = []
    for collection in (RECORDINGS, TRANSCRIPTS):
        found += [item(row, collection) async for row in pages(client, f"{place}/{collection}", {})]
    return found


def their_now(answer: httpx.Response) -> datetime:
    """The present by Microsoft's clock; far ahead when the answer does not tell."""
    try:
        return parsedate_to_datetime(answer.headers.get("date", "")).astimezone(UTC)
    except ValueError:
        return datetime.max.replace(tzinfo=UTC) - _AHEAD


async def _of_user(
    client: AuthorizedClient, user_id: str, since: datetime, bookmarks: MutableMapping[str, str]
) -> AsyncIterator[Item]:
    start = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    for collection, function in _LISTS.items():
        arguments = f"meetingOrganizerUserId='{user_id}',startDateTime={start}"
        path = f"users/{user_id}/onlineMeetings/{function}({arguments})/delta"
        name = f"{user_id}/{collection}"
        try:
            rows, link = await _added(client, bookmarks.get(name, ""), path)
        except RequestRejected as error:
            if error.status not in _NOT_OURS:
                raise
            # the tenant's access policy leaves this user out, or they have no licence for meetings
            return
        for found in _readable(rows, collection):
            yield found
        bookmarks[name] = link


async def _added(client: AuthorizedClient, bookmark: str, path: str) -> tuple[list[Mapping[str, Any]], str]:
    """What came after the bookmark; the whole list where there is none, or Graph does not know it any more."""
    if bookmark:
        try:
            return await delta(client, bookmark)
        except RequestRejected as error:
            if error.status != _EXPIRED:
                raise
    return await delta(client, path)


def _readable(rows: Iterable[Mapping[str, Any]], collection: str) -> Iterator[Item]:
    """Without those that do not tell what they are of: they keep no others from being found."""
    for row in rows:
        with suppress(RequestRejected):
            yield item(row, collection)


async def _organised(client: AuthorizedClient, begin: datetime, end: datetime) -> AsyncIterator[Mapping[str, Any]]:
    query = {
        "startDateTime": begin.astimezone(UTC).isoformat(),
        "endDateTime": end.astimezone(UTC).isoformat(),
        "$select": "onlineMeeting,isOrganizer,isOnlineMeeting",
        "$top": _PAGE_SIZE,
    }
    async for event in pages(client, "me/calendarView", query):
        if event.get("isOrganizer"):
            yield event


async def _of_join_url(client: AuthorizedClient, url: str) -> AsyncIterator[Item]:
    quoted = url.replace("'", "''")
    meetings = [row async for row in pages(client, "me/onlineMeetings", {"$filter": f"JoinWebUrl eq '{quoted}'"})]
    user_id = client.account.get("user_id", "")
    for meeting in meetings:
        for found in await files_of(client, user_id, str(meeting["id"])):
            yield found
