"""`/v1/analyze`, `/v1/analyze/batch` and `/v1/emotion/...`: speech emotion as other products answer it."""

import asyncio
import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ValidationError

from analysis_core.emotion import overall
from hub.accounts.api_access import Caller, allow
from hub.accounts.api_route import ApiRoute
from hub.accounts.dependencies import CurrentRuntime
from hub.analysis import jobs
from hub.analysis.fetching import fetch
from hub.analysis.inputs import Inputs, take_inputs
from hub.analysis.jobs import NewJob
from hub.analysis.models import AnalysisJob, JobState
from hub.analysis.runner import AnalysisFailed
from hub.analysis.schemas import EmotionRequest
from hub.analysis.uploads import FileSink, Upload, begin_upload
from hub.api_schemas import error_responses, form_fields
from hub.errors import HubError, InvalidInput, NotFound, PayloadTooLarge, request_id
from hub.kit.ids import new_id
from hub.kit.multipart import PartHead, Sink, TextSink, is_multipart, read_body, receive_parts
from hub.meetings.media import run_directory
from hub.runtime import Runtime
from hub.speech import telling
from hub.speech.errors import FORMATS, NoSpeech, UnsupportedAudio, WrongParameters
from hub.speech.listening import listen, listen_to, predict
from hub.speech.schemas import (
    MOST_AUDIO_BYTES,
    AnalyzeAnswer,
    AnalyzeRequest,
    BatchAnswer,
    BatchItem,
    BatchRequest,
    Chosen,
    DiscreteAnswer,
    EmotionJob,
    EmotionMoment,
)

router = APIRouter(prefix="/v1", tags=["Speech"], route_class=ApiRoute)

Allowed = Annotated[Caller, Depends(allow("speech"))]

_JSON_BYTES: Final = 4 * MOST_AUDIO_BYTES // 3 + 1024 * 1024
_FIELD_BYTES: Final = 128 * 1024
_AT_ONCE: Final = 2
_SHORTEST_S, _LONGEST_S = 3.5, 10.5
_ASYNC_SHORTEST_S: Final = 4.9
_AUDIO_LIKE: Final = {*FORMATS, "audio/x-wav", "audio/wave", "audio/vnd.wave", "audio/mp3", "audio/x-flac", "audio/m4a",
                      "audio/x-m4a", "audio/opus", "application/octet-stream", "video/webm", ""}  # fmt: skip
_BINARY: Final = {"type": "string", "format": "binary"}


def _body(model: type[BaseModel], file: str, unused: Collection[str] = ()) -> dict[str, Any]:
    """The request body in the OpenAPI document; the routes read it themselves.

    Fields in `unused` are taken and have no effect there, so that the document does not offer them.
    """
    schema = model.model_json_schema()
    schema.pop("$defs", None)
    for name in unused:
        del schema["properties"][name]
    if unused:
        del schema["additionalProperties"]
    form = {"type": "object", "properties": {**form_fields(schema["properties"]), file: _BINARY}}
    content = {"application/json": {"schema": schema}, "multipart/form-data": {"schema": form}}
    return {"requestBody": {"required": True, "content": content}}


def _batch_body() -> dict[str, Any]:
    """As `BatchRequest` says, with the clips' schema in its place."""
    schema = BatchRequest.model_json_schema()
    schema["properties"]["items"]["items"] = schema.pop("$defs")["BatchItem"]
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


@router.post(
    "/analyze",
    openapi_extra=_body(AnalyzeRequest, "audio"),
    responses=error_responses(400, 413, 415, 503),
    response_model_exclude_unset=True,
)
async def analyze(request: Request, runtime: CurrentRuntime, caller: Allowed) -> AnalyzeAnswer:
    """Analyse one clip: 14 emotions, valence, arousal and dominance, prosody, and what they mean for a line of work."""
    async with run_directory(runtime.settings.media_dir) as directory:
        asked, media = await _take(request, directory)
        _require(asked, asked.session_id)
        if media is None:
            result = await listen_to(runtime, caller, asked, asked.transcript)
        else:
            result = await listen(runtime, caller, media, asked.transcript)
    return await asyncio.to_thread(_told, runtime, caller, asked, result, request_id(request))


@router.post(
    "/analyze/batch",
    openapi_extra=_batch_body(),
    responses=error_responses(400, 413, 415, 503),
)
async def analyze_batch(request: Request, runtime: CurrentRuntime, caller: Allowed) -> BatchAnswer:
    """Analyse up to twenty clips. One that cannot be analysed has an `error` in its place."""
    asked = await _parsed(BatchRequest, await read_body(request, _JSON_BYTES))
    _require(asked, None)
    turns = asyncio.Semaphore(_AT_ONCE)
    identifier = new_id("batch")

    async def one(item: BatchItem) -> dict[str, Any]:
        async with turns:
            return await _item(runtime, caller, asked, item, identifier)

    results = await asyncio.gather(*(one(item) for item in asked.items))
    return BatchAnswer(results=results, request_id=identifier)


@router.post(
    "/emotion/discrete",
    openapi_extra=_body(EmotionRequest, "file", unused=("interval", "alert_thresholds", "baseline_window_s")),
    responses=error_responses(400, 413, 415, 503),
    response_model_exclude_none=True,
)
async def discrete(request: Request, runtime: CurrentRuntime, caller: Allowed) -> DiscreteAnswer:
    """The emotion of 4 to 10 seconds of speech, in a vocabulary of 4, 5 or 7."""
    upload = await asyncio.to_thread(begin_upload, runtime.settings.media_dir)
    try:
        inputs = await take_inputs(request, runtime, caller.plan, "emotion", upload)
        result = await listen(runtime, caller, await _clip(runtime, inputs, upload))
    finally:
        upload.discard()
    if not _SHORTEST_S <= result["duration_s"] <= _LONGEST_S:
        raise InvalidInput(f"The clip has {result['duration_s']:.1f} s: send 4 to 10 s, or use /v1/emotion/async.")
    heard = overall(result, inputs.extra["model"])
    if heard is None:
        raise NoSpeech("Nobody is heard long enough to tell an emotion.")
    return DiscreteAnswer(
        main_emotion=heard.emotion,
        confidence=heard.confidence,
        all_predictions=dict(heard.shares),
        watermark=caller.plan.watermark,
    )


async def _clip(runtime: Runtime, inputs: Inputs, upload: Upload) -> Path:
    """The clip on the disk, whether it was sent or lies at an address. Raises `HubError`."""
    if "audio" in inputs.files:
        return upload.directory / inputs.files["audio"][0]
    target = upload.directory / "audio-url"
    allow_private = runtime.settings.allow_private_inputs
    try:
        await fetch(inputs.urls["audio"][0], target, limit_bytes=MOST_AUDIO_BYTES, allow_private=allow_private)
    except AnalysisFailed as error:
        if error.code == "payload_too_large":
            raise PayloadTooLarge(error.message) from error
        raise InvalidInput(error.message, {"fields": {"url": error.message}}) from error
    return target


@router.post(
    "/emotion/async",
    status_code=202,
    openapi_extra=_body(EmotionRequest, "file"),
    responses=error_responses(400, 413, 415),
    response_model_exclude_none=True,
)
async def start_recording(request: Request, runtime: CurrentRuntime, caller: Allowed) -> EmotionJob:
    """Analyse a recording of 5 seconds or more: one emotion for each `interval`."""
    upload = await asyncio.to_thread(begin_upload, runtime.settings.media_dir)
    try:
        inputs = await take_inputs(request, runtime, caller.plan, "emotion", upload)
        options = inputs.stored_options(caller.plan)
        new = NewJob(upload.job_id, "emotion", inputs.files, inputs.urls, options, quick=inputs.quick)
        job = await asyncio.to_thread(jobs.start_job, runtime, caller, new)
    except BaseException:
        upload.discard()
        raise
    upload.keep()
    return EmotionJob(request_id=job.id, status=job.state.value)


@router.get("/emotion/async/{request_id}", responses=error_responses(404), response_model_exclude_none=True)
async def read_recording(runtime: CurrentRuntime, caller: Allowed, request_id: str) -> EmotionJob:
    """How far a recording is, and its emotions once it is completed."""
    job, result = await asyncio.to_thread(jobs.find_job, runtime, caller.organisation_id, request_id)
    if job.kind != "emotion":
        raise NotFound("There is no such recording.")
    return _emotions(job, result)


def _emotions(job: AnalysisJob, result: Mapping[str, Any] | None) -> EmotionJob:
    told = EmotionJob(request_id=job.id, status=job.state.value, progress=job.progress, watermark=job.watermark)
    if job.state is JobState.FAILED:
        told.error = {"code": job.error_code, "message": job.error_message}
    elif result is not None and result["duration_s"] < _ASYNC_SHORTEST_S:
        told.status, told.error = "failed", {"code": "audio_too_short", "message": "The recording is under 5 s."}
    elif result is not None:
        options: Any = job.options
        rows = telling.moments(result, options["model"], options["interval"])
        told.emotions = [EmotionMoment.model_validate(row) for row in rows]
    return told


def _told(
    runtime: Runtime, caller: Caller, asked: AnalyzeRequest, result: Mapping[str, Any], identifier: str
) -> AnalyzeAnswer:
    features = telling.wanted(asked.features)
    found = telling.clip(result, features, asked.vertical)
    if "prediction" in features and asked.session_id:
        heard = {"emotion": found.get("emotion", ""), **telling.signed(result)}
        found["prediction"] = predict(runtime, caller, asked.session_id, heard)
    given = {name: getattr(asked, name) for name in ("speaker_id", "session_id", "metadata")}
    more = {name: value for name, value in {**given, "watermark": caller.plan.watermark}.items() if value is not None}
    return AnalyzeAnswer(**found, **more, processed_at=runtime.clock(), request_id=identifier)


async def _item(
    runtime: Runtime, caller: Caller, asked: BatchRequest, item: BatchItem, identifier: str
) -> dict[str, Any]:
    try:
        result = await listen_to(runtime, caller, item, item.transcript)
        request = AnalyzeRequest(vertical=asked.vertical, features=asked.features)
        answer = await asyncio.to_thread(_told, runtime, caller, request, result, identifier)
    except HubError as error:
        return {"id": item.id, "error": {"code": error.code, "message": error.message, **_details(error)}}
    return {"id": item.id, **answer.model_dump(mode="json", exclude_unset=True, exclude={"request_id"})}


def _details(error: HubError) -> dict[str, Any]:
    return {"details": dict(error.details)} if error.details else {}


def _require(asked: Chosen, session_id: str | None) -> None:
    """What the features that were asked for need. Raises `WrongParameters`."""
    needed = {"vertical": ("vertical", asked.vertical), "prediction": ("session_id", session_id)}
    missing = {
        name: [f"Required for the feature '{feature}'"]
        for feature, (name, value) in needed.items()
        if feature in (asked.features or ()) and not value
    }
    if missing:
        raise WrongParameters(missing)


async def _take(request: Request, directory: Path) -> tuple[AnalyzeRequest, Path | None]:
    """What was asked for, and the clip where it was uploaded. Raises `HubError`."""
    if not is_multipart(request):
        return await _parsed(AnalyzeRequest, await read_body(request, _JSON_BYTES)), None
    fields: dict[str, list[TextSink]] = {}
    files: list[FileSink] = []

    def open_part(head: PartHead) -> Sink:
        if head.name == "audio" and not files:
            if head.content_type not in _AUDIO_LIKE:
                raise UnsupportedAudio(head.content_type)
            files.append(_ClipSink(directory / "clip", MOST_AUDIO_BYTES))
            return files[0]
        if head.filename is not None or (head.name in fields and head.name != "features"):
            raise WrongParameters({head.name: ["Unexpected part"]})
        sinks = fields.setdefault(head.name, [])
        sinks.append(TextSink(_FIELD_BYTES))
        return sinks[-1]

    await receive_parts(request, open_part)
    if files and not files[0].size:
        raise WrongParameters({"audio": ["The file is empty"]})
    texts = {name: [sink.text for sink in sinks] for name, sinks in fields.items()}
    given = {name: found if len(found) > 1 else found[0] for name, found in texts.items()}
    return _checked(given), files[0].path if files else None


class _ClipSink(FileSink):
    def write(self, data: bytes) -> None:
        """Raises `PayloadTooLarge`, in the words that callers know."""
        try:
            super().write(data)
        except PayloadTooLarge as error:
            raise PayloadTooLarge("Audio file exceeds maximum size of 25MB") from error


def _checked(given: dict[str, Any]) -> AnalyzeRequest:
    if "metadata" in given:
        try:
            given["metadata"] = json.loads(given["metadata"])
        except (ValueError, RecursionError) as error:
            raise WrongParameters({"metadata": ["Invalid JSON"]}) from error
    try:
        return AnalyzeRequest.model_validate(given)
    except ValidationError as error:
        raise _wrong(error) from error


async def _parsed(model: type[Any], body: bytes) -> Any:
    try:
        return await asyncio.to_thread(model.model_validate_json, body)
    except ValidationError as error:
        raise _wrong(error) from error


def _wrong(error: ValidationError) -> WrongParameters:
    fields: dict[str, list[str]] = {}
    for item in error.errors()[:20]:
        fields.setdefault(".".join(map(str, item["loc"])) or "body", []).append(item["msg"])
    return WrongParameters(fields)
