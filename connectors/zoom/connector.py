"""Zoom as a source of recordings, and its Team Chat as a way to tell results to the host."""

from collections.abc import AsyncIterator, Iterator, Mapping, MutableMapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import date, datetime, timedelta
from typing import Any

from connectors.base.connector import AuthorizedClient, ByteStream
from connectors.base.errors import RequestRejected
from connectors.base.records import (
    Account,
    FileKind,
    MeetingDetails,
    Receipt,
    RecordingFile,
    RecordingRef,
    Report,
    SourceEvent,
    Target,
    TargetOption,
)
from connectors.zoom.answers import body_of, their_now
from connectors.zoom.chat import OWNER, tell_host
from connectors.zoom.companion import companion_transcript
from connectors.zoom.downloads import open_download
from connectors.zoom.files import dict_rows, file_ids
from connectors.zoom.mapping import events_in, listed_events, meeting_details, meeting_path

_LONGEST_WINDOW = timedelta(days=30)
_PAGE_SIZE = "300"
_NO_RECORDING = {"3001", "3301"}
_OWNER_OPTION = TargetOption(OWNER, "The meeting's host, by Team Chat", {"to": OWNER})


class ZoomConnector:
    """Implements `Source` and `Notifier` of `connectors.base.connector`."""

    def __init__(self, client: AuthorizedClient) -> None:
        self._client = client

    async def check(self) -> Account:
        """The account that the connected user belongs to; its events carry the same id."""
        user = body_of(await self._client.request("GET", "users/me"))
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

    async def list_recordings(
        self,
        since: datetime,
        bookmarks: MutableMapping[str, str],  # noqa: ARG002 Zoom lists by date alone
    ) -> AsyncIterator[SourceEvent]:
        """Finished recordings of every host we may list, from that day on."""
        answer = await self._client.request("GET", "users/me")
        account_id, now = str(body_of(answer).get("account_id") or ""), their_now(answer)
        today = now.date() if now else None
        async for host in self._hosts():
            for begin, end in _windows(since.date(), today):
                query = {"from": begin.isoformat(), "to": end.isoformat()}
                async for meeting in self._pages(f"users/{host}/recordings", "meetings", query):
                    for event in _readable(meeting, account_id):
                        yield event

    async def describe(self, recording: RecordingRef) -> MeetingDetails:
        """The meeting with its files, and its participants as far as Zoom still tells them.

        Raises `RequestRejected` with the code `recording_missing` for a meeting that was not recorded.
        """
        path = meeting_path(recording.meeting_id)
        meeting = await self._recorded(path)
        try:
            people = [row async for row in self._pages(f"past_meetings/{path}/participants", "participants", {})]
        except RequestRejected:
            # gone after a year, or not granted: the recording is worth analysing without them
            people = []
        lacks_words = not file_ids(meeting.get("recording_files"), FileKind.TRANSCRIPT)
        companion = await companion_transcript(self._client, path) if lacks_words else None
        return meeting_details(meeting, people, companion)

    def open(
        self, recording: RecordingRef, file: RecordingFile, offset: int
    ) -> AbstractAsyncContextManager[ByteStream]:
        """A file's bytes from `offset` on."""
        return open_download(self._client, file.url, recording.secrets.get("download_token"), offset)

    async def targets(self) -> Sequence[TargetOption]:
        """Results go to whoever hosted the meeting."""
        return [_OWNER_OPTION]

    async def notify(self, report: Report, target: Target, previous: Receipt | None) -> Receipt:
        """Tell the meeting's host in Team Chat; one message per meeting, changed by later revisions."""
        return await tell_host(self._client, report, target, previous)

    async def _recorded(self, path: str) -> Mapping[str, Any]:
        try:
            return body_of(await self._client.request("GET", f"meetings/{path}/recordings"))
        except RequestRejected as error:
            if error.code not in _NO_RECORDING:
                raise
            words = "the meeting has no recording that could be analysed"
            raise RequestRejected(words, code="recording_missing", status=error.status) from error

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
            body = body_of(await self._client.request("GET", path, params=parameters))
            for row in dict_rows(body.get(name)):
                yield row
            following = str(body.get("next_page_token") or "")
            if not following or following == token:
                return
            token = following


def _readable(meeting: Mapping[str, Any], account_id: str) -> Sequence[SourceEvent]:
    """Nothing for an entry that does not tell its meeting or time: it keeps no others from being found."""
    try:
        return listed_events(meeting, account_id)
    except RequestRejected:
        return ()


def _windows(begin: date, today: date | None) -> Iterator[tuple[date, date]]:
    """Ranges of at most a month, which is what Zoom lists at once, up to and including today."""
    last = today or begin + _LONGEST_WINDOW
    while begin <= last:
        end = min(begin + _LONGEST_WINDOW, last)
        yield begin, end
        begin = end + timedelta(days=1)
