"""`/v1/analyse/...` and `/v1/result/{job_id}`: recordings, documents and pictures in, explained reports out."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse, Response
from fastapi.routing import APIRoute

from hub.accounts.api_access import Caller, admit, allow
from hub.accounts.api_route import ApiRoute
from hub.accounts.dependencies import CurrentRuntime
from hub.accounts.idempotency import Handler
from hub.analysis import jobs
from hub.analysis.answers import answer_to, shelf, whole_answer_to
from hub.analysis.inputs import take_inputs
from hub.analysis.jobs import NewJob
from hub.analysis.models import AnalysisJob, JobState
from hub.analysis.schemas import REQUESTS, JobAnswer, answer_of
from hub.analysis.standings import Standing, standing_of
from hub.analysis.uploads import begin_upload
from hub.api_schemas import error_responses, form_fields
from hub.errors import answer, request_id
from hub.runtime import Runtime

router = APIRouter(prefix="/v1", tags=["Analyse"], route_class=ApiRoute)

Kind = Literal["video", "audio", "text", "image", "multimodal"]
Allowed = Annotated[Caller, Depends(allow("analyse"))]
Background = Annotated[bool, Query(alias="async", description="Do not wait: answer 202 at once.")]

_WAIT_S: Final = 2.0
_LOOK_EVERY_S: Final = 0.06
_OUR_FAULT: Final = {"internal_error", "analysis_crashed", "model_missing"}
_FILES: Final[Mapping[str, tuple[str, ...]]] = {
    "video": ("file", "transcript"),
    "audio": ("file", "transcript"),
    "text": ("file",),
    "image": ("file",),
    "multimodal": ("video", "audio", "text", "image"),
}


def _body(kind: str) -> dict[str, Any]:
    """The request body in the OpenAPI document: the route reads it itself, as it comes."""
    schema = REQUESTS[kind].model_json_schema(ref_template="#/components/schemas/{model}")
    schema.pop("$defs", None)
    one = {"type": "string", "format": "binary"}
    files = {name: {"type": "array", "items": one} if kind == "image" else one for name in _FILES[kind]}
    form = {"type": "object", "properties": {**form_fields(schema["properties"]), **files}}
    content = {"application/json": {"schema": schema}, "multipart/form-data": {"schema": form}}
    return {"requestBody": {"required": True, "content": content}}


_RESPONSES: Final[dict[int | str, dict[str, Any]]] = {
    200: {"model": JobAnswer, "description": "The report: the input was short enough to wait for."},
    202: {
        "model": JobAnswer,
        "description": "The input takes longer; ask for the result at `Location`.",
        "headers": {"Location": {"description": "Where the result will be.", "schema": {"type": "string"}}},
    },
    **error_responses(400, 409, 413, 415),
}

_UNCHANGED: Final[dict[int | str, dict[str, Any]]] = {
    304: {"description": "The report that `If-None-Match` names is still the one.", "model": None}
}


@dataclass(frozen=True)
class _Call:
    """One request to analyse something."""

    request: Request
    runtime: Runtime
    caller: Caller
    background: bool


async def _call(request: Request, runtime: CurrentRuntime, caller: Allowed, background: Background = False) -> _Call:
    return _Call(request, runtime, caller, background)


Called = Annotated[_Call, Depends(_call)]


async def _analyse(kind: Kind, call: _Call) -> Response:
    request, runtime, caller = call.request, call.runtime, call.caller
    upload = await asyncio.to_thread(begin_upload, runtime.settings.media_dir)
    try:
        inputs = await take_inputs(request, runtime, caller.plan, kind, upload)
        new = NewJob(
            upload.job_id, kind, inputs.files, inputs.urls, inputs.stored_options(caller.plan), quick=inputs.quick
        )
        job = await asyncio.to_thread(jobs.start_job, runtime, caller, new)
    except BaseException:
        upload.discard()
        raise
    upload.keep()
    if call.background:
        return _accepted(request, job)
    return await _wait(request, runtime, job)


async def _wait(request: Request, runtime: Runtime, job: AnalysisJob) -> Response:
    """The report if it is there in time, else where it will be."""
    until, standing = time.monotonic() + _WAIT_S, await standing_of(runtime, job.organisation_id, job.id)
    while time.monotonic() < until:
        await asyncio.sleep(_LOOK_EVERY_S)
        standing = await standing_of(runtime, job.organisation_id, job.id)
        if standing.state is JobState.COMPLETED:
            return await whole_answer_to(request, runtime, standing)
        if standing.state is JobState.FAILED:
            return _refused(request, standing)
    return _accepted(request, standing)


def _accepted(request: Request, job: AnalysisJob | Standing) -> Response:
    location = {"Location": f"/v1/result/{job.id}"}
    return JSONResponse(answer_of(job, None, request_id(request)), status_code=202, headers=location)


def _refused(request: Request, job: Standing) -> Response:
    code, message = job.error_code or "internal_error", job.error_message or ""
    status = 500 if code in _OUR_FAULT else 413 if code == "payload_too_large" else 422
    return answer(request, status, code, message, {"job_id": job.id})


class _ResultRoute(APIRoute):
    """Clients poll it, so it is called more often than all others together: it goes past the general machinery.

    Parameters are declared for the OpenAPI document, and taken from the request as it is.
    """

    def get_route_handler(self) -> Handler:
        """Admit the caller and answer."""

        async def handle(request: Request) -> Response:
            caller = await admit(request, "analyse")
            return await read_result(request, request.app.state.runtime, caller, request.path_params["job_id"])

        return handle


async def read_result(request: Request, runtime: CurrentRuntime, caller: Allowed, job_id: str) -> Response:
    """How far an analysis is, and its report once it is completed."""
    return await answer_to(request, runtime, await standing_of(runtime, caller.organisation_id, job_id))


router.add_api_route(  # the first one, so that it is found first
    "/result/{job_id}",
    read_result,
    responses={**_UNCHANGED, **error_responses(404)},
    response_model=JobAnswer,
    route_class_override=_ResultRoute,
)


@router.post("/analyse/video", openapi_extra=_body("video"), responses=_RESPONSES, response_model=JobAnswer)
async def analyse_video(call: Called) -> Response:
    """Analyse a video: faces, voice and words, with Trust Score, credibility signal, VAD, Action Units and events."""
    return await _analyse("video", call)


@router.post("/analyse/audio", openapi_extra=_body("audio"), responses=_RESPONSES, response_model=JobAnswer)
async def analyse_audio(call: Called) -> Response:
    """Analyse sound: confidence score, hesitation map, stress indicators, pitch, pace, VAD and vocal events."""
    return await _analyse("audio", call)


@router.post("/analyse/text", openapi_extra=_body("text"), responses=_RESPONSES, response_model=JobAnswer)
async def analyse_text(call: Called) -> Response:
    """Analyse text or a document: sentiment depth, engagement signal, hesitation markers, VAD for each sentence."""
    return await _analyse("text", call)


@router.post("/analyse/image", openapi_extra=_body("image"), responses=_RESPONSES, response_model=JobAnswer)
async def analyse_image(call: Called) -> Response:
    """Analyse pictures: for each face Action Units, VAD, expression and engagement score."""
    return await _analyse("image", call)


@router.post("/analyse/multimodal", openapi_extra=_body("multimodal"), responses=_RESPONSES, response_model=JobAnswer)
async def analyse_multimodal(call: Called) -> Response:
    """Analyse any mix of video, audio, text and pictures into one report."""
    return await _analyse("multimodal", call)


@router.delete("/result/{job_id}", status_code=204, responses=error_responses(404))
async def cancel(runtime: CurrentRuntime, caller: Allowed, job_id: str) -> None:
    """Cancel an analysis that is under way, or forget the report of one that is done."""
    await asyncio.to_thread(jobs.cancel_job, runtime, caller.organisation_id, job_id)
    shelf(runtime.database).drop(job_id)
