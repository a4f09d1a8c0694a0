"""Sound over a WebSocket: PCM and Opus, answered every second."""

import asyncio
import json
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import av
import numpy as np
import pytest
from sqlmodel import select
from starlette.websockets import WebSocketDisconnect

from hub import runtime as runtimes
from hub.accounts.api_access import identify
from hub.deliveries.models import Message
from hub.errors import RateLimited
from hub.openapi_sockets import WEB_SOCKETS
from hub.runtime import Runtime
from hub.sessions.models import LiveSession
from hub.sessions.schemas import SessionRequest
from hub.sessions.service.opening import end_session, expire_sessions, open_session
from hub.sessions.service.sounds import keep_sound
from hub.settings import Settings
from tests.support.api import Api, a_key, working_api
from tests.support.short_recording import RECORDINGS
from tests.support.stores import ready_runtime
from tests.support.waiting import until


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Runtime, Api]]:
    built = ready_runtime(Settings(data_dir=tmp_path_factory.mktemp("hub")))
    runtimes.install(built)
    with working_api(built, plan="professional") as api:
        yield built, api
    built.database.close()


def samples(seconds: float, rate: int = 16_000) -> Any:
    """The beginning of the recording, 16-bit mono."""
    resampler = av.AudioResampler(format="s16", layout="mono", rate=rate)
    parts: list[Any] = []
    with av.open(str(RECORDINGS / "renewal_call.mp4")) as container:
        for frame in container.decode(audio=0):
            parts += [piece.to_ndarray()[0] for piece in resampler.resample(frame)]
            if sum(map(len, parts)) > rate * seconds:
                break
    return np.concatenate(parts)[: int(rate * seconds)]


def packets(seconds: float) -> Iterator[bytes]:
    """The same as Opus packets of 20 ms."""
    encoder: Any = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = 48_000, "mono", "s16"
    sound = samples(seconds, 48_000)
    for start in range(0, len(sound) - 960, 960):
        frame = av.AudioFrame.from_ndarray(sound[None, start : start + 960], format="s16", layout="mono")
        frame.sample_rate, frame.pts = 48_000, start
        yield from (bytes(packet) for packet in encoder.encode(frame))


def connect(api: Api) -> Any:
    return api.http.websocket_connect("/v1/stream/audio", subprotocols=["echo-depth-v1", f"token.{api.key}"])


def test_every_second_of_sound_is_answered_and_the_end_sums_up(service: tuple[Runtime, Api]) -> None:
    _, api = service
    sound = samples(8).tobytes()
    with connect(api) as socket:
        session = socket.receive_json()["session_id"]
        updates = []
        for start in range(0, len(sound), 32_000):
            socket.send_bytes(sound[start : start + 32_000])
            updates.append(socket.receive_json())
        socket.send_json({"type": "end"})
        ended = socket.receive_json()

    assert [update["type"] for update in updates] == ["emotion"] * 8
    assert updates[-1]["second"] >= 6
    assert any(update["talking"] for update in updates)
    last = next(update for update in reversed(updates) if update["emotions"])
    assert last["emotions"][last["emotion"]] == max(last["emotions"].values())
    assert any(update["prosody"] and update["prosody"]["pitch_hz"] for update in updates)
    assert ended["session_id"] == session
    shown = {message["type"]: message.keys() for message in WEB_SOCKETS["/v1/stream/audio"]["received"]}
    assert all(message.keys() == shown[message["type"]] for message in (*updates, ended))
    alerts = api.get(f"/v1/sessions/{session}").json()["alert_thresholds"]
    assert alerts == {"arousal_high": 0.8, "valence_low": 0.25, "dominance_low": 0.3, "credibility_low": 0.35}
    assert ended["result"]["duration_s"] == pytest.approx(8, abs=0.1)


def test_opus_is_heard_too(service: tuple[Runtime, Api]) -> None:
    _, api = service
    with connect(api) as socket:
        socket.receive_json()
        socket.send_json({"type": "start", "encoding": "opus"})
        for packet in packets(4.1):
            socket.send_bytes(packet)
        updates = [socket.receive_json() for _ in range(4)]

    assert {update["type"] for update in updates} == {"emotion"}
    assert any(update["talking"] for update in updates)


@pytest.mark.parametrize(
    "message", ["{", "[]", '{"type": "no"}', '{"type": "audio"}', '{"type": "audio", "data": "*"}',
                '{"type": "start", "encoding": "mp3"}', '{"type": "audio", "data": ""}'],
)  # fmt: skip
def test_hostile_messages_are_answered_and_the_stream_goes_on(service: tuple[Runtime, Api], message: str) -> None:
    _, api = service
    with connect(api) as socket:
        socket.receive_json()
        socket.send_text(message)
        assert socket.receive_json()["error"]["code"] == "validation_error"
        socket.send_text(json.dumps({"type": "ping"}))
        assert socket.receive_json() == {"type": "pong"}


def test_packets_that_are_not_opus_are_refused(service: tuple[Runtime, Api]) -> None:
    _, api = service
    with connect(api) as socket:
        socket.receive_json()
        socket.send_json({"type": "start", "encoding": "opus"})
        for _ in range(50):
            socket.send_bytes(b"\xff" * 3)
        assert socket.receive_json()["type"] in {"error", "emotion"}


def report_of(api: Api, session: str) -> dict[str, Any]:
    path = f"/v1/sessions/{session}/report"
    until(lambda: api.get(path).status_code == 200, "the report is made")
    report: dict[str, Any] = api.get(path).json()
    return report


def test_the_report_of_a_stream_that_broke_off_tells_what_was_heard(service: tuple[Runtime, Api]) -> None:
    _, api = service
    sound = samples(12).tobytes()
    with connect(api) as socket:
        session = socket.receive_json()["session_id"]
        socket.send_bytes(sound)
        told = [socket.receive_json() for _ in range(12)]

    report = report_of(api, session)

    talking = [update["vad"]["arousal"] for update in told if update["talking"] and update["vad"]["arousal"]]
    assert report["duration_s"] == 12
    assert report["mean_vad"]["a"] == pytest.approx(np.mean(talking), abs=0.05)
    assert report["baseline_vad"]["a"] is not None
    assert [point["session_offset_s"] for point in report["trend"]] == [0, 10]
    assert report["summary"].startswith("0 min 12 s of sound, 0 min ")
    assert {alert["type"] for alert in report["alerts"]} == {one["type"] for update in told for one in update["alerts"]}


def test_subscribers_hear_once_of_each_alert_in_a_stream(service: tuple[Runtime, Api]) -> None:
    runtime, api = service
    alert = {"type": "arousal_high", "value": 0.91, "threshold": 0.85, "offset_s": 3.0}
    update = {"second": 3, "talking": True, "emotion": None, "emotions": None, "vad": None, "alerts": [alert]}
    caller = asyncio.run(identify(runtime, api.key))
    row = open_session(runtime, caller, SessionRequest(label="a call"), of_sound=True)

    keep_sound(runtime, caller, row.id, 4.0, [{**update, "second": 2, "alerts": []}, update])
    keep_sound(runtime, caller, row.id, 1.0, [{**update, "second": 4, "alerts": []}])

    with runtime.database.transaction() as session:
        rows = session.exec(select(Message).where(Message.event_type == "session.alert")).all()
        bodies = [json.loads(each.body) for each in rows]
        started_ms = session.get_one(LiveSession, row.id).first_ms
    (body,) = [body for body in bodies if body["session_id"] == row.id]
    assert body["label"] == "a call"
    assert body["alert"] == {"type": "arousal_high", "value": 0.91, "threshold": 0.85}
    assert body["timestamp_ms"] == (started_ms or 0) + 3000


def test_a_stream_without_sound_has_a_report_that_says_so(service: tuple[Runtime, Api]) -> None:
    _, api = service
    with connect(api) as socket:
        session = socket.receive_json()["session_id"]

    report = report_of(api, session)

    assert report["summary"] == "Nobody was heard long enough in this session, so there is nothing to report."


def test_a_stream_ends_with_its_session_and_what_it_heard_by_then_is_reported(service: tuple[Runtime, Api]) -> None:
    _, api = service
    sound = samples(8).tobytes()
    with connect(api) as socket:
        session = socket.receive_json()["session_id"]
        socket.send_bytes(sound)
        for _ in range(8):
            socket.receive_json()
        time.sleep(6)  # what was heard is kept every five seconds
        assert api.post(f"/v1/sessions/{session}/end").status_code == 200
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_json()

    assert closed.value.code == 4410
    assert report_of(api, session)["duration_s"] == 8


def test_sound_keeps_a_session_open_and_counts_against_the_months_minutes(service: tuple[Runtime, Api]) -> None:
    runtime, _ = service
    caller = asyncio.run(identify(runtime, a_key(runtime, organisation="Contoso", plan="sandbox")))
    row = open_session(runtime, caller, SessionRequest(), of_sound=True)
    _began_earlier(runtime, row.id, timedelta(hours=5))

    keep_sound(runtime, caller, row.id, 1.0, [])
    assert expire_sessions(runtime) == 0
    _began_earlier(runtime, row.id, timedelta(minutes=501))
    with pytest.raises(RateLimited):
        keep_sound(runtime, caller, row.id, 1.5, [])

    assert end_session(runtime, caller.organisation_id, row.id).heard == {"seconds": 2.5, "speech": 0, "emotions": {}}


def test_a_connection_that_nothing_comes_over_does_not_keep_a_session_open(service: tuple[Runtime, Api]) -> None:
    runtime, _ = service
    caller = asyncio.run(identify(runtime, a_key(runtime, organisation="Fabrikam", plan="professional")))
    row = open_session(runtime, caller, SessionRequest(), of_sound=True)
    _began_earlier(runtime, row.id, timedelta(hours=5))

    keep_sound(runtime, caller, row.id, 0.0, [])

    assert expire_sessions(runtime) == 1


def _began_earlier(runtime: Runtime, session_id: str, by: timedelta) -> None:
    with runtime.database.transaction() as session:
        row = session.get_one(LiveSession, session_id)
        row.created_at = row.active_at = runtime.clock() - by
