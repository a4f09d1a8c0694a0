"""Zoom as a source of recordings."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import date, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from connectors.base.connector import AuthorizedClient, ByteStream
from connectors.base.errors import ProviderUnavailable, RequestRejected
from connectors.base.records import Account, MeetingDetails, RecordingFile, RecordingRef, SourceEvent
from connectors.zoom.downloads import open_download
from connectors.zoom.files import dict_rows
from connectors.zoom.mapping import events_in, listed_events, meeting_details, meeting_path

_LONGEST_WINDOW = timedelta(days=30)
_PAGE_SIZE = "300"


class ZoomConnector:
    """Implements `connectors.base.connector.Source`."""

    def __init__(self, client: AuthorizedClient) -> None:
        self._client = client

    async def check(self) -> Account:
        """The account that the connected user belongs to; its events carry the same id."""
        user = _body(await self._client.request("GET", "users/me"))
        account_id, email = str(user.get("account_id") or ""), str(user.get("email") or "")
        if not account_id:
            raise RequestRejected("Zoom did not say which account this is")
        name = str(user.get("display_name") or email)
        facts = {"account_id": account_id, "user_id": str(user.get("id") or "")}
        return Account(account_id, f"{name} ({email})" if email and name != email else name, facts)

    @classmethod
    def parse(cls, body: Mapping[str, Any]) -> Sequence[SourceEvent]:
        """The events in a verified webhook body."""
        return events_in(body)

    async def list_recordings(self, since: datetime) -> AsyncIterator[SourceEvent]:
        """Finished recordings of every host we may list, from that day on."""
        answer = await self._client.request("GET", "users/me")
        account_id = str(_body(answer).get("account_id") or "")
        async for host in self._hosts():
            for begin, end in _windows(since.date(), _their_today(answer)):
                query = {"from": begin.isoformat(), "to": end.isoformat()}
                async for meeting in self._pages(f"users/{host}/recordings", "meetings", query):
                    for event in listed_events(meeting, account_id):
                        yield event

    async def describe(self, recording: RecordingRef) -> MeetingDetails:
        """The meeting with its files, and its participants as far as Zoom still tells them."""
        path = meeting_path(recording.meeting_id)
        meeting = _body(await self._client.request("GET", f"meetings/{path}/recordings"))
        try:
            people = [row async for row in self._pages(f"past_meetings/{path}/participants", "participants", {})]
        except RequestRejected:
            # gone after a year, or not granted: the recording is worth analysing without them
            people = []
        return meeting_details(meeting, people)

    def open(
        self, recording: RecordingRef, file: RecordingFile, offset: int
    ) -> AbstractAsyncContextManager[ByteStream]:
        """A file's bytes from `offset` on."""
        return open_download(self._client, file.url, recording.secrets.get("download_token"), offset)

    async def _hosts(self) -> AsyncIterator[str]:
        """Everybody in the account when an admin authorised us for all, else only the connected user."""
        try:
            users = [row async for row in self._pages("users", "users", {"status": "active"})]
        except RequestRejected:
            users = []
        for user_id in [str(user["id"]) for user in users if user.get("id")] or ["me"]:
            yield user_id

    async def _pages(self, path: str, name: str, query: Mapping[str, str]) -> AsyncIterator[Mapping[str, Any]]:
        token = ""
        while True:
            parameters = {**query, "page_size": _PAGE_SIZE, **({"next_page_token": token} if token else {})}
            body = _body(await self._client.request("GET", path, params=parameters))
            for row in dict_rows(body.get(name)):
                yield row
            following = str(body.get("next_page_token") or "")
            if not following or following == token:
                return
            token = following


def _body(answer: httpx.Response) -> Mapping[str, Any]:
    try:
        body = answer.json()
    except ValueError as error:
        raise ProviderUnavailable("Zoom sent something that is not JSON", status=answer.status_code) from error
    if not isinstance(body, dict):
        raise ProviderUnavailable("Zoom sent JSON of another shape", status=answer.status_code)
    return body


def _windows(begin: date, today: date | None) -> Iterator[tuple[date, date]]:
    """Ranges of at most a month, which is what Zoom lists at once, up to and including today."""
    last = today or begin + _LONGEST_WINDOW
    while begin <= last:
        end = min(begin + _LONGEST_WINDOW, last)
        yield begin, end
        begin = end + timedelta(days=1)


def _their_today(answer: httpx.Response) -> date | None:
    """The day by Zoom's own clock."""
    try:
        return parsedate_to_datetime(answer.headers.get("date", "")).date()
    except ValueError:
        return None
