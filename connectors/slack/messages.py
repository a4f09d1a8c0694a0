"""Posts, finds and updates our messages.

`chat.postMessage` has no idempotency key. So each message carries the meeting's and the analysis's id as Slack
metadata, and before posting we look for our own message about the meeting: a process that died between Slack's
answer and our commit finds its message on the retry, and posts nothing.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, TypeVar

from connectors.base.errors import RequestRejected
from connectors.base.figures import figures
from connectors.base.records import Receipt, Report
from connectors.slack.api import Answer, SlackApi
from connectors.slack.message import VAD_NAMES, blocks_of, revision_text, text_of
from connectors.slack.picture import trend_png, trend_words

T = TypeVar("T")
EVENT_TYPE: Final = "echodepth_analysis"
_CLOCK_SKEW = timedelta(minutes=10)
_PAGE_SIZE = 200
_PAGES_SEARCHED = 5
_GONE = "message_not_found"
_BLOCKS_REFUSED = "invalid_blocks"
_TRIES_WITH_PICTURE = 3
_UNTIL_PROCESSED_S = 1.0
_SECOND = 2
_LOCKED = frozenset({"cant_update_message", "edit_window_closed"})


@dataclass(frozen=True)
class Posted:
    """A message of ours. `facts` is its metadata: ids, revision and the figures it shows."""

    channel: str
    ts: str
    facts: Mapping[str, str]

    @property
    def revision(self) -> int:
        """Which revision it shows; 0 when unknown."""
        text = self.facts.get("revision", "")
        return int(text) if text.isdigit() else 0


def facts_of(report: Report) -> dict[str, str]:
    """What a message says about itself, to find it again and to compare the next revision with."""
    values = figures(report)
    shown = {name: str(values[name]) for name in ("trust_score", *VAD_NAMES) if values[name] is not None}
    ids = {"analysis_id": report.analysis_id, "meeting_id": report.meeting_id, "revision": str(report.revision)}
    return {**ids, **shown}


def from_receipt(receipt: Receipt | None, channel: str) -> Posted | None:
    """The message of an earlier delivery, if it stands in this channel."""
    if receipt is None or receipt.ids.get("channel") != channel or not receipt.ids.get("ts"):
        return None
    facts = {name: value for name, value in receipt.ids.items() if name not in {"channel", "ts"}}
    return Posted(channel, receipt.ids["ts"], facts)


class Messages:
    """Our messages in one channel."""

    def __init__(self, api: SlackApi, channel: str) -> None:
        self._api = api
        self._channel = channel

    async def find(self, report: Report) -> Posted | None:
        """Our message about the report's meeting, looking back to the meeting's start."""
        oldest = (report.started_at or report.completed_at) - _CLOCK_SKEW
        search = {"oldest": f"{oldest.timestamp():.6f}"}
        return await self._inside(lambda: self._search("conversations.history", report.meeting_id, search))

    async def post(self, report: Report, thread: str | None = None) -> Posted:
        """A new message, in a thread when `thread` is its first message's timestamp."""
        place = {"thread_ts": thread, "reply_broadcast": True} if thread else {}
        answer = await self._show("chat.postMessage", report, {}, {**place, "unfurl_links": False})
        return Posted(self._channel, answer["ts"], facts_of(report))

    async def update(self, standing: Posted, report: Report) -> Posted:
        """The message with the report's content; a reply or a new message when it cannot be changed any more."""
        earlier = standing.facts if standing.revision < report.revision else {}
        try:
            await self._show("chat.update", report, earlier, {"ts": standing.ts})
        except RequestRejected as error:
            if error.code == _GONE:
                return await self.find(report) or await self.post(report)
            if error.code in _LOCKED:
                return await self._reply(standing, report)
            raise
        return Posted(self._channel, standing.ts, facts_of(report))

    async def tell_revision(self, shown: Posted, report: Report, earlier: Mapping[str, str]) -> None:
        """Say in the message's thread, once, that it shows a later revision: whoever follows it hears of that."""
        if report.revision < _SECOND or await self._replied(shown, report):
            return
        metadata = {"event_type": EVENT_TYPE, "event_payload": facts_of(report)}
        text = revision_text(report, earlier)
        place = {"channel": self._channel, "thread_ts": shown.ts}
        async with self._api.turn(self._channel):
            await self._api.call("chat.postMessage", text=text, metadata=metadata, unfurl_links=False, **place)

    async def _reply(self, standing: Posted, report: Report) -> Posted:
        return await self._replied(standing, report) or await self.post(report, thread=standing.ts)

    async def _replied(self, standing: Posted, report: Report) -> Posted | None:
        """Our reply about this very analysis, in the thread of a message."""
        search = {"ts": standing.ts}
        return await self._search(
            "conversations.replies", report.meeting_id, search, report.analysis_id, but=standing.ts
        )

    async def _show(self, method: str, report: Report, earlier: Mapping[str, str], place: Mapping[str, Any]) -> Answer:
        """Post or change the message, with the trend as a picture where Slack takes one."""
        picture = await self._picture(report)
        for _ in range(_TRIES_WITH_PICTURE if picture else 0):
            try:
                return await self._say(method, _content(report, earlier, picture), place)
            except RequestRejected as error:
                if error.code != _BLOCKS_REFUSED:
                    raise
            await asyncio.sleep(_UNTIL_PROCESSED_S)  # Slack does not show a picture that it is still looking at
        return await self._say(method, _content(report, earlier, None), place)

    async def _say(self, method: str, content: Mapping[str, Any], place: Mapping[str, Any]) -> Answer:
        async with self._api.turn(self._channel):
            return await self._inside(lambda: self._api.call(method, channel=self._channel, **content, **place))

    async def _picture(self, report: Report) -> str | None:
        """The id of the uploaded trend; None where there is nothing to draw or the app may not upload."""
        drawn = await asyncio.to_thread(trend_png, report)
        if drawn is None:
            return None
        try:
            return await self._api.upload(drawn, "trend.png", "Steadiness over the call", trend_words(report))
        except RequestRejected:
            return None

    async def _search(
        self, method: str, meeting_id: str, search: Mapping[str, Any], analysis_id: str | None = None, but: str = ""
    ) -> Posted | None:
        arguments = {"channel": self._channel, "limit": _PAGE_SIZE, "include_all_metadata": True, **search}
        async for page in self._api.pages(method, arguments, at_most=_PAGES_SEARCHED):
            for message in page.get("messages") or []:
                facts = _our_facts(message)
                about = facts.get("meeting_id") == meeting_id and analysis_id in {None, facts.get("analysis_id")}
                if about and message["ts"] != but:
                    return Posted(self._channel, str(message["ts"]), facts)
        return None

    async def _inside(self, call: Callable[[], Awaitable[T]]) -> T:
        """`call`, after joining the channel when Slack says that we are not in it."""
        try:
            return await call()
        except RequestRejected as error:
            if error.code != "not_in_channel":
                raise
        await self._api.call("conversations.join", channel=self._channel)
        return await call()


def _content(report: Report, earlier: Mapping[str, str], picture: str | None) -> dict[str, Any]:
    metadata = {"event_type": EVENT_TYPE, "event_payload": facts_of(report)}
    return {"text": text_of(report), "blocks": blocks_of(report, earlier, picture), "metadata": metadata}


def _our_facts(message: Mapping[str, Any]) -> Mapping[str, str]:
    metadata = message.get("metadata") or {}
    if metadata.get("event_type") != EVENT_TYPE:
        return {}
    return {name: str(value) for name, value in (metadata.get("event_payload") or {}).items()}
