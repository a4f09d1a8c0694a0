"""Whatever form a result of a sandbox key takes, it says so."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from sqlmodel import select

from hub import runtime as runtimes
from hub.deliveries.models import Message
from hub.runtime import Runtime
from hub.settings import Settings
from tests.integration.test_api_audio_stream import samples
from tests.integration.test_api_on_postgresql import a_frame
from tests.integration.test_api_speech import speech
from tests.support.api import Api, a_key, working_api
from tests.support.stores import ready_runtime
from tests.support.waiting import until

MARK = "sandbox"
LIMITS = {"requests_per_minute": 1000, "frames_per_second": 100, "sessions_at_once": 20}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Runtime, Api]]:
    built = ready_runtime(Settings(data_dir=tmp_path_factory.mktemp("hub"), polling_interval_s=0.05))
    runtimes.install(built)
    with working_api(built, plan="sandbox", limits=LIMITS) as api:
        yield built, api
    built.database.close()


def finished(api: Api, path: str) -> dict[str, Any]:
    until(lambda: api.get(path).json()["status"] not in {"queued", "running"}, "the job has ended")
    found: dict[str, Any] = api.get(path).json()
    return found


def test_reports_and_what_subscribers_get(service: tuple[Runtime, Api]) -> None:
    runtime, api = service
    job = api.post("/v1/analyse/text?async=true", json={"text": "We will sign in March."}).json()["job_id"]
    told = finished(api, f"/v1/result/{job}")
    frame = {"file": ("f.jpg", a_frame(), "image/jpeg")}
    image = finished(api, f"/v1/result/{api.post('/v1/analyse/image?async=true', files=frame).json()['job_id']}")

    assert [told["watermark"], told["result"]["watermark"]] == [MARK, MARK]
    assert [image["watermark"], image["result"]["watermark"]] == [MARK, MARK]
    with runtime.database.transaction() as session:
        bodies = [json.loads(row.body) for row in session.exec(select(Message)).all()]
    assert {body["watermark"] for body in bodies if body["event"] == "analysis.completed"} == {MARK}


def test_frames_and_alerts(service: tuple[Runtime, Api]) -> None:
    runtime, api = service
    opened = api.post("/v1/sessions", json={"alert_thresholds": {"arousal_high": 0}}).json()
    files = {"frame": ("f.jpg", a_frame(), "image/jpeg")}

    answer = api.post(f"/v1/sessions/{opened['id']}/frames", files=files).json()

    assert [opened["watermark"], answer["watermark"]] == [MARK, MARK]
    with runtime.database.transaction() as session:
        alerts = session.exec(select(Message).where(Message.event_type == "session.alert")).all()
    assert [json.loads(row.body)["watermark"] for row in alerts] == [MARK]


def test_streams_of_pictures_and_sound(service: tuple[Runtime, Api]) -> None:
    _, api = service
    protocols = ["echo-depth-v1", f"token.{api.key}"]
    with api.http.websocket_connect("/v1/stream/video", subprotocols=protocols) as socket:
        socket.receive_json()
        socket.send_bytes(a_frame())
        assert socket.receive_json()["watermark"] == MARK
    with api.http.websocket_connect("/v1/stream/audio", subprotocols=protocols) as socket:
        socket.receive_json()
        socket.send_bytes(samples(2).tobytes())
        told = [socket.receive_json() for _ in range(2)]
        socket.send_json({"type": "end"})
        told.append(socket.receive_json())

    assert [message["watermark"] for message in told] == [MARK] * 3
    assert told[-1]["result"]["watermark"] == MARK


def test_the_compatible_speech_endpoints(service: tuple[Runtime, Api]) -> None:
    runtime, api = service
    own = Api(api.http, a_key(runtime, name="speech", plan="sandbox", scopes=("speech",), limits=LIMITS))
    clip = {"audio": ("a.wav", speech(7), "audio/wav")}
    whole = {"file": ("a.wav", speech(7), "audio/wav")}

    single = own.post("/v1/analyze", files=clip).json()
    batch = own.post("/v1/analyze/batch", json={"items": [{"id": "one", "transcript": "Good."}]}).json()
    discrete = own.post("/v1/emotion/discrete", files=whole).json()
    begun = own.post("/v1/emotion/async", files=whole).json()

    assert single["watermark"] == MARK, single
    assert discrete["watermark"] == MARK, discrete
    assert finished(own, f"/v1/emotion/async/{begun['request_id']}")["watermark"] == MARK
    (item,) = batch["results"]
    assert item.get("watermark") == MARK or "error" in item
