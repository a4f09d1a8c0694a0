"""The compatible speech endpoints with real speech."""

import asyncio
import base64
import io
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from hub import openapi_examples
from hub import runtime as runtimes
from hub.analysis.runner import AnalysisFailed
from hub.runtime import Runtime
from hub.settings import Settings
from hub.speech import endpoints
from hub.speech.listening import heading
from hub.speech.schemas import AnalyzeAnswer
from hub.speech.telling import prosody
from tests.support.api import Api, a_key, working_api
from tests.support.short_recording import RECORDINGS
from tests.support.stores import ready_runtime
from tests.support.waiting import until

FOURTEEN = {"neutral", "happy", "sad", "angry", "fearful", "disgusted", "surprised", "contempt", "anxious", "confused",
            "excited", "amused", "content", "frustrated"}  # fmt: skip


def speech(seconds: float) -> bytes:
    """The beginning of the recording, as 16 kHz mono WAV."""
    resampler = av.AudioResampler(format="s16", layout="mono", rate=16000)
    parts: list[Any] = []
    with av.open(str(RECORDINGS / "renewal_call.mp4")) as container:
        for frame in container.decode(audio=0):
            parts += [piece.to_ndarray()[0] for piece in resampler.resample(frame)]
            if sum(map(len, parts)) > 16000 * seconds:
                break
    return as_wav(np.concatenate(parts)[: int(16000 * seconds)])


def sentence() -> bytes:
    """1.6 seconds of somebody speaking without a pause, with silence around them."""
    with wave.open(io.BytesIO(speech(35))) as read:
        samples = np.frombuffer(read.readframes(read.getnframes()), "<i2")
    return as_wav(np.pad(samples[int(33.1 * 16000) : int(34.7 * 16000)], 12_000))


def _four_seconds(clip: bytes) -> bytes:
    with wave.open(io.BytesIO(clip)) as read:
        samples = np.frombuffer(read.readframes(read.getnframes()), "<i2")
    return as_wav(np.pad(samples, (0, 64_000 - len(samples))))


def as_wav(samples: Any) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(16000)
        written.writeframes(samples.astype("<i2").tobytes())
    return file.getvalue()


@pytest.fixture(scope="module")
def clip() -> bytes:
    return speech(7)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Runtime, Api]]:
    built = ready_runtime(Settings(data_dir=tmp_path_factory.mktemp("hub"), polling_interval_s=0.05))
    runtimes.install(built)
    with working_api(built, speech=True) as api:
        yield built, api
    built.database.close()


def test_a_clip_is_told_in_fourteen_emotions_with_prosody_and_what_it_means(
    service: tuple[Runtime, Api], clip: bytes
) -> None:
    _, api = service
    data = {"vertical": "contact_center", "features": "emotion,prosody,vad,vertical", "speaker_id": "customer"}

    answer = api.post("/v1/analyze", files={"audio": ("a.wav", clip, "audio/wav")}, data=data)

    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["emotion_probabilities"].keys() == FOURTEEN
    assert sum(told["emotion_probabilities"].values()) == pytest.approx(1, abs=0.01)
    assert told["emotion_probabilities"][told["emotion"]] == told["confidence"]
    assert all(-1 <= told[name] <= 1 for name in ("valence", "arousal", "dominance"))
    assert told["prosody"].keys() == {"pitch", "energy", "rhythm", "voice_quality"}
    assert told["prosody"]["pitch"].keys() == {"mean", "std", "min", "max", "range"}
    assert told["metrics"].keys() == {"csat_predicted", "sentiment_trajectory", "escalation_risk",
                                      "first_call_resolution_likely", "churn_risk"}  # fmt: skip
    assert told["state"]
    assert told["duration"] == pytest.approx(7, abs=0.1)
    assert told["request_id"] == answer.headers["X-Request-Id"]


def test_one_short_sentence_is_enough(service: tuple[Runtime, Api]) -> None:
    runtime, api = service
    analysing = Api(api.http, a_key(runtime))

    told = api.post("/v1/analyze", files={"audio": ("a.wav", sentence(), "audio/wav")}).json()
    spotted = api.post("/v1/emotion/discrete", files={"file": ("a.wav", _four_seconds(sentence()))}).json()
    job = analysing.post("/v1/analyse/audio", files={"file": ("a.wav", sentence())}).json()["job_id"]
    until(lambda: analysing.get(f"/v1/result/{job}").json()["status"] == "completed")
    analysed = analysing.get(f"/v1/result/{job}").json()

    assert told["emotion_probabilities"][told["emotion"]] == told["confidence"]
    assert spotted["all_predictions"][spotted["main_emotion"]] == spotted["confidence"]
    assert sum(analysed["emotions"]["voice"].values()) == pytest.approx(1, abs=0.01)
    assert analysed["trust_score"] is None


def test_every_figure_of_the_prosody_is_told_also_of_speech_without_a_pause(service: tuple[Runtime, Api]) -> None:
    _, api = service

    told = api.post("/v1/analyze", files={"audio": ("a.wav", sentence(), "audio/wav")}).json()["prosody"]

    assert told["rhythm"]["average_pause_duration"] == 0.0
    assert {part: set(figures) for part, figures in told.items()} == {
        "pitch": {"mean", "std", "min", "max", "range"},
        "energy": {"mean", "std"},
        "rhythm": {"speech_rate", "pause_rate", "average_pause_duration"},
        "voice_quality": {"jitter", "shimmer", "hnr"},
    }
    assert all(type(figure) in (int, float) for part in told.values() for figure in part.values())


def test_what_nobody_could_observe_is_null_and_not_left_out() -> None:
    rhythm = {"syllables_per_second": None, "pauses_per_minute": None, "mean_pause_s": None}
    pitch = dict.fromkeys(("mean_hz", "low_hz", "high_hz"))
    energy, quality = dict.fromkeys(("mean_db", "spread_db")), dict.fromkeys(("jitter", "shimmer", "hnr_db"))
    told = prosody({"prosody": {"rhythm": rhythm, "pitch": pitch, "energy": energy, "voice_quality": quality}})

    answer = AnalyzeAnswer.model_validate(
        {"prosody": told, "duration": 1.0, "processed_at": "2026-11-20T12:00:00Z", "request_id": "req_1"}
    ).model_dump(exclude_unset=True)

    assert answer.keys() == {"prosody", "duration", "processed_at", "request_id"}
    assert answer["prosody"]["pitch"] == dict.fromkeys(("mean", "std", "min", "max", "range"))


@pytest.mark.parametrize("features", [["emotion", "vad"], '["emotion", "vad"]', "emotion,vad"])
def test_a_form_takes_features_as_a_list_in_every_way_that_clients_write_one(
    service: tuple[Runtime, Api], clip: bytes, features: Any
) -> None:
    _, api = service

    answer = api.post("/v1/analyze", files={"audio": ("a.wav", clip, "audio/wav")}, data={"features": features})

    assert answer.status_code == 200, answer.text
    assert {"emotion", "valence"} <= answer.json().keys()
    assert not {"prosody", "state"} & answer.json().keys()


def test_all_that_is_wrong_with_a_request_is_named_at_once(service: tuple[Runtime, Api]) -> None:
    _, api = service

    answer = api.post("/v1/analyze", json={"audio_url": "not an address", "vertical": "invalid"})

    assert answer.json()["error"]["details"] == {
        "audio_url": ["Invalid URL format"],
        "vertical": ["Unknown vertical: 'invalid'"],
    }


def test_a_state_is_told_only_for_a_line_of_work(service: tuple[Runtime, Api], clip: bytes) -> None:
    _, api = service
    body = {"audio_base64": base64.b64encode(clip).decode(), "features": ["vertical"]}
    item = {"id": "a", "audio_base64": body["audio_base64"]}

    answers = [
        api.post("/v1/analyze", json=body),
        api.post("/v1/analyze/batch", json={"items": [item], "features": ["vertical"]}),
    ]

    assert [answer.status_code for answer in answers] == [400, 400]
    assert [list(answer.json()["error"]["details"]) for answer in answers] == [["vertical"]] * 2


def test_only_what_was_asked_for_is_told(service: tuple[Runtime, Api], clip: bytes) -> None:
    _, api = service
    body = {"audio_base64": base64.b64encode(clip).decode(), "features": ["vad"]}

    told = api.post("/v1/analyze", json=body).json()

    assert "emotion" not in told
    assert "prosody" not in told
    assert "valence" in told


def test_a_session_of_clips_is_extrapolated(service: tuple[Runtime, Api], clip: bytes) -> None:
    _, api = service
    body = {"audio_base64": base64.b64encode(clip).decode(), "features": ["emotion", "prediction"], "session_id": "c1"}

    counted = [api.post("/v1/analyze", json=body).json()["prediction"]["based_on"] for _ in range(2)]

    assert counted == [1, 2]
    assert api.post("/v1/analyze", json={**body, "session_id": None}).status_code == 400


def test_a_falling_line_is_declining() -> None:
    assert heading([0.4, 0.2, 0.0, -0.2], [0.0] * 4)["trajectory"] == "declining"
    assert heading([0.4, 0.2, 0.0, -0.2], [0.0] * 4)["valence"] == pytest.approx(-0.4)


def test_a_batch_tells_each_item_or_why_not(service: tuple[Runtime, Api], clip: bytes) -> None:
    _, api = service
    items = [
        {"id": "good", "audio_base64": base64.b64encode(clip).decode()},
        {"id": "bad", "audio_base64": base64.b64encode(b"no audio").decode()},
        {"id": "none"},
        {"id": "nowhere", "audio_url": "https://..."},
    ]

    answer = api.post("/v1/analyze/batch", json={"items": items, "vertical": "sales"}).json()

    results = {row["id"]: row for row in answer["results"]}
    assert results["good"]["emotion"] in FOURTEEN
    assert results["bad"]["error"]["code"] == "unsupported_audio_format"
    assert results["none"]["error"]["code"] == "validation_error"
    assert "audio_url" in results["nowhere"]["error"]["details"]
    assert answer["request_id"].startswith("batch_")


@pytest.mark.parametrize("model", [4, 5, 7])
def test_a_short_clip_has_one_emotion(service: tuple[Runtime, Api], clip: bytes, model: int) -> None:
    _, api = service

    answer = api.post("/v1/emotion/discrete", files={"file": ("a.wav", clip)}, data={"model": str(model)})

    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert len(told["all_predictions"]) == model
    assert told["all_predictions"][told["main_emotion"]] == told["confidence"] == max(told["all_predictions"].values())


def test_a_short_clip_may_lie_at_an_address(
    service: tuple[Runtime, Api], clip: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, api = service
    fetched: list[tuple[str, bool]] = []

    async def fetch(url: str, target: Path, *, limit_bytes: int, allow_private: bool) -> None:
        fetched.append((url, allow_private))
        await asyncio.to_thread(target.write_bytes, clip[:limit_bytes])

    monkeypatch.setattr(endpoints, "fetch", fetch)
    shown = openapi_examples.REQUESTS["/v1/emotion/discrete", "post"]

    answer = api.post("/v1/emotion/discrete", json=shown)

    assert answer.status_code == 200, answer.text
    assert len(answer.json()["all_predictions"]) == shown["model"]
    assert fetched == [(shown["url"], False)]


@pytest.mark.parametrize(
    ("code", "status"), [("url_unreachable", 422), ("url_too_slow", 422), ("payload_too_large", 413)]
)
def test_a_short_clip_that_cannot_be_fetched_is_refused_in_words(
    service: tuple[Runtime, Api], monkeypatch: pytest.MonkeyPatch, code: str, status: int
) -> None:
    runtime, api = service

    async def fetch(*_args: Any, **_more: Any) -> None:
        raise AnalysisFailed(code, "The address could not be reached.")

    monkeypatch.setattr(endpoints, "fetch", fetch)

    answer = api.post("/v1/emotion/discrete", json={"url": "https://storage.example.com/clip.wav"})

    assert (answer.status_code, answer.json()["error"]["message"]) == (status, "The address could not be reached.")
    assert not list((runtime.settings.media_dir / "uploads").glob("job_*"))


def test_a_clip_of_the_wrong_length_is_refused(service: tuple[Runtime, Api]) -> None:
    _, api = service

    assert api.post("/v1/emotion/discrete", files={"file": ("a.wav", speech(2))}).status_code == 422


def test_a_recording_has_one_emotion_for_each_interval(service: tuple[Runtime, Api]) -> None:
    _, api = service
    started = api.post("/v1/emotion/async", files={"file": ("a.wav", speech(22))}, data={"interval": "5"})
    assert started.status_code == 202, started.text
    path = f"/v1/emotion/async/{started.json()['request_id']}"

    until(lambda: api.get(path).json()["status"] not in {"queued", "running"}, "it has ended")

    told = api.get(path).json()
    assert told["status"] == "completed", told
    assert [row["t"] for row in told["emotions"]] == ["00:00", "00:05", "00:10", "00:15", "00:20"]
    assert all(0 <= row["confidence"] <= 1 for row in told["emotions"])


def test_silence_says_that_nobody_is_heard(service: tuple[Runtime, Api]) -> None:
    _, api = service

    answer = api.post("/v1/analyze", files={"audio": ("a.wav", as_wav(np.zeros(80_000)), "audio/wav")})

    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "no_speech_detected")


HOSTILE: list[tuple[dict[str, Any], int, str]] = [
    ({"json": {}}, 400, "validation_error"),
    ({"json": {"audio_url": "not a url"}}, 400, "validation_error"),
    ({"json": {"audio_url": "http://127.0.0.1/a.wav"}}, 400, "validation_error"),
    ({"json": {"audio_url": "https://a..b/a.wav"}}, 400, "validation_error"),
    ({"json": {"audio_url": f"https://{'a' * 70}.example/a.wav"}}, 400, "validation_error"),
    ({"json": {"audio_url": "https://10.0.0.1/a.wav", "vertical": "invalid"}}, 400, "validation_error"),
    ({"json": {"audio_base64": "***"}}, 400, "validation_error"),
    ({"json": {"audio_base64": "eA==", "audio_url": "https://example.com"}}, 400, "validation_error"),
    ({"json": {"audio_base64": "eA==", "metadata": {"a": "\x00"}}}, 400, "validation_error"),
    ({"json": {"audio_base64": "eA==", "features": ["nothing"]}}, 400, "validation_error"),
    ({"json": {"audio_base64": "eA==", "features": "[" * 9}}, 400, "validation_error"),
    ({"json": {"audio_base64": "eA==", "vertical": ["sales"]}}, 400, "validation_error"),
    ({"json": {"audio_url": "ftp://example.com/a.wav"}}, 400, "validation_error"),
    (
        {"files": {"audio": ("a.wav", b"x", "audio/wav")}, "data": {"vertical": ["sales", "sales"]}},
        400,
        "validation_error",
    ),
    ({"content": b"{", "headers": {"Content-Type": "application/json"}}, 400, "validation_error"),
    ({"files": {"audio": ("a.mp4", b"x", "video/mp4")}}, 415, "unsupported_audio_format"),
    ({"files": {"audio": ("a.wav", b"not audio", "audio/wav")}}, 415, "unsupported_audio_format"),
    ({"files": {"audio": ("a.wav", b"", "audio/wav")}}, 400, "validation_error"),
    ({"files": {"audio": ("a.wav", b"x" * (25 * 1024 * 1024 + 1), "audio/wav")}}, 413, "payload_too_large"),
    ({"files": {"audio": ("a.wav", b"x", "audio/wav")}, "data": {"metadata": "{"}}, 400, "validation_error"),
]


@pytest.mark.parametrize(("sent", "status", "code"), HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_clips_are_refused_by_the_codes_that_callers_know(
    service: tuple[Runtime, Api], sent: dict[str, Any], status: int, code: str
) -> None:
    runtime, api = service

    answer = api.post("/v1/analyze", **sent)

    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code), answer.text
    assert not list(runtime.settings.media_dir.glob("run-*"))


def test_a_speech_key_opens_nothing_else(service: tuple[Runtime, Api]) -> None:
    runtime, api = service

    assert api.key.startswith("psk_")
    assert api.get("/v1/meetings").status_code == 403
    stranger = Api(api.http, a_key(runtime, organisation="Contoso"))
    assert stranger.get("/v1/emotion/async/job_x").status_code == 404
