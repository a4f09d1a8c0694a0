"""Streams of the Python client: frames in, updates and alerts back, lost connections, ends."""

import asyncio
import threading
from collections.abc import Iterator

import cv2
import numpy as np
import pytest
from echodepth import ApiError, AsyncEchoDepth, EchoDepth, NoFaceDetected, RetryPolicy, StreamClosed, errors

from tests.sdk.conftest import Media
from tests.sdk.serving import Served
from tests.support.proxy import Fault, Proxy

QUICK = RetryPolicy(first_s=0.05, longest_s=0.2)
WITHIN_S = 60


@pytest.fixture
def client(hub: Served, proxy: Proxy) -> Iterator[EchoDepth]:
    with EchoDepth(hub.key(), base_url=proxy.url, retries=QUICK) as made:
        yield made


@pytest.fixture(scope="module")
def frame(media: Media) -> bytes:
    return media.frame.read_bytes()


@pytest.fixture(scope="module")
def faceless() -> bytes:
    encoded: bytes = cv2.imencode(".png", np.full((240, 320, 3), 127, np.uint8))[1].tobytes()
    return encoded


def test_frames_are_answered_with_alerts_as_they_begin(client: EchoDepth, frame: bytes) -> None:
    session = client.sessions.create(alert_thresholds={"arousal_high": 0.0})

    with client.sessions.stream(session.id) as stream:
        stream.send_frame(frame, timestamp_ms=1_000, detail=True)
        first = stream.receive(WITHIN_S)
        stream.send_frame(frame, timestamp_ms=2_000)
        second = stream.receive(WITHIN_S)

    assert (first.session_id, first.timestamp_ms, first.dropped) == (session.id, 1_000, 0)
    assert first.aus
    assert first.alert is not None
    assert (first.alert.type, first.alert.threshold) == ("arousal_high", 0.0)
    assert second.alert_triggered
    assert second.alert is None
    assert second.vad.delta_from_baseline is not None


def test_a_lost_connection_is_made_again_and_the_waiting_frame_sent_again(
    client: EchoDepth, proxy: Proxy, frame: bytes
) -> None:
    session = client.sessions.create()

    with client.sessions.stream(session.id) as stream:
        stream.send_frame(frame, timestamp_ms=1_000)
        stream.receive(WITHIN_S)
        proxy.faults += [Fault("/stream"), Fault("/stream")]  # nor do the first two tries to come back succeed
        proxy.cut()
        stream.send_frame(frame, timestamp_ms=2_000)
        update = stream.receive(WITHIN_S)

    assert update.timestamp_ms == 2_000
    assert proxy.faults == []
    assert client.sessions.get(session.id).frame_count >= 2


def test_closing_ends_the_tries_to_come_back(client: EchoDepth, proxy: Proxy, frame: bytes) -> None:
    session = client.sessions.create()
    stream = client.sessions.stream(session.id)

    with stream:
        proxy.faults += [Fault("/stream")] * 100
        proxy.cut()
        threading.Timer(0.3, stream.close).start()
        with pytest.raises(StreamClosed, match="closed"):
            stream.receive(WITHIN_S)

    assert 0 < len(proxy.faults) < 100


def test_iterating_ends_when_the_session_ends(client: EchoDepth, frame: bytes) -> None:
    session = client.sessions.create()
    seen = []

    with client.sessions.stream(session.id) as stream:
        stream.send_frame(frame)
        for update in stream:
            seen.append(update.frame_id)
            if len(seen) == 2:
                client.sessions.end(session.id)
            stream.send_frame(frame)

        with pytest.raises(StreamClosed) as closed:
            stream.send_frame(frame)

    assert len(seen) == 2
    assert closed.value.session_ended or "closed" in str(closed.value)


def test_a_frame_without_a_face_raises_and_the_stream_goes_on(client: EchoDepth, frame: bytes, faceless: bytes) -> None:
    session = client.sessions.create()

    with client.sessions.stream(session.id) as stream:
        stream.send_frame(faceless)
        with pytest.raises(NoFaceDetected) as problem:
            stream.receive(WITHIN_S)
        stream.send_frame(frame)

        assert stream.receive(WITHIN_S).faces
    assert problem.value.status == 422


def test_problems_can_be_handed_over_instead(client: EchoDepth, frame: bytes, faceless: bytes) -> None:
    session = client.sessions.create()
    problems: list[ApiError] = []

    with client.sessions.stream(session.id, on_problem=problems.append) as stream:
        stream.send_frame(faceless)
        threading.Timer(0.5, stream.send_frame, [frame]).start()
        update = next(iter(stream))

    assert update.faces
    assert [problem.code for problem in problems] == ["no_face_detected"]


@pytest.mark.parametrize(("session", "expected"), [("ses_unknown", errors.NotFound)])
def test_a_refused_stream_says_why(client: EchoDepth, session: str, expected: type[ApiError]) -> None:
    with pytest.raises(expected) as refused, client.sessions.stream(session):
        pass

    assert refused.value.request_id


def test_a_session_that_has_ended_cannot_be_streamed(client: EchoDepth) -> None:
    session = client.sessions.create()
    client.sessions.end(session.id)

    with pytest.raises(StreamClosed) as closed, client.sessions.stream(session.id):
        pass

    assert closed.value.session_ended


def test_a_wrong_key_opens_no_stream(hub: Served, client: EchoDepth) -> None:
    session = client.sessions.create()

    wrong = EchoDepth("ed_live_sk_wrong", base_url=hub.url)
    with wrong, pytest.raises(errors.Unauthorized), wrong.sessions.stream(session.id):
        pass


def test_a_plan_limits_the_frames_of_a_stream(hub: Served, frame: bytes) -> None:
    with EchoDepth(hub.key(limits={"frames_per_second": 0}), base_url=hub.url) as limited:
        session = limited.sessions.create()
        with limited.sessions.stream(session.id) as stream:
            stream.send_frame(frame)
            with pytest.raises(errors.RateLimited) as refused:
                stream.receive(WITHIN_S)

    assert refused.value.status == 429
    assert refused.value.retry_after is None or refused.value.retry_after > 0


def test_what_is_no_picture_is_not_sent(client: EchoDepth) -> None:
    session = client.sessions.create()

    with client.sessions.stream(session.id) as stream, pytest.raises(ValueError, match="JPEG"):
        stream.send_frame(b"GIF89a")


def test_the_stream_for_asyncio_does_the_same(hub: Served, proxy: Proxy, frame: bytes) -> None:
    async def everything() -> list[int]:
        seen = []
        async with AsyncEchoDepth(hub.key(), base_url=proxy.url, retries=QUICK) as client:
            session = await client.sessions.create()
            async with client.sessions.stream(session.id) as stream:
                await stream.send_frame(frame, timestamp_ms=1)
                async for update in stream:
                    seen.append(update.timestamp_ms)
                    if len(seen) == 3:
                        await client.sessions.end(session.id)
                    if len(seen) == 2:
                        proxy.cut()
                    await stream.send_frame(frame, timestamp_ms=len(seen) + 1)
        return seen

    assert asyncio.run(everything()) == [1, 2, 3]
