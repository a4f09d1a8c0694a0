"""Analyse endpoints from the request to the report: real media, real models, the engine behind them."""

import io
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from sqlmodel import select

from hub import runtime as runtimes
from hub.analysis import workflows
from hub.analysis.models import AnalysisJob
from hub.analysis.report import AnalysisReport
from hub.analysis.schemas import JobAnswer
from hub.analysis.uploads import begin_upload
from hub.deliveries.models import Message
from hub.runtime import Runtime
from hub.settings import Settings
from tests.support.api import Api, a_key, working_api
from tests.support.short_recording import RECORDINGS, cut
from tests.support.stores import ready_runtime
from tests.support.waiting import PATIENCE_S, until

WORDS = "Well, um, I think we could maybe start in March. We will definitely sign the contract. I am so happy about it."


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("media")
    cut(directory, 12)
    return directory


@pytest.fixture(scope="module")
def portrait(recording: Path) -> bytes:
    """One picture of the recording, as JPEG."""
    import cv2

    with av.open(str(RECORDINGS / "renewal_call.mp4")) as container:
        frame = next(container.decode(video=0)).to_ndarray(format="bgr24")
    encoded: bytes = cv2.imencode(".jpg", frame)[1].tobytes()
    return encoded


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Runtime, Api]]:
    directory = tmp_path_factory.mktemp("hub")
    built = ready_runtime(Settings(data_dir=directory, allow_private_inputs=True, polling_interval_s=0.05))
    runtimes.install(built)
    with working_api(built, plan="enterprise") as api:
        yield built, api
    built.database.close()


def finished(api: Api, location: str, within_s: float = PATIENCE_S) -> dict[str, Any]:
    """The job once it has ended; progress must never go back meanwhile."""
    deadline, before = time.monotonic() + within_s, 0.0
    while time.monotonic() < deadline:
        told: dict[str, Any] = api.get(location).json()
        assert told["progress"] >= before
        before = told["progress"]
        if told["status"] not in {"queued", "running"}:
            return told
        time.sleep(0.2)
    raise AssertionError(told)


def as_promised(told: dict[str, Any]) -> dict[str, Any]:
    """The same; fails where its report has a field or a value that the OpenAPI document does not tell of."""
    JobAnswer.model_validate(told)
    assert AnalysisReport.model_validate(told["result"]).model_dump(mode="json", exclude_unset=True) == told["result"]
    return told


def job(runtime: Runtime, job_id: str) -> AnalysisJob:
    with runtime.database.transaction() as session:
        return session.get_one(AnalysisJob, job_id)


def left_over(runtime: Runtime) -> list[str]:
    media = runtime.settings.media_dir
    return [path.name for path in media.rglob("*") if path.is_file() and path.name != ".storage"]


def messages(runtime: Runtime, event: str) -> list[dict[str, Any]]:
    with runtime.database.transaction() as session:
        rows = session.exec(select(Message).where(Message.event_type == event)).all()
    return [json.loads(row.body) for row in rows]


def test_a_sentence_is_answered_at_once(service: tuple[Runtime, Api]) -> None:
    runtime, api = service
    first = api.post("/v1/analyse/text?async=true", json={"text": WORDS})  # loads the models
    finished(api, first.headers["Location"])

    answer = api.post("/v1/analyse/text", json={"text": WORDS})

    assert answer.status_code == 200, answer.text
    told = as_promised(answer.json())
    assert told["status"] == "completed"
    assert told["result"]["hesitation_markers"] == told["hesitation_markers"]
    assert told["sentiment_depth"] is not None
    assert len(told["sentences"]) == 3
    assert all(0 <= row["valence"] <= 1 for row in told["sentences"])
    assert api.get(f"/v1/result/{told['job_id']}").json() == told
    assert left_over(runtime) == []
    assert told["job_id"] in {body["job_id"] for body in messages(runtime, "analysis.completed")}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("call.vtt", b"WEBVTT\n\n00:00.000 --> 00:04.000\nPriya: We will sign in March.\n"),
        ("call.srt", b"1\n00:00:00,000 --> 00:00:04,000\nWe will sign in March.\n"),
        ("notes.md", b"# Call\n\n- We will **sign** in March.\n"),
        ("notes.txt", "Grüße. We will sign in March.".encode()),
    ],
)
def test_documents_are_read_whatever_their_format(service: tuple[Runtime, Api], name: str, content: bytes) -> None:
    _, api = service

    answer = api.post("/v1/analyse/text", files={"file": (name, content)})

    told = answer.json() if answer.status_code == 200 else finished(api, answer.headers["Location"])
    assert told["status"] == "completed"
    assert any("sign" in row["text"] for row in told["sentences"])


def test_every_face_of_every_picture_is_told(service: tuple[Runtime, Api], portrait: bytes) -> None:
    _, api = service
    files = [("file", ("one.jpg", portrait, "image/jpeg")), ("file", ("two.jpg", portrait, "image/jpeg"))]

    answer = api.post("/v1/analyse/image", files=files)

    told = answer.json() if answer.status_code == 200 else finished(api, answer.headers["Location"])
    assert len(as_promised(told)["images"]) == 2
    face = told["images"][0]["faces"][0]
    assert face["vad"].keys() == {"valence", "arousal", "dominance", "confidence"}
    assert 0 <= face["engagement_score"] <= 100
    assert len(face["action_units"]) == 62
    assert all(row["intensity"] is None for row in face["action_units"] if not row["supported"])
    assert face["expression"] in face["expressions"]


def test_a_video_with_its_transcript_takes_a_while_and_gives_everything(
    service: tuple[Runtime, Api], recording: Path
) -> None:
    runtime, api = service
    files = {
        "file": ("short.mp4", (recording / "short.mp4").read_bytes(), "video/mp4"),
        "transcript": ("short.vtt", (recording / "short.vtt").read_bytes(), "text/vtt"),
    }

    accepted = api.post("/v1/analyse/video?async=true", files=files)

    assert accepted.status_code == 202
    assert accepted.headers["Location"] == f"/v1/result/{accepted.json()['job_id']}"
    told = finished(api, accepted.headers["Location"])
    assert as_promised(told)["status"] == "completed", told
    assert {"trust_score", "credibility_signal", "vad", "au_activation_map", "events", "resistance_indicator",
            "confidence_score", "hesitation_map", "stress_indicators", "prosody"} <= told.keys()  # fmt: skip
    assert len(told["credibility_signal"]) == pytest.approx(12, abs=1)
    assert left_over(runtime) == []


def test_one_report_is_made_of_a_mix(service: tuple[Runtime, Api], portrait: bytes) -> None:
    _, api = service
    files = {"image": ("one.jpg", portrait, "image/jpeg")}

    answer = api.post("/v1/analyse/multimodal", files=files, data={"text": WORDS})

    told = answer.json() if answer.status_code == 200 else finished(api, answer.headers["Location"])
    assert as_promised(told)["modalities"].keys() == {"text", "image"}
    assert 0 <= told["vad"]["valence"] <= 1


class Served(BaseHTTPRequestHandler):
    """Gives a file; counts who asked."""

    content = b""
    nobody_listens = threading.Event()

    def do_GET(self) -> None:
        if self.path == "/missing":
            self.send_error(404)
        elif self.path == "/endless":
            self._give_a_byte_now_and_then()
        else:
            self.send_response(302 if self.path.startswith("/shared/") else 200)
            self.send_header("Location", "/there")
            self.send_header("Content-Length", str(len(self.content)))
            self.end_headers()
            self.wfile.write(self.content)

    def _give_a_byte_now_and_then(self) -> None:
        self.send_response(200)
        self.end_headers()
        with suppress(OSError):
            while not self.nobody_listens.wait(0.05):
                self.wfile.write(b"x")
        self.nobody_listens.set()

    def log_message(self, *_args: Any) -> None:
        """Say nothing."""


@contextmanager
def serving(content: bytes) -> Iterator[str]:
    handler = type("Given", (Served,), {"content": content})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def a_tone(seconds: float = 3.0) -> bytes:
    """A hum, as WAV."""
    import wave

    samples = (8000 * np.sin(2 * np.pi * 150 * np.arange(int(16000 * seconds)) / 16000)).astype("<i2")
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(16000)
        written.writeframes(samples.tobytes())
    return file.getvalue()


def test_an_address_is_fetched_and_kept_nowhere(service: tuple[Runtime, Api]) -> None:
    runtime, api = service
    with serving(a_tone()) as base:
        accepted = api.post("/v1/analyse/audio", json={"url": f"{base}/shared/call.wav?token=secret"})
        told = accepted.json() if accepted.status_code == 200 else finished(api, accepted.headers["Location"])

    assert told["status"] == "completed", told
    assert as_promised(told)["duration_s"] == pytest.approx(3, abs=0.1)
    stored = job(runtime, told["job_id"])
    assert "secret" not in stored.model_dump_json()
    assert stored.urls is None


def test_an_address_that_gives_nothing_is_told_in_words(service: tuple[Runtime, Api]) -> None:
    _, api = service
    with serving(b"x") as base:
        answer = api.post("/v1/analyse/audio", json={"url": f"{base}/missing"})
        told = finished(api, answer.headers["Location"]) if answer.status_code == 202 else answer.json()

    assert told["error"]["code"] == "url_unreachable"


def test_a_file_that_is_no_media_is_refused_in_words(service: tuple[Runtime, Api]) -> None:
    runtime, api = service

    answer = api.post("/v1/analyse/audio", files={"file": ("a.wav", b"RIFF but not really" * 100)})

    told = answer.json()
    if answer.status_code == 202:
        told = finished(api, answer.headers["Location"])
    assert told["error"]["code"] == "media_unreadable"
    assert left_over(runtime) == []


def test_cancelling_stops_the_analysis_and_removes_the_upload(service: tuple[Runtime, Api]) -> None:
    runtime, api = service
    content = (RECORDINGS / "renewal_call.mp4").read_bytes()
    accepted = api.post("/v1/analyse/video?async=true", files={"file": ("call.mp4", content)})
    location = accepted.headers["Location"]

    assert api.delete(location).status_code == 204

    assert api.get(location).json()["status"] == "cancelled"
    until(lambda: left_over(runtime) == [], "the upload is removed")


def test_cancelling_ends_a_fetch_that_would_never_end(
    service: tuple[Runtime, Api], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workflows, "_LOOK_EVERY_S", 0.1)
    runtime, api = service
    Served.nobody_listens.clear()
    with serving(b"") as base:
        location = api.post("/v1/analyse/audio?async=true", json={"url": f"{base}/endless"}).headers["Location"]
        until(lambda: api.get(location).json()["stage"] == "fetch", "it is being fetched")

        api.delete(location)

        is_ended = Served.nobody_listens.wait(20)
        Served.nobody_listens.set()
    assert is_ended
    until(lambda: left_over(runtime) == [], "what came is removed")


def test_a_result_can_be_forgotten(service: tuple[Runtime, Api]) -> None:
    runtime, api = service
    answer = api.post("/v1/analyse/text", json={"text": "Something quite private."})
    location = f"/v1/result/{answer.json()['job_id']}"
    finished(api, location)

    api.delete(location)

    assert "private" not in api.get(location).text
    assert not [body for body in messages(runtime, "analysis.completed") if "private" in json.dumps(body)]


def test_sandbox_results_are_watermarked(service: tuple[Runtime, Api]) -> None:
    runtime, api = service
    sandbox = Api(api.http, a_key(runtime, plan="sandbox"))

    answer = sandbox.post("/v1/analyse/text", json={"text": WORDS})
    told = answer.json() if answer.status_code == 200 else finished(sandbox, answer.headers["Location"])

    assert as_promised(told)["watermark"] == "sandbox"
    assert told["result"]["watermark"] == "sandbox"


def test_another_organisation_neither_reads_nor_cancels(service: tuple[Runtime, Api]) -> None:
    runtime, api = service
    location = f"/v1/result/{api.post('/v1/analyse/text', json={'text': WORDS}).json()['job_id']}"
    stranger = Api(api.http, a_key(runtime, organisation="Contoso"))

    assert stranger.get(location).status_code == 404
    assert stranger.delete(location).status_code == 404


def test_the_same_upload_with_one_idempotency_key_is_analysed_once(service: tuple[Runtime, Api]) -> None:
    _, api = service
    first, again = (
        api.post("/v1/analyse/text", files={"file": ("a.txt", WORDS.encode())}, headers={"Idempotency-Key": "once-1"})
        for _ in range(2)
    )

    assert again.json()["job_id"] == first.json()["job_id"]


HOSTILE: list[dict[str, Any]] = [
    {"json": {}},
    {"json": {"text": ""}},
    {"json": {"text": "a\x00b"}},
    {"json": {"text": 5}},
    {"json": {"text": "x", "baseline_window_s": 1e308}},
    {"json": {"text": "x", "alert_thresholds": {"nothing": 1}}},
    {"json": {"url": "file:///etc/passwd"}},
    {"json": {"url": "http://user:pass@example.com/"}},
    {"json": {"url": "https://exa mple/\x00"}},
    {"json": {"url": "https://[::1"}},
    {"json": {"url": "https://..."}},
    {"json": {"url": "https://a..b/words.txt"}},
    {"json": {"url": f"https://{'a' * 70}.example/"}},
    {"json": {"url": "https://a.example:65536/"}},
    {"content": b"{", "headers": {"Content-Type": "application/json"}},
    {"content": b"[" * 100_000, "headers": {"Content-Type": "application/json"}},
    {"content": b'{"text": "\\ud800"}', "headers": {"Content-Type": "application/json"}},
    {"content": b"x", "headers": {"Content-Type": "text/plain"}},
    {"content": b"x", "headers": {"Content-Type": "multipart/form-data"}},
    {"content": b"x", "headers": {"Content-Type": "multipart/form-data; boundary=b"}},
    {"content": b"--b\r\n\r\n", "headers": {"Content-Type": "multipart/form-data; boundary=b"}},
    {"content": b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nhalf',
     "headers": {"Content-Type": "multipart/form-data; boundary=b"}},
    {"content": b"--b\r\n" + b"X: y\r\n" * 500, "headers": {"Content-Type": "multipart/form-data; boundary=b"}},
    {"files": {"file": ("empty.txt", b"")}},
    {"files": {"other": ("a.txt", b"x")}},
    {"files": [("file", ("a.txt", b"x")), ("file", ("b.txt", b"x"))]},
    {"files": {"../../etc/passwd": ("../../a", b"x")}},
]  # fmt: skip


@pytest.mark.parametrize("sent", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("kind", ["text", "video", "multimodal"])
def test_hostile_inputs_are_refused_in_words_and_leave_nothing(
    service: tuple[Runtime, Api], kind: str, sent: dict[str, Any]
) -> None:
    runtime, api = service

    answer = api.post(f"/v1/analyse/{kind}", **sent)

    assert 400 <= answer.status_code < 500, answer.text
    assert answer.json()["error"]["code"]
    uploads = runtime.settings.media_dir / "uploads"
    assert [path for path in uploads.iterdir() if path.name != ".storage" and not needed(runtime, path.name)] == []


def needed(runtime: Runtime, job_id: str) -> bool:
    with runtime.database.transaction() as session:
        return session.get(AnalysisJob, job_id) is not None


def test_a_file_over_the_limit_of_the_plan_is_refused(service: tuple[Runtime, Api]) -> None:
    runtime, api = service
    small = Api(api.http, a_key(runtime, limits={"audio_bytes": 1000}))

    answer = small.post("/v1/analyse/audio", files={"file": ("a.wav", b"x" * 2000)})

    assert answer.status_code == 413
    assert answer.json()["error"]["code"] == "payload_too_large"


def test_an_upload_whose_process_died_is_swept(service: tuple[Runtime, Api]) -> None:
    from hub.analysis.housekeeping import sweep_inputs

    runtime, _ = service
    upload = begin_upload(runtime.settings.media_dir)
    (upload.directory / "video-0").write_bytes(b"recording")
    assert sweep_inputs(runtime) == 0

    upload.keep()  # the lock is gone, as with the process, and there is no job

    assert sweep_inputs(runtime) == 1
    # a job that has just answered removes its own files a moment later
    until(lambda: left_over(runtime) == [], "nothing is left")
