"""Microsoft Teams as a source of recordings, and mail to the organiser as its way to tell results."""

from collections.abc import AsyncIterator, Mapping, MutableMapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

from connectors.base.connector import AuthorizedClient, ByteStream
from connectors.base.downloads import Download, range_headers
from connectors.base.errors import RequestRejected
from connectors.base.records import (
    Account,
    Hook,
    MeetingDetails,
    Receipt,
    RecordingFile,
    RecordingRef,
    Report,
    SourceEvent,
    Target,
    TargetOption,
)
from connectors.teams import subscriptions
from connectors.teams.describing import describe
from connectors.teams.graph import body
from connectors.teams.items import Item, item, rows
from connectors.teams.listing import listed_by_app, listed_by_person, their_now
from connectors.teams.mapping import complete_event, events_in
from connectors.teams.notifying import OWNER, mail_result

_OWNER_OPTION = TargetOption(OWNER, "The meeting's organiser, by mail", {"to": OWNER})


class TeamsConnector:
    """Implements `Completing`, `Subscriber` and `Notifier` of `connectors.base.connector`."""

    def __init__(self, client: AuthorizedClient) -> None:
        self._client = client

    async def check(self) -> Account:
        """The tenant, which routes notifications; for one person's meetings also who they are."""
        found = list(rows(body(await self._client.request("GET", "organization")).get("value")))
        if not found or not found[0].get("id"):
            raise RequestRejected("Microsoft did not say which organisation this is")
        tenant_id, name = str(found[0]["id"]), str(found[0].get("displayName") or "")
        if self._whole_tenant:
            return Account(tenant_id, name, {"tenant_id": tenant_id})
        me = body(await self._client.request("GET", "me"))
        address = str(me.get("mail") or me.get("userPrincipalName") or "")
        facts = {"tenant_id": tenant_id, "user_id": str(me.get("id") or ""), "email": address}
        return Account(tenant_id, f"{name} ({address})" if address else name, facts)

    @classmethod
    def parse(cls, body: Mapping[str, Any]) -> Sequence[SourceEvent]:
        """The events in a verified notification."""
        return events_in(body)

    async def complete(self, event: SourceEvent) -> SourceEvent | None:
        """The event of an item that a notification only named; None for one that has been deleted."""
        about = event.recording.facts if event.recording else {}
        named = Item(
            about["collection"], about["item_id"], about["online_meeting_id"], about["organizer_id"], "", None, None, ""
        )
        try:
            answer = await self._client.request("GET", named.path)
        except RequestRejected as error:
            if error.status == 404:
                return None
            raise
        return self._event(item(body(answer), named.collection))

    async def list_recordings(self, since: datetime, bookmarks: MutableMapping[str, str]) -> AsyncIterator[SourceEvent]:
        """Recordings and transcripts made since then, of everybody or of the connected person.

        Of everybody, only what was added since the last time; an item without any time is left out.
        """
        if self._whole_tenant:
            found = listed_by_app(self._client, since, bookmarks)
        else:
            now = their_now(await self._client.request("GET", "me"))
            found = listed_by_person(self._client, since, now)
        async for each in found:
            if each.ended_at or each.created_at:
                yield self._event(each)

    async def describe(self, recording: RecordingRef) -> MeetingDetails:
        """The meeting with the recording and the transcript of one session, and who was there."""
        return await describe(self._client, recording)

    def open(
        self,
        recording: RecordingRef,  # noqa: ARG002 a file's address says it all
        file: RecordingFile,
        offset: int,
    ) -> AbstractAsyncContextManager[ByteStream]:
        """A file's bytes from `offset` on."""
        return self._open(file.url, offset)

    async def keep_subscribed(self, hook: Hook, now: datetime, *, asked: bool) -> datetime | None:
        """Subscribe to recordings and transcripts, or renew; gives when the first subscription ends."""
        return await subscriptions.keep(self._client, self._wanted(hook), hook, now, asked=asked)

    async def unsubscribe(self, hook: Hook) -> None:
        """End our subscriptions to this address."""
        await subscriptions.end(self._client, hook, self._wanted(hook))

    async def targets(self) -> Sequence[TargetOption]:
        """Results go to whoever organised the meeting."""
        return [_OWNER_OPTION]

    async def notify(self, report: Report, target: Target, previous: Receipt | None) -> Receipt:
        """Mail the result to the meeting's organiser; each revision once."""
        return await mail_result(self._client, report, target, previous)

    @property
    def _whole_tenant(self) -> bool:
        """Whether the app acts on its own, for everybody."""
        return bool(self._client.account.get("tenant"))

    def _wanted(self, hook: Hook) -> subscriptions.Wanted:
        account = self._client.account
        user_id = "" if self._whole_tenant else account.get("user_id", "")
        return subscriptions.wanted(hook, account.get("tenant_id", ""), user_id)

    def _event(self, found: Item) -> SourceEvent:
        """All of an account's events carry its own tenant, by which they are routed."""
        tenant_id = self._client.account.get("tenant_id", "")
        return complete_event(replace(found, tenant_id=tenant_id or found.tenant_id), tenant_id)

    @asynccontextmanager
    async def _open(self, url: str, offset: int) -> AsyncIterator[Download]:
        async with self._client.stream(url, headers=range_headers(offset)) as answer:
            if answer.headers.get("content-type", "").startswith("text/html"):
                raise RequestRejected("Microsoft sent a web page in place of the recording")
            yield Download(answer)
