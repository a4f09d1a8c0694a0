"""A meeting's progress while it is fetched and analysed, as server-sent events."""

import asyncio
from collections.abc import AsyncIterator
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse

from hub.accounts.dependencies import CurrentMember, CurrentRuntime, Member
from hub.console.errors import not_found
from hub.console.rendering import environment
from hub.console.states import UNDER_WAY, shown_state
from hub.deliveries.models import Delivery
from hub.deliveries.repository import Deliveries
from hub.meetings.models import Meeting, MeetingState
from hub.meetings.repository import Meetings
from hub.runtime import Runtime

router = APIRouter()

_EVERY_S: Final = 1.0
_SETTLING_S: Final = 5
"""How long a finished meeting is given to find its CRM records, so that the page that follows shows them."""
_LONGEST_S: Final = 600
"""Then the browser connects again, and is asked again who it is."""


@router.get("/meetings/{meeting_id}/events")
def events(request: Request, meeting_id: str, member: CurrentMember, runtime: CurrentRuntime) -> Response:
    """`progress` with the fragment to show whenever it changes, then `finished` once."""
    if _read(runtime, member, meeting_id) is None:
        return not_found(request)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_stream(runtime, member, meeting_id), media_type="text/event-stream", headers=headers)


async def _stream(runtime: Runtime, member: Member, meeting_id: str) -> AsyncIterator[str]:
    shown, settling_s = "", 0.0
    for _ in range(round(_LONGEST_S / _EVERY_S)):
        meeting = await asyncio.to_thread(_read, runtime, member, meeting_id)
        if meeting is None or await _is_finished(runtime, meeting, settling_s):
            yield _event("finished", "")
            return
        if meeting.state not in UNDER_WAY:
            settling_s += _EVERY_S
        fragment = _draw(meeting)
        yield ": still here\n\n" if fragment == shown else _event("progress", fragment)
        shown = fragment
        await asyncio.sleep(_EVERY_S)


def _read(runtime: Runtime, member: Member, meeting_id: str) -> Meeting | None:
    with runtime.database.transaction() as session:
        return Meetings(session, member.organisation_id).get(meeting_id)


async def _is_finished(runtime: Runtime, meeting: Meeting, settling_s: float) -> bool:
    if meeting.state in UNDER_WAY:
        return False
    if meeting.state is MeetingState.FAILED or settling_s >= _SETTLING_S:
        return True
    return await asyncio.to_thread(_is_planned, runtime, meeting)


def _is_planned(runtime: Runtime, meeting: Meeting) -> bool:
    """Whether deliveries were planned, which follows matching."""
    with runtime.database.transaction() as session:
        found = Deliveries(session, meeting.organisation_id)
        return bool(found.all(found.select().where(Delivery.meeting_id == meeting.id, Delivery.kind == "destination")))


def _draw(meeting: Meeting) -> str:
    template = environment().get_template("meetings/progress.html")
    return template.render(meeting=meeting, shown=shown_state(meeting))


def _event(name: str, data: str) -> str:
    lines = "".join(f"data: {line}\n" for line in data.splitlines() or [""])
    return f"event: {name}\n{lines}\n"
