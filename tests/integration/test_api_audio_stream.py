"""Sound over a WebSocket: PCM and Opus, answered every second."""

import json
from collections.abc import Iterator
from typing import Any

import av
import numpy as np
import pytest

from hub import runtime as runtimes
from hub.runtime import Runtime
from hub.settings import Settings
from tests.support.api import Api, working_api
from tests.support.short_recording import RECORDINGS
from tests.support.stores import ready_runtime


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Runtime, Api]]:
    built = ready_runtime(Settings(data_dir=tmp_path_factory.mktemp("hub")))
    runtimes.install(built)
    with working_api(built) as api:
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
