"""Reconciliation: every host, every month since, every page."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from connectors.base.errors import RateLimited, RequestRejected
from connectors.base.records import RecordingRef
from connectors.zoom.connector import ZoomConnector


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class FakeZoom:
    """An authorised client with an account of two hosts; each has one recording per page, and two pages."""

    account: Mapping[str, str] = {}
    hosts: Mapping[str, str] = {"api": "https://api.zoom.us/v2"}

    def __init__(self, *, may_list_users: bool = True, participants: Exception | None = None) -> None:
        self.calls: list[tuple[str, dict[str, str]]] = []
        self._may_list_users = may_list_users
        self._participants = participants

    async def request(self, method: str, url: str, **options: Any) -> httpx.Response:
        query = dict(options.get("params") or {})
        self.calls.append((url, query))
        headers = {"Date": "Fri, 20 Nov 2026 12:00:00 GMT"}
        return httpx.Response(200, json=self._body(url, query), headers=headers)

    def _body(self, url: str, query: dict[str, str]) -> dict[str, Any]:
        if url == "users/me":
            return {"id": "u1", "account_id": "acc"}
        if url == "users":
            if not self._may_list_users:
                raise RequestRejected("does not contain scopes", code="4711", status=400)
            return {"users": [{"id": "u1"}, {"id": "u2"}], "next_page_token": ""}
        if url.endswith("/participants"):
            if self._participants is not None:
                raise self._participants
            return {"participants": [{"name": "Guest", "duration": 5}]}
        if url.startswith("meetings/"):
            return {"uuid": "x", "topic": "Call", "recording_files": []}
        page = query.get("next_page_token", "1")
        found = _meeting(url, query["from"], page)
        return {"meetings": [{**found, "uuid": ""}, found], "next_page_token": "2" if page == "1" else ""}

    async def take_turn(self, policy: str, calls: int, *, limit: int, period_s: int) -> None:
        raise NotImplementedError

    async def access_token(self, *, force_refresh: bool = False) -> str:
        raise NotImplementedError

    def stream(
        self, url: str, *, headers: Mapping[str, str] | None = None, token: str | None = None
    ) -> AbstractAsyncContextManager[httpx.Response]:
        raise NotImplementedError


@pytest.mark.anyio
async def test_every_host_month_and_page_is_listed() -> None:
    zoom = FakeZoom()

    events = [event async for event in ZoomConnector(zoom).list_recordings(datetime(2026, 10, 1, 8, tzinfo=UTC), {})]

    windows = {(query["from"], query["to"]) for url, query in zoom.calls if url.endswith("/recordings")}
    assert windows == {("2026-10-01", "2026-10-31"), ("2026-11-01", "2026-11-20")}
    assert len(events) == len({event.key for event in events}) == 2 * 2 * 2
    assert {event.account_id for event in events} == {"acc"}


@pytest.mark.anyio
async def test_without_leave_to_list_hosts_only_the_connected_one_is_read() -> None:
    zoom = FakeZoom(may_list_users=False)

    events = [event async for event in ZoomConnector(zoom).list_recordings(datetime(2026, 11, 20, tzinfo=UTC), {})]

    assert {url for url, _ in zoom.calls} == {"users/me", "users", "users/me/recordings"}
    assert len(events) == 2


@pytest.mark.anyio
async def test_participants_that_zoom_no_longer_tells_do_not_stop_the_analysis() -> None:
    gone = RequestRejected("Meeting does not exist", code="3001", status=404)

    details = await ZoomConnector(FakeZoom(participants=gone)).describe(RecordingRef("x"))

    assert (details.title, details.attendees) == ("Call", ())


@pytest.mark.anyio
async def test_participants_that_only_have_to_wait_are_waited_for() -> None:
    with pytest.raises(RateLimited):
        await ZoomConnector(FakeZoom(participants=RateLimited("slow"))).describe(RecordingRef("x"))


def _meeting(url: str, begin: str, page: str) -> dict[str, Any]:
    file = {"id": "f1", "file_type": "MP4", "download_url": "https://zoom.us/rec/1", "status": "completed"}
    return {"uuid": f"{url}/{begin}/{page}", "start_time": f"{begin}T09:00:00Z", "recording_files": [file]}
