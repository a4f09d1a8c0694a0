"""Live sessions with real frames: VAD against a baseline, alerts, reports, streams, limits."""

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import av
import cv2
import numpy as np
import pytest
from sqlmodel import select
from starlette.testclient import WebSocketDenialResponse
from starlette.websockets import WebSocketDisconnect

from hub import runtime as runtimes
from hub.accounts.models import ApiKey, Usage
from hub.deliveries.models import Message
from hub.runtime import Runtime
from hub.sessions.service.opening import expire_sessions
from hub.settings import Settings
from tests.support.api import Api, a_key, working_api
from tests.support.short_recording import RECORDINGS
from tests.support.stores import ready_runtime
from tests.support.waiting import until

START_MS = 1_704_067_200_000


@pytest.fixture(scope="module")
def frames() -> list[bytes]:
    """Some pictures of the recording, as JPEG."""
    found = []
    with av.open(str(RECORDINGS / "renewal_call.mp4")) as container:
        for index, frame in enumerate(container.decode(video=0)):
            if index % 10 == 0:
                found.append(cv2.imencode(".jpg", frame.to_ndarray(format="bgr24"))[1].tobytes())
            if len(found) == 6:
                return found
    return found


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Runtime, Api]]:
    built = ready_runtime(Settings(data_dir=tmp_path_factory.mktemp("hub")))
    runtimes.install(built)
    with working_api(built, plan="enterprise") as api:
        yield built, api
    built.database.close()


def opened(api: Api, **body: Any) -> str:
    answer = api.post("/v1/sessions", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["session_id"])


def send(api: Api, session: str, frame: bytes, at_s: float = 0.0, query: str = "") -> Any:
    files = {"frame": ("frame.jpg", frame, "image/jpeg")}
    data = {"timestamp_ms": str(START_MS + int(1000 * at_s))}
    return api.post(f"/v1/sessions/{session}/frames{query}", files=files, data=data)


def events(runtime: Runtime, name: str, session_id: str) -> list[dict[str, Any]]:
    with runtime.database.transaction() as session:
        rows = session.exec(select(Message).where(Message.event_type == name)).all()
    return [body for body in map(json.loads, (row.body for row in rows)) if body["session_id"] == session_id]


def test_a_session_from_its_first_frame_to_its_report(service: tuple[Runtime, Api], frames: list[bytes]) -> None:
    runtime, api = service
    session = opened(api, label="interview-001", use_case="claims", alert_thresholds={"arousal_high": 0.0})

    answers = [send(api, session, frame, at_s=number) for number, frame in enumerate(frames)]

    assert [answer.status_code for answer in answers] == [200] * len(frames), answers[0].text
    first = answers[0].json()
    assert first.keys() >= {
        "frame_id",
        "session_id",
        "timestamp_ms",
        "vad",
        "active_aus",
        "alert_triggered",
        "alert_reason",
    }
    assert first["vad"].keys() >= {"valence", "arousal", "dominance", "delta_from_baseline", "confidence"}
    assert first["vad"]["delta_from_baseline"] == {"valence": 0.0, "arousal": 0.0, "dominance": 0.0}
    assert (first["alert_triggered"], first["alert_reason"]) == (True, "arousal_high")
    assert first["alert"]["threshold"] == 0.0
    assert answers[1].json()["alert"] is None  # it goes on; it does not begin again
    assert len(events(runtime, "session.alert", session)) == 1
    assert events(runtime, "session.alert", session)[0]["alert"].keys() == {"type", "value", "threshold"}

    ended = api.post(f"/v1/sessions/{session}/end")
    report = api.get(f"/v1/sessions/{session}/report").json()

    assert ended.json()["status"] == "ended"
    assert report["frame_count"] == len(frames)
    assert report["duration_s"] == len(frames) - 1
    assert report["baseline_vad"].keys() == {"v", "a", "d"}
    assert report["alerts"][0]["session_offset_s"] == 0
    assert "minute 1" in report["summary"]
    for name in ("session.created", "session.ended", "session.report_ready"):
        assert len(events(runtime, name, session)) == 1, name
    assert send(api, session, frames[0]).status_code == 409
    assert api.post(f"/v1/sessions/{session}/end").status_code == 409


def test_every_action_unit_is_told_on_request(service: tuple[Runtime, Api], frames: list[bytes]) -> None:
    _, api = service

    told = send(api, opened(api), frames[0], query="?detail=aus").json()

    assert len(told["aus"]) == 62
    assert {row["code"] for row in told["aus"] if row["active"]} == set(told["active_aus"])


def test_a_frame_without_a_face_says_so(service: tuple[Runtime, Api]) -> None:
    _, api = service
    grey = cv2.imencode(".png", np.full((240, 320, 3), 127, np.uint8))[1].tobytes()

    answer = send(api, opened(api), grey)

    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "no_face_detected"


@pytest.mark.parametrize(
    ("frame", "status", "code"),
    [
        (b"x" * (4 * 1024 * 1024 + 1), 413, "frame_too_large"),
        (b"not a picture", 422, "validation_error"),
        (b"", 422, "validation_error"),
        (
            b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\xff\xff\xff\xff\xff\xff\xff\xff\x08\x02\x00\x00\x00",
            422,
            "validation_error",
        ),
    ],
)
def test_hostile_frames_are_refused_in_words(
    service: tuple[Runtime, Api], frame: bytes, status: int, code: str
) -> None:
    _, api = service

    answer = send(api, opened(api), frame)

    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


@pytest.mark.parametrize("at", ["-1", "1e9", "99999999999999999999", "nan", "٣", "\x00", "5" * 2000])
def test_hostile_times_are_refused_in_words(service: tuple[Runtime, Api], frames: list[bytes], at: str) -> None:
    _, api = service
    files = {"frame": ("f.jpg", frames[0])}

    answer = api.post(f"/v1/sessions/{opened(api)}/frames", files=files, data={"timestamp_ms": at})

    assert 400 <= answer.status_code < 500


@pytest.mark.parametrize(
    "body",
    [{"label": "a\x00"}, {"label": 5}, {"baseline_window_s": -1}, {"alert_thresholds": {"other": 1}},
     {"alert_thresholds": {"arousal_high": 2}}, {"label": "x" * 10_000}, {"unknown": 1}],
)  # fmt: skip
def test_hostile_sessions_are_refused_in_words(service: tuple[Runtime, Api], body: dict[str, Any]) -> None:
    _, api = service

    assert api.post("/v1/sessions", json=body).status_code == 422


def test_another_organisation_sees_no_session(service: tuple[Runtime, Api], frames: list[bytes]) -> None:
    runtime, api = service
    session = opened(api)
    stranger = Api(api.http, a_key(runtime, organisation="Contoso"))

    assert stranger.get(f"/v1/sessions/{session}").status_code == 404
    assert send(stranger, session, frames[0]).status_code == 404
    assert stranger.post(f"/v1/sessions/{session}/end").status_code == 404
    assert stranger.get("/v1/sessions").json()["data"] == []
    with pytest.raises(WebSocketDenialResponse) as denied, connect(stranger, session):
        pass
    assert denied.value.status_code == 404


def test_a_sandbox_key_has_one_session_two_frames_a_second_and_no_report(
    service: tuple[Runtime, Api], frames: list[bytes]
) -> None:
    runtime, api = service
    sandbox = Api(api.http, a_key(runtime, plan="sandbox"))
    session = opened(sandbox)

    second = sandbox.post("/v1/sessions", json={})
    answers = [send(sandbox, session, frames[0], at_s=number) for number in range(8)]
    sandbox.post(f"/v1/sessions/{session}/end")

    assert (second.status_code, second.json()["error"]["code"]) == (429, "rate_limited")
    assert answers[0].json()["watermark"] == "sandbox"
    assert 429 in {answer.status_code for answer in answers} or answers[-1].elapsed.total_seconds() > 0.4
    assert sandbox.get(f"/v1/sessions/{session}/report").status_code == 403


def test_session_minutes_are_metered_and_limited(service: tuple[Runtime, Api]) -> None:
    runtime, api = service
    limited = Api(api.http, a_key(runtime, name="limited", limits={"session_minutes": 5}))
    with runtime.database.transaction() as session:
        key = session.exec(select(ApiKey).where(ApiKey.name == "limited")).one()
        usage = Usage(organisation_id=key.organisation_id, key_id=key.id, day=runtime.clock().date(),
                      kind="session_minutes", quantity=5)  # fmt: skip
        session.add(usage)

    answer = limited.post("/v1/sessions", json={})

    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0


def test_a_quiet_session_expires_with_its_report(service: tuple[Runtime, Api], frames: list[bytes]) -> None:
    runtime, api = service
    session = opened(api)
    send(api, session, frames[0])
    later = runtime.clock() + timedelta(hours=4, minutes=1)

    expire_sessions(replace(runtime, clock=lambda: later))

    assert api.get(f"/v1/sessions/{session}").json()["status"] == "expired"
    assert api.get(f"/v1/sessions/{session}/report").json()["frame_count"] == 1


def connect(api: Api, session: str) -> Any:
    return api.http.websocket_connect(
        f"/v1/sessions/{session}/stream", subprotocols=["echo-depth-v1", f"token.{api.key}"]
    )


def data_url(frame: bytes) -> str:
    return f"data:image/jpeg;base64,{base64.b64encode(frame).decode()}"


def test_frames_are_answered_over_a_web_socket(service: tuple[Runtime, Api], frames: list[bytes]) -> None:
    _, api = service
    session = opened(api)

    with connect(api, session) as socket:
        assert socket.accepted_subprotocol == "echo-depth-v1"
        for number, frame in enumerate(frames):
            socket.send_json({"type": "frame", "data": data_url(frame), "timestamp_ms": START_MS + 500 * number})
            update = socket.receive_json()
            assert update["type"] == "vad", update
            assert update["vad"].keys() >= {"valence", "arousal", "dominance"}
            assert update["alert_triggered"] in {True, False}
        socket.send_bytes(frames[0])
        assert socket.receive_json()["type"] == "vad"

    with connect(api, session) as socket:  # a lost connection goes on where it stopped
        socket.send_json({"type": "frame", "data": data_url(frames[0]), "timestamp_ms": START_MS + 9000})
        assert socket.receive_json()["session_id"] == session
    assert api.get(f"/v1/sessions/{session}").json()["frame_count"] == len(frames) + 2


@pytest.mark.parametrize(
    "message",
    ["", "{", "[]", '{"type": "nothing"}', '{"type": "frame"}', '{"type": "frame", "data": "data:,***"}',
     '{"type": "frame", "data": "", "timestamp_ms": 1}', '{"type": "frame", "data": "eA==", "timestamp_ms": 1e99}',
     '{"type": "frame", "data": "eA==", "timestamp_ms": true}', "[" * 50_000],
)  # fmt: skip
def test_hostile_messages_are_answered_and_the_stream_goes_on(
    service: tuple[Runtime, Api], frames: list[bytes], message: str
) -> None:
    _, api = service
    with connect(api, opened(api)) as socket:
        socket.send_text(message)
        assert socket.receive_json()["type"] == "error"

        socket.send_json({"type": "frame", "data": data_url(frames[0]), "timestamp_ms": START_MS})
        assert socket.receive_json()["type"] == "vad"


def test_the_stream_closes_when_the_session_ends(service: tuple[Runtime, Api], frames: list[bytes]) -> None:
    _, api = service
    session = opened(api)
    with connect(api, session) as socket:
        api.post(f"/v1/sessions/{session}/end")
        socket.send_bytes(frames[0])
        with pytest.raises(WebSocketDisconnect):
            socket.receive_json()


@pytest.mark.parametrize("offered", [[], ["echo-depth-v1"], ["echo-depth-v1", "token.ed_live_sk_wrong"], ["token."]])
def test_a_stream_without_a_key_is_refused(service: tuple[Runtime, Api], offered: list[str]) -> None:
    _, api = service
    with (
        pytest.raises(WebSocketDenialResponse) as denied,
        api.http.websocket_connect(f"/v1/sessions/{opened(api)}/stream", subprotocols=offered),
    ):
        pass

    assert denied.value.status_code == 401
    assert denied.value.json()["error"]["code"] == "unauthorized"


def test_video_is_streamed_without_a_session_of_ones_own(service: tuple[Runtime, Api], frames: list[bytes]) -> None:
    _, api = service
    with api.http.websocket_connect("/v1/stream/video", subprotocols=["echo-depth-v1", f"token.{api.key}"]) as socket:
        session = socket.receive_json()["session_id"]
        socket.send_bytes(frames[0])
        assert socket.receive_json()["type"] == "vad"

    until(lambda: api.get(f"/v1/sessions/{session}").json()["status"] == "ended", "the session has ended")
