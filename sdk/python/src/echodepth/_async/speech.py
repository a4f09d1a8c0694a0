"""`client.speech` and `client.emotion`: speech emotion."""

import base64
import time
from collections.abc import Mapping, Sequence
from typing import Any

from echodepth import calls
from echodepth._async.transport import AsyncTransport
from echodepth._async.waiting import sleep
from echodepth.errors import AnalysisCancelled, AnalysisFailed, AnalysisTimedOut
from echodepth.files import FileInput, parts
from echodepth.inputs import form
from echodepth.models.speech import EmotionRecording, EmotionResult, SpeechBatch, SpeechResult

_BATCH_S = 600.0
_LOOK_EVERY_S = 0.5
_RECORDING = "/v1/emotion/async/{}"


class AsyncSpeech:
    """Clips in 14 emotions, with prosody and what they mean for a line of work."""

    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport

    async def analyze(
        self,
        audio: FileInput | None = None,
        *,
        audio_url: str | None = None,
        vertical: str | None = None,
        features: Sequence[str] | None = None,
        transcript: str | None = None,
        speaker_id: str | None = None,
        session_id: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        idempotency_key: str | None = None,
    ) -> SpeechResult:
        """Analyse one clip of at most 25 MB.

        `vertical`: contact_center, healthcare, sales, education or finance. `features`: emotion, prosody, vad,
        vertical, and prediction, which needs a `session_id`.
        """
        if (audio is None) == (audio_url is None):
            raise ValueError("give either audio or audio_url")
        asked = {
            "audio_url": audio_url,
            "vertical": vertical,
            "transcript": transcript,
            "speaker_id": speaker_id,
            "session_id": session_id,
            "metadata": None if metadata is None else dict(metadata),
        }
        if audio is None:
            chosen = {**asked, "features": None if features is None else list(features)}
            call = calls.post("/v1/analyze", chosen, idempotency_key=idempotency_key)
        else:
            chosen = calls.given({**asked, "features": None if features is None else ",".join(features)})
            files = parts("audio", audio, "clip.wav")
            call = calls.post("/v1/analyze", idempotency_key=idempotency_key, files=files, fields=form(chosen))
        return await self._transport.ask(call, SpeechResult)

    async def batch(
        self,
        items: Sequence[Mapping[str, Any]],
        *,
        vertical: str | None = None,
        features: Sequence[str] | None = None,
        idempotency_key: str | None = None,
    ) -> SpeechBatch:
        """Analyse up to twenty clips: each has an `id` and an `audio_url`, or its bytes as `audio`.

        A clip that cannot be analysed has an `error` in its place.
        """
        body = {
            "items": [_item(item) for item in items],
            "vertical": vertical,
            "features": None if features is None else list(features),
        }
        call = calls.post("/v1/analyze/batch", body, idempotency_key=idempotency_key, read_s=_BATCH_S)
        return await self._transport.ask(call, SpeechBatch)


class AsyncEmotion:
    """Clips and recordings in a vocabulary of 4, 5 or 7 emotions."""

    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport

    async def discrete(self, file: FileInput, *, model: int = 4, idempotency_key: str | None = None) -> EmotionResult:
        """The emotion of 4 to 10 seconds of speech."""
        call = calls.post(
            "/v1/emotion/discrete",
            idempotency_key=idempotency_key,
            files=parts("file", file, "clip.wav"),
            fields={"model": str(model)},
        )
        return await self._transport.ask(call, EmotionResult)

    async def recording(
        self,
        file: FileInput | None = None,
        *,
        url: str | None = None,
        model: int = 4,
        interval: float = 5,
        wait: bool = True,
        timeout: float | None = None,
        idempotency_key: str | None = None,
    ) -> EmotionRecording:
        """One emotion for each `interval` seconds of a recording of 5 seconds or more.

        Waits until it is done, unless `wait` is False. Raises `AnalysisFailed`, and `AnalysisTimedOut` after `timeout`
        seconds.
        """
        if file is None and url is None:
            raise ValueError("there is no recording: give a file or a url")
        asked = calls.given({"url": url, "model": model, "interval": interval})
        files = parts("file", file, "recording.wav")
        call = (
            calls.post("/v1/emotion/async", idempotency_key=idempotency_key, files=files, fields=form(asked))
            if files
            else calls.post("/v1/emotion/async", asked, idempotency_key=idempotency_key)
        )
        found = await self._transport.ask(call, EmotionRecording)
        return await self.wait(found.request_id, timeout=timeout) if wait else found

    async def get(self, request_id: str) -> EmotionRecording:
        """How far a recording is, and its emotions once it is completed."""
        return await self._transport.ask(calls.get(calls.at(_RECORDING, request_id)), EmotionRecording)

    async def wait(self, request_id: str, *, timeout: float | None = None) -> EmotionRecording:
        """A recording's emotions, as soon as they are there."""
        ends = None if timeout is None else time.monotonic() + timeout
        while not (found := await self.get(request_id)).is_done:
            if ends is not None and time.monotonic() + _LOOK_EVERY_S > ends:
                raise AnalysisTimedOut(request_id, timeout or 0.0)
            await sleep(_LOOK_EVERY_S)
        return _completed(found)


def _completed(found: EmotionRecording) -> EmotionRecording:
    if found.status == "cancelled":
        raise AnalysisCancelled(found.request_id)
    if found.error is not None:
        raise AnalysisFailed(found.error.message, job_id=found.request_id, code=found.error.code)
    return found


def _item(item: Mapping[str, Any]) -> dict[str, Any]:
    told = dict(item)
    audio = told.pop("audio", None)
    return told if audio is None else {**told, "audio_base64": base64.b64encode(audio).decode()}
