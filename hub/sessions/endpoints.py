"""`/v1/sessions`: open, send frames, end, read the report."""

import asyncio
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Query, Request

from hub.accounts.api_access import Caller, allow
from hub.accounts.api_route import ApiRoute
from hub.accounts.dependencies import CurrentRuntime
from hub.api_schemas import Cursor, Limit, Listing, error_responses
from hub.errors import Conflict, Forbidden, InvalidInput
from hub.kit.multipart import PartHead, Sink, TextSink, receive_parts
from hub.kit.pagination import Page, page
from hub.runtime import Runtime
from hub.sessions.errors import FrameTooLarge
from hub.sessions.models import LiveSession, SessionState
from hub.sessions.repository import LiveSessions
from hub.sessions.schemas import FrameAnswer, SessionReport, SessionRequest, SessionView, session_view
from hub.sessions.service.frames import MAX_FRAME_BYTES, forget_faces, see_frame
from hub.sessions.service.opening import end_session, open_session

router = APIRouter(prefix="/v1/sessions", tags=["Sessions"], route_class=ApiRoute)

Allowed = Annotated[Caller, Depends(allow("sessions"))]
_FIELD_BYTES: Final = 1024
_FORM: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["frame"],
                    "properties": {
                        "frame": {"type": "string", "format": "binary", "description": "JPEG or PNG, at most 4 MB."},
                        "timestamp_ms": {"type": "integer", "description": "Milliseconds since 1970; now if absent."},
                    },
                }
            }
        },
    }
}


@router.post("", status_code=201, responses=error_responses(409))
async def create_session(runtime: CurrentRuntime, caller: Allowed, body: SessionRequest | None = None) -> SessionView:
    """Open a session. Its opening `baseline_window_s` seconds are what later frames are compared with."""
    return session_view(await asyncio.to_thread(open_session, runtime, caller, body or SessionRequest()))


@router.get("", responses=error_responses())
async def list_sessions(
    runtime: CurrentRuntime,
    caller: Allowed,
    status: SessionState | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Listing[SessionView]:
    """Sessions, ended ones included."""
    found = await asyncio.to_thread(_page, runtime, caller.organisation_id, status, limit, cursor)
    return Listing(data=[session_view(row) for row in found.rows], next_cursor=found.next_cursor)


@router.get("/{session_id}", responses=error_responses(404))
async def read_session(runtime: CurrentRuntime, caller: Allowed, session_id: str) -> SessionView:
    """One session."""
    return session_view(await asyncio.to_thread(find_session, runtime, caller.organisation_id, session_id))


@router.post(
    "/{session_id}/frames",
    openapi_extra=_FORM,
    responses=error_responses(400, 404, 409, 413, 415, 503),
    response_model_exclude_none=False,
)
async def analyse_frame(
    request: Request,
    runtime: CurrentRuntime,
    caller: Allowed,
    session_id: str,
    detail: Annotated[Literal["aus"] | None, Query(description="`aus` adds every Action Unit.")] = None,
) -> FrameAnswer:
    """Analyse one frame: VAD against the session's baseline, active Action Units, alerts."""
    picture, timestamp_ms = await _frame(request, runtime)
    answer = await see_frame(runtime, caller, session_id, picture, timestamp_ms, detail=detail == "aus")
    return FrameAnswer.model_validate(answer)


@router.post("/{session_id}/end", responses=error_responses(404, 409))
async def end(runtime: CurrentRuntime, caller: Allowed, session_id: str) -> SessionView:
    """End a session; its report is made at once."""
    row = await asyncio.to_thread(end_session, runtime, caller.organisation_id, session_id)
    await forget_faces(runtime, session_id)
    return session_view(row)


@router.get("/{session_id}/report", responses=error_responses(404, 409))
async def read_report(runtime: CurrentRuntime, caller: Allowed, session_id: str) -> SessionReport:
    """The report of a session that has ended."""
    if not caller.plan.reports:
        raise Forbidden("Session reports are not part of your plan.")
    row = await asyncio.to_thread(find_session, runtime, caller.organisation_id, session_id)
    if row.report is None:
        raise Conflict("The report is made when the session ends.")
    return SessionReport.model_validate(row.report)


def find_session(runtime: Runtime, organisation_id: str, session_id: str) -> LiveSession:
    """Any session of the organisation. Raises `NotFound`."""
    with runtime.database.transaction() as session:
        return LiveSessions(session, organisation_id).existing(session_id)


class _FrameSink(TextSink):
    def write(self, data: bytes) -> None:
        """Raises `FrameTooLarge`."""
        if len(self.data) + len(data) > self.limit_bytes:
            raise FrameTooLarge(f"A frame may have {self.limit_bytes} bytes.")
        self.data += data


async def _frame(request: Request, runtime: Runtime) -> tuple[bytes, int]:
    """The picture and its time. Raises `HubError`."""
    parts: dict[str, TextSink] = {}

    def open_part(head: PartHead) -> Sink:
        if head.name not in {"frame", "timestamp_ms"} or head.name in parts:
            raise InvalidInput("Send one `frame` and one `timestamp_ms`.", {"fields": {head.name: "unexpected"}})
        made = _FrameSink(MAX_FRAME_BYTES) if head.name == "frame" else TextSink(_FIELD_BYTES)
        parts[head.name] = made
        return made

    await receive_parts(request, open_part)
    if "frame" not in parts:
        raise InvalidInput("There is no frame.", {"fields": {"frame": "missing"}})
    return bytes(parts["frame"].data), _timestamp(parts.get("timestamp_ms"), runtime)


def _timestamp(given: TextSink | None, runtime: Runtime) -> int:
    text = given.text.strip() if given else ""
    if not text:
        return int(runtime.clock().timestamp() * 1000)
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise InvalidInput("The time is not a number.", {"fields": {"timestamp_ms": "milliseconds since 1970"}})
    return int(text)


def _page(
    runtime: Runtime, organisation_id: str, status: SessionState | None, limit: int, cursor: str | None
) -> Page[LiveSession]:
    where = [LiveSession.state == status.value] if status else []
    with runtime.database.transaction() as session:
        return page(LiveSessions(session, organisation_id), limit=limit, cursor=cursor, where=where)
