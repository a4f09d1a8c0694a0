"""Zoom end to end against the simulator: connect in the browser's way, hear of a recording, describe and fetch it."""

import asyncio
import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from connectors.base.connector import Source
from connectors.base.errors import (
    AuthorizationLost,
    ProviderUnavailable,
    RateLimited,
    RequestRejected,
    SignatureInvalid,
)
from connectors.base.inbound import receive
from connectors.base.records import (
    EventKind,
    FileKind,
    InboundRequest,
    InboundResponse,
    MeetingDetails,
    RecordingFile,
    RecordingRef,
    SourceEvent,
)
from hub.connections.models import ConnectionState
from hub.connections.service.access import ConnectionKey
from hub.connections.service.disconnect import disconnect
from hub.runtime import Runtime
from tests.support.zoom_lab import HARD_UUID, MEDIA, SECRET, TRANSCRIPT, ZoomLab, connect, zoom_lab


@pytest.fixture
def lab(tmp_path: Path, runtime: Runtime) -> Iterator[ZoomLab]:
    with zoom_lab(tmp_path, runtime) as built:
        yield built


def test_connecting_through_the_providers_page_names_the_account(lab: ZoomLab) -> None:
    assert lab.connection.account_id == "demo-zoom-account"
    assert lab.connection.account_name == "Dana Reyes (dana.reyes@northwind.example)"
    assert lab.connection.expires_at is not None


def test_connecting_the_same_account_again_renews_the_same_row(lab: ZoomLab) -> None:
    again = asyncio.run(connect(lab.runtime, lab.connection.organisation_id))

    assert again.id == lab.connection.id
    assert again.token_version == lab.connection.token_version + 1


def test_the_listing_gives_the_keys_that_the_webhooks_gave(lab: ZoomLab) -> None:
    lab.play()
    lab.order("zoom/meetings", {"video": "call.mp4", "duration_s": 5})
    announced = [_received(lab, name) for name in ("recording.completed", "recording.transcript_completed")]

    listed = asyncio.run(_listed(lab))

    keys = {event.key for event in listed if event.recording and event.recording.meeting_id == HARD_UUID}
    assert keys == {event.key for event in announced}
    assert {event.account_id for event in listed} == {"demo-zoom-account"}


def test_a_validation_request_is_answered_only_when_it_is_signed(lab: ZoomLab) -> None:
    body = b'{"event": "endpoint.url_validation", "payload": {"plainToken": "abc"}}'
    now = datetime.now(UTC)

    answer = receive("zoom", _sign(body, now), SECRET, now)

    assert isinstance(answer, InboundResponse)
    assert answer.status == 200
    unsigned = replace(_sign(body, now), headers={"x-zm-request-timestamp": str(int(now.timestamp()))})
    with pytest.raises(SignatureInvalid):
        receive("zoom", unsigned, SECRET, now)


def test_a_meeting_is_described_with_people_and_files_best_first(lab: ZoomLab) -> None:
    lab.play(audio="call.mp4")

    details = asyncio.run(_describe(lab, HARD_UUID))

    assert details.external_id == HARD_UUID
    assert details.duration_s == 90
    assert [file.kind for file in details.files] == [FileKind.VIDEO, FileKind.AUDIO, FileKind.TRANSCRIPT]
    host, guest = details.attendees
    assert (host.email, host.host, host.internal) == ("dana.reyes@northwind.example", True, True)
    assert (guest.name, guest.email, guest.internal) == ("Sam (Pellworm) | guest", "", False)
    assert guest.attended_s == pytest.approx(70, abs=1)


def test_a_recording_without_a_transcript_gets_ai_companions(lab: ZoomLab) -> None:
    lab.play(transcript=None, companion_transcript="call.vtt", companion_delay_s=0)

    details = asyncio.run(_described_with(lab, FileKind.TRANSCRIPT))

    [words] = [file for file in details.files if file.kind is FileKind.TRANSCRIPT]
    assert (words.layout, words.extension) == ("ai_companion", "vtt")
    assert asyncio.run(_bytes_of(lab, words)) == TRANSCRIPT.encode()


def test_a_recordings_own_transcript_goes_before_ai_companions(lab: ZoomLab) -> None:
    lab.play(companion_transcript="call.vtt", companion_delay_s=0)

    details = asyncio.run(_described_with(lab, FileKind.TRANSCRIPT))

    assert [file.layout for file in details.files if file.kind is FileKind.TRANSCRIPT] == ["audio_transcript"]


def test_a_transcript_that_is_not_ready_is_left_for_its_event(lab: ZoomLab) -> None:
    lab.play(transcript=None, companion_transcript="call.vtt", companion_delay_s=60)

    details = asyncio.run(_describe(lab, HARD_UUID))

    assert [file.kind for file in details.files] == [FileKind.VIDEO]


def test_a_meeting_that_was_not_recorded_says_so(lab: ZoomLab) -> None:
    lab.play(video=None, transcript=None, companion_transcript="call.vtt", companion_delay_s=0)

    with pytest.raises(RequestRejected) as raised:
        asyncio.run(_describe(lab, HARD_UUID))

    assert raised.value.code == "recording_missing"


def test_a_file_comes_whole_and_resumed_without_the_token_on_the_other_host(lab: ZoomLab) -> None:
    lab.play()

    whole, resumed, offset = asyncio.run(_fetch_twice(lab))

    assert hashlib.sha256(whole).digest() == hashlib.sha256(MEDIA).digest()
    assert (offset, resumed) == (1000, MEDIA[1000:])
    assert lab.order("state/zoom", None, "GET")["leaked_tokens"] == 0


def test_an_expired_download_token_gives_way_to_the_accounts_own(lab: ZoomLab) -> None:
    lab.play()

    content = asyncio.run(_fetch(lab, RecordingRef(HARD_UUID, secrets={"download_token": "long-expired"})))

    assert content == MEDIA
    assert lab.state().state is ConnectionState.ACTIVE


def test_a_download_that_is_cut_is_worth_another_try(lab: ZoomLab) -> None:
    lab.play()
    lab.order("faults", [{"provider": "zoom", "kind": "cut", "path": "/zoom-files/", "after_bytes": 5000}])

    with pytest.raises(ProviderUnavailable):
        asyncio.run(_fetch(lab, RecordingRef(HARD_UUID)))

    assert asyncio.run(_fetch(lab, RecordingRef(HARD_UUID))) == MEDIA


def test_a_daily_limit_says_when_to_come_back(lab: ZoomLab) -> None:
    lab.order("faults", [{"provider": "zoom", "kind": "429_retry_after", "path": "/users/me", "seconds": 120}])

    with pytest.raises(RateLimited) as raised:
        asyncio.run(_check(lab))

    assert raised.value.retry_after == pytest.approx(120, abs=5)


def test_a_limit_per_second_leaves_the_waiting_to_us(lab: ZoomLab) -> None:
    lab.order("faults", [{"provider": "zoom", "kind": "429", "path": "/users/me"}])

    with pytest.raises(RateLimited) as raised:
        asyncio.run(_check(lab))

    assert raised.value.retry_after is None


def test_an_access_token_that_ended_is_renewed_unseen(lab: ZoomLab) -> None:
    later = replace(lab.runtime, clock=lambda: datetime.now(UTC) + timedelta(hours=2))

    asyncio.run(_check(replace(lab, runtime=later)))

    assert lab.state().token_version == 2


def test_an_app_removed_at_zoom_asks_for_a_reconnect(lab: ZoomLab) -> None:
    lab.order("revoke/zoom", None)

    with pytest.raises(AuthorizationLost):
        asyncio.run(_check(lab))

    assert lab.state().state is ConnectionState.RECONNECT
    assert "Zoom no longer accepts our access" in lab.state().state_reason


def test_disconnecting_kills_the_access_at_zoom(lab: ZoomLab) -> None:
    key = ConnectionKey(lab.connection.organisation_id, lab.connection.id)

    told = asyncio.run(disconnect(lab.runtime, key, "usr_test"))

    assert told
    with pytest.raises(AuthorizationLost, match="disconnected"):
        asyncio.run(_check(lab))


def _received(lab: ZoomLab, name: str) -> SourceEvent:
    """The event as the webhook would have brought it: made and signed by the simulator's own words."""
    kind = "TRANSCRIPT" if "transcript" in name else "MP4"
    meeting = next(each for each in lab.order("state/zoom", None, "GET")["meetings"] if each["uuid"] == HARD_UUID)
    files = [
        {**file, "download_url": "https://zoom.us/rec/x"} for file in meeting["files"] if file["file_type"] == kind
    ]
    shown = {"uuid": HARD_UUID, "start_time": meeting["start_time"], "recording_files": files}
    body = {"event": name, "event_ts": 1795082400000, "payload": {"account_id": "demo-zoom-account", "object": shown}}
    now = datetime.now(UTC)
    events = receive("zoom", _sign(httpx.Request("POST", "http://x", json=body).content, now), SECRET, now)
    assert not isinstance(events, InboundResponse)
    [event] = events
    assert event.kind in {EventKind.RECORDING_COMPLETED, EventKind.TRANSCRIPT_COMPLETED}
    return event


def _sign(body: bytes, now: datetime) -> InboundRequest:
    timestamp = str(int(now.timestamp()))
    digest = hmac.digest(SECRET.encode(), b"v0:" + timestamp.encode() + b":" + body, "sha256").hex()
    headers = {"x-zm-request-timestamp": timestamp, "x-zm-signature": f"v0={digest}"}
    return InboundRequest("POST", "https://hub.example/hooks/zoom", headers, body)


async def _listed(lab: ZoomLab) -> list[SourceEvent]:
    async with lab.source() as source:
        return [event async for event in source.list_recordings(datetime.now(UTC) - timedelta(days=45), {})]


async def _check(lab: ZoomLab) -> None:
    async with lab.source() as source:
        await source.check()


async def _describe(lab: ZoomLab, uuid: str) -> MeetingDetails:
    async with lab.source() as source:
        details: MeetingDetails = await source.describe(RecordingRef(uuid))
        return details


async def _described_with(lab: ZoomLab, kind: FileKind) -> MeetingDetails:
    """The meeting, once it has a file of this kind: the simulator finishes its transcripts a moment later."""
    for _ in range(50):
        details = await _describe(lab, HARD_UUID)
        if any(file.kind is kind for file in details.files):
            return details
        await asyncio.sleep(0.1)
    raise AssertionError(f"there is no {kind}")


async def _bytes_of(lab: ZoomLab, file: RecordingFile) -> bytes:
    async with lab.source() as source, source.open(RecordingRef(HARD_UUID), file, 0) as stream:
        return b"".join([chunk async for chunk in stream])


async def _fetch(lab: ZoomLab, recording: RecordingRef) -> bytes:
    async with lab.source() as source:
        return await _read(source, recording, 0)


async def _fetch_twice(lab: ZoomLab) -> tuple[bytes, bytes, int]:
    async with lab.source() as source:
        whole = await _read(source, RecordingRef(HARD_UUID), 0)
        video = (await source.describe(RecordingRef(HARD_UUID))).files[0]
        async with source.open(RecordingRef(HARD_UUID), video, 1000) as stream:
            return whole, b"".join([chunk async for chunk in stream]), stream.offset


async def _read(source: Source, recording: RecordingRef, offset: int) -> bytes:
    video = (await source.describe(recording)).files[0]
    async with source.open(recording, video, offset) as stream:
        return b"".join([chunk async for chunk in stream])
