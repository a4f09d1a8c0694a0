"""The Python client against a running hub."""

import asyncio
import io
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from echodepth import (
    AnalysisCancelled,
    AnalysisFailed,
    AnalysisTimedOut,
    AsyncEchoDepth,
    Client,
    EchoDepth,
    NoFaceDetected,
    NotConfigured,
    errors,
    webhooks,
)
from echodepth.models import Analysis

from tests.sdk.conftest import Media
from tests.sdk.serving import Served
from tests.support.subscriber import Subscriber, subscribing
from tests.support.waiting import until

WORDS = "Well, um, I think we could maybe start in March. We will sign."


@pytest.fixture(scope="module")
def client(hub: Served) -> Iterator[EchoDepth]:
    with EchoDepth(hub.key(), base_url=f"{hub.url}/v1") as made:
        yield made


def test_a_long_recording_is_waited_for_with_its_progress(client: EchoDepth, media: Media) -> None:
    seen: list[Analysis] = []

    result = client.analyse.audio(media.call, transcript=media.call_words, on_progress=seen.append)

    assert result.is_done
    assert result.vad is not None
    assert 0 <= (result.vad.valence or -1) <= 1
    assert result.trust_score is not None or result.abstained is not None
    assert len(seen) > 2
    assert seen[-1].progress == 1
    assert [job.progress for job in seen] == sorted(job.progress for job in seen)
    assert any(0 < job.progress < 1 for job in seen), [(job.progress, job.stage) for job in seen]
    assert result.result is not None
    assert result.to_dict().keys() >= result.result.keys()  # nothing the hub tells is lost
    assert client.results.get(result.job_id) == result


def test_everything_can_be_analysed_from_every_kind_of_input(client: EchoDepth, media: Media) -> None:
    frame = media.frame.read_bytes()
    with media.frame.open("rb") as file:
        pictures = client.analyse.image([str(media.frame), frame, file])

    assert [len(image.faces) > 0 for image in pictures.images] == [True] * 3
    assert pictures.images[0].faces[0].vad == pictures.images[2].faces[0].vad
    assert client.analyse.text(WORDS).sentences[1].text == "We will sign."
    assert client.analyse.text(file=io.BytesIO(WORDS.encode())).hesitation_markers is not None
    assert client.analyse.audio(media.speech, transcript=WORDS, alert_thresholds={"arousal_high": 0.1}).alerts
    mixed = client.analyse.multimodal(image=[media.frame], text=WORDS, baseline_window_s=30)
    assert mixed.modalities.keys() == {"text", "image"}


def test_a_stream_that_can_be_read_only_once_is_sent_as_it_comes(client: EchoDepth) -> None:
    reading, writing = os.pipe()

    def write() -> None:
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(WORDS.encode())

    writer = threading.Thread(target=write)
    writer.start()
    with os.fdopen(reading, "rb") as pipe:
        result = client.analyse.text(file=pipe)
    writer.join()

    assert len(result.sentences) == 2


def test_waiting_can_be_left_to_later_limited_and_ended(client: EchoDepth, media: Media) -> None:
    job = client.analyse.video(media.long_video, wait=False)
    assert not job.is_done

    with pytest.raises(AnalysisTimedOut) as late:
        client.results.wait(job.job_id, timeout=0.3)
    assert late.value.job_id == job.job_id
    client.results.cancel(job.job_id)

    with pytest.raises(AnalysisCancelled):
        client.results.wait(job.job_id)


def test_an_interrupted_wait_cancels_the_analysis(client: EchoDepth, media: Media) -> None:
    jobs: list[str] = []

    def interrupt(job: Analysis) -> None:
        jobs.append(job.job_id)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        client.analyse.video(media.long_video, on_progress=interrupt)

    assert client.results.get(jobs[0]).status == "cancelled"


def test_what_cannot_be_analysed_says_why(client: EchoDepth, tmp_path: Path) -> None:
    broken = tmp_path / "call.wav"
    broken.write_bytes(b"RIFF but not really" * 100)

    with pytest.raises(AnalysisFailed) as failed:
        client.analyse.audio(broken)

    assert failed.value.code == "media_unreadable"
    assert failed.value.job_id.startswith("job_")
    assert failed.value.request_id


def test_mistakes_of_the_caller_are_told_before_anything_is_sent(client: EchoDepth) -> None:
    with pytest.raises(ValueError, match="nothing to analyse"):
        client.analyse.text()
    with pytest.raises(ValueError, match="no recording"):
        client.analyse.video(transcript="Hello.")
    with pytest.raises(ValueError, match="identifier"):
        client.results.get("")
    with pytest.raises(FileNotFoundError):
        client.analyse.audio("/nowhere/call.wav")


def test_a_session_from_its_first_frame_to_its_report(client: EchoDepth, media: Media) -> None:
    session = client.sessions.create(label="interview", use_case="claims", alert_thresholds={"arousal_high": 0.0})

    frame = client.frames.analyse(session.id, media.frame, timestamp_ms=1_704_067_200_000, detail=True)
    with media.frame.open("rb") as file:
        client.frames.analyse(session.id, file, timestamp_ms=1_704_067_201_000)
    ended = client.sessions.end(session.id)
    report = client.sessions.report(session.id)

    assert frame.timestamp_ms == 1_704_067_200_000
    assert frame.alert_triggered
    assert frame.alert is not None
    assert frame.alert.type == frame.alert_reason == "arousal_high"
    assert frame.aus is not None
    assert {unit.code for unit in frame.aus if unit.active} == set(frame.active_aus)
    assert (ended.status, report.frame_count, report.duration_s) == ("ended", 2, 1)
    assert report.alerts[0].session_offset_s == 0
    assert report.summary
    assert session.id in {row.id for row in client.sessions.list(status="ended", limit=1)}


@pytest.mark.parametrize(
    ("frame", "expected", "code"),
    [
        (b"\xff" * (4 * 1024 * 1024 + 1), errors.PayloadTooLarge, "frame_too_large"),
        (b"not a picture", errors.InvalidInput, "validation_error"),
    ],
)
def test_errors_are_typed_and_name_the_request(
    client: EchoDepth, frame: bytes, expected: type[errors.ApiError], code: str
) -> None:
    session = client.sessions.create()

    with pytest.raises(expected) as refused:
        client.frames.analyse(session.id, frame)

    assert refused.value.code == code
    assert refused.value.request_id
    assert refused.value.request_id.startswith("req_")
    assert refused.value.request_id in str(refused.value)


def test_a_frame_without_a_face_has_an_error_of_its_own(client: EchoDepth) -> None:
    import cv2
    import numpy as np

    grey = cv2.imencode(".png", np.full((240, 320, 3), 127, np.uint8))[1].tobytes()

    with pytest.raises(NoFaceDetected) as refused:
        client.frames.analyse(client.sessions.create().id, grey)

    assert (refused.value.status, refused.value.code) == (422, "no_face_detected")


def test_a_wrong_key_and_a_foreign_thing_are_told_apart(client: EchoDepth, hub: Served) -> None:
    session = client.sessions.create()

    with EchoDepth("ed_live_sk_wrong", base_url=hub.url) as wrong, pytest.raises(errors.Unauthorized):
        wrong.sessions.get(session.id)
    with (
        EchoDepth(hub.key(organisation="Contoso"), base_url=hub.url) as stranger,
        pytest.raises(errors.NotFound),
    ):
        stranger.sessions.get(session.id)
    with EchoDepth(hub.key(speech=True), base_url=hub.url) as narrow, pytest.raises(errors.Forbidden):
        narrow.sessions.get(session.id)


def test_speech_is_told_in_every_vocabulary(client: EchoDepth, media: Media) -> None:
    clip = media.speech.read_bytes()

    told = client.speech.analyze(
        media.speech, vertical="contact_center", features=["emotion", "prosody", "vad", "vertical", "prediction"],
        session_id="call-1", metadata={"queueName": {"Deep": 1}}, transcript="Hello.", speaker_id="customer",
    )  # fmt: skip
    batch = client.speech.batch([{"id": "good", "audio": clip}, {"id": "bad", "audio": b"nothing"}], vertical="sales")

    assert told.emotion_probabilities is not None
    assert told.emotion in told.emotion_probabilities
    assert told.prosody is not None
    assert told.prosody.pitch.mean
    assert told.prediction is not None
    assert told.prediction.based_on == 1
    assert told.metadata == {"queueName": {"Deep": 1}}
    assert batch.results[0].emotion
    assert batch.results[1].error is not None
    assert batch.results[1].error.code == "unsupported_audio_format"
    assert len(client.emotion.discrete(media.speech, model=7).all_predictions) == 7
    recording = client.emotion.recording(media.long_speech, interval=5)
    assert recording.emotions is not None
    assert [moment.t for moment in recording.emotions][:3] == ["00:00", "00:05", "00:10"]


def test_a_recording_that_is_too_short_fails_with_its_reason(client: EchoDepth, media: Media) -> None:
    import wave

    with wave.open(str(media.speech), "rb") as source:
        beginning = source.readframes(16_000 * 2)
    short = io.BytesIO()
    with wave.open(short, "wb") as target:
        target.setparams((1, 2, 16_000, 0, "NONE", "NONE"))
        target.writeframes(beginning)

    with pytest.raises(AnalysisFailed, match="5 s"):
        client.emotion.recording(short.getvalue())


def test_lists_are_followed_to_their_end(client: EchoDepth) -> None:
    made = {client.sessions.create(label=f"page {number}").id for number in range(3)}

    pages = client.sessions.list(limit=1)
    first = pages.page()

    assert len(first.data) == 1
    assert first.next_cursor
    assert made <= {session.id for session in pages}
    assert {kind.name for kind in client.webhook_endpoints.event_types()} >= {"analysis.completed", "session.alert"}
    assert list(client.meetings.list()) == []
    assert list(client.deliveries.list(state="dead")) == []


def test_what_does_not_exist_is_neither_deleted_nor_undone(client: EchoDepth) -> None:
    with pytest.raises(errors.NotFound):
        client.meetings.delete("mtg_none")
    with pytest.raises(errors.NotFound):
        client.deliveries.undo("dlv_none")


@pytest.fixture
def subscriber() -> Iterator[Subscriber]:
    with subscribing() as found:
        yield found


def test_webhooks_are_subscribed_to_received_and_verified(client: EchoDepth, subscriber: Subscriber) -> None:
    endpoint = client.webhook_endpoints.create(subscriber.url, event_types=["session.created"])
    assert endpoint.secret is not None
    former = endpoint.secret
    rotated = client.webhook_endpoints.rotate(endpoint.id).secret

    session = client.sessions.create(label="announced")
    until(lambda: subscriber.received)

    got = subscriber.received[0]
    for secret in (former, rotated, [former, rotated]):
        assert webhooks.verify(got.body, got.headers, secret).to_dict()["session_id"] == session.id
    keys = client.webhook_endpoints.public_keys()
    assert webhooks.verify(got.body, got.headers, public_keys=keys).event == "session.created"
    with pytest.raises(errors.SignatureInvalid):
        webhooks.verify(got.body + b" ", got.headers, former)

    until(lambda: [row for row in client.deliveries.list(endpoint_id=endpoint.id) if row.state == "succeeded"])
    delivery = client.deliveries.list(endpoint_id=endpoint.id).page().data[0]
    assert client.deliveries.get(delivery.id).attempts
    assert client.messages.get(str(delivery.message_id)).body
    changed = client.webhook_endpoints.change(endpoint.id, description="Ours", event_types=[])
    assert (changed.url, changed.description, changed.event_types) == (subscriber.url, "Ours", [])
    assert not client.webhook_endpoints.pause(endpoint.id).enabled
    assert client.webhook_endpoints.resume(endpoint.id).enabled
    assert client.webhook_endpoints.test(endpoint.id).endpoint_id == endpoint.id
    client.webhook_endpoints.delete(endpoint.id)
    assert endpoint.id not in {row.id for row in client.webhook_endpoints.list()}


def test_configuration_comes_from_the_environment(hub: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ECHODEPTH_API_KEY", raising=False)
    with pytest.raises(NotConfigured, match="ECHODEPTH_API_KEY"):
        Client()
    monkeypatch.setenv("ECHODEPTH_API_KEY", hub.key())
    monkeypatch.setenv("ECHODEPTH_BASE_URL", hub.url)

    with Client() as found:
        assert found.sessions.create().id
    with pytest.raises(NotConfigured, match="https"):
        Client(base_url="hub.example.com")


def test_the_client_for_asyncio_does_the_same(hub: Served, media: Media) -> None:
    async def everything() -> None:
        async with AsyncEchoDepth(hub.key(), base_url=hub.url) as client:
            assert (await client.analyse.image(media.frame)).face_count
            session = await client.sessions.create(label="async")
            assert (await client.frames.analyse(session.id, media.frame)).vad.valence is not None
            assert session.id in [row.id async for row in client.sessions.list(limit=1)]
            with pytest.raises(errors.NotFound):
                await client.sessions.get("ses_unknown")

    asyncio.run(everything())


def test_a_cancelled_task_cancels_its_analysis(hub: Served, media: Media) -> None:
    async def everything() -> str:
        async with AsyncEchoDepth(hub.key(), base_url=hub.url) as client:
            started: asyncio.Queue[Analysis] = asyncio.Queue()
            task = asyncio.create_task(client.analyse.video(media.long_video, on_progress=started.put_nowait))
            job = await started.get()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            return (await client.results.get(job.job_id)).status

    assert asyncio.run(everything()) == "cancelled"
