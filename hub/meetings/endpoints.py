"""`/v1/meetings`: recorded meetings with their results, CRM records and deliveries."""

import asyncio
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from hub.accounts.api_access import Caller, allow
from hub.accounts.api_route import ApiRoute
from hub.accounts.dependencies import CurrentRuntime
from hub.analysis.repository import Analyses
from hub.api_schemas import Cursor, Limit, Listing, error_responses
from hub.crm.repository import Matches
from hub.deliveries.repository import Deliveries
from hub.deliveries.routes.views import DeliveryView, delivery_view
from hub.errors import NotFound
from hub.kit.pagination import Page, page
from hub.meetings.deleting import delete_meeting
from hub.meetings.models import Meeting, MeetingState
from hub.meetings.repository import Meetings, Participants
from hub.meetings.reprocessing import reprocess
from hub.runtime import Runtime

router = APIRouter(prefix="/v1/meetings", tags=["Meetings"], route_class=ApiRoute)

Reader = Annotated[Caller, Depends(allow("meetings:read"))]
Writer = Annotated[Caller, Depends(allow("meetings:write"))]
Deleter = Annotated[Caller, Depends(allow("meetings:delete"))]


class MeetingView(BaseModel):
    """A recorded meeting and where it stands. `progress` is 0..1 of the state's work."""

    id: str
    provider: str
    title: str
    host_email: str
    started_at: datetime | None
    ended_at: datetime | None
    duration_s: float | None
    state: str
    state_reason: str
    progress: float
    revision: int
    created_at: datetime
    updated_at: datetime


class ParticipantView(BaseModel):
    """Somebody who took part. People of the organisation itself (`internal`) are never scored."""

    name: str
    email: str
    internal: bool
    host: bool
    speaker: str | None


class MatchView(BaseModel):
    """A CRM record of the meeting, and why that one."""

    id: str
    provider: str
    connection_id: str
    record_type: str
    record_id: str
    record_name: str
    record_url: str
    rule: str
    reason: str


class MeetingDetails(MeetingView):
    """A meeting with everything that belongs to it. `analysis` is the whole result that counts now."""

    participants: list[ParticipantView]
    analysis_id: str | None
    analysis: dict[str, Any] | None = Field(description="The result; null before the first one.")
    matches: list[MatchView]
    deliveries: list[DeliveryView]


@router.get("", responses=error_responses())
async def list_meetings(
    runtime: CurrentRuntime,
    caller: Reader,
    state: MeetingState | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Listing[MeetingView]:
    """Recorded meetings."""
    found = await asyncio.to_thread(_page, runtime, caller.organisation_id, state, limit, cursor)
    return Listing(data=[_view(row) for row in found.rows], next_cursor=found.next_cursor)


@router.get("/{meeting_id}", responses=error_responses(404))
async def read_meeting(runtime: CurrentRuntime, caller: Reader, meeting_id: str) -> MeetingDetails:
    """One meeting with its result, people, CRM records and deliveries."""
    return await asyncio.to_thread(_details, runtime, caller.organisation_id, meeting_id)


@router.delete("/{meeting_id}", status_code=204, responses=error_responses(404, 409))
async def remove_meeting(runtime: CurrentRuntime, caller: Deleter, meeting_id: str) -> None:
    """Delete a meeting with its result, people and deliveries. What was written to a CRM or sent stays there.

    Undo its deliveries first to take that back: afterwards nothing here knows any more what stood there before.
    """
    await asyncio.to_thread(delete_meeting, runtime, caller.organisation_id, meeting_id, actor=caller.actor)


@router.post("/{meeting_id}/reprocess", status_code=202, responses=error_responses(404, 409))
async def reprocess_meeting(runtime: CurrentRuntime, caller: Writer, meeting_id: str) -> MeetingView:
    """Fetch and analyse the recording again; the result is the meeting's next revision."""
    row = await asyncio.to_thread(reprocess, runtime, caller.organisation_id, meeting_id, actor=caller.actor)
    return _view(row)


def _view(row: Meeting) -> MeetingView:
    return MeetingView.model_validate(row.model_dump())


def _page(
    runtime: Runtime, organisation_id: str, state: MeetingState | None, limit: int, cursor: str | None
) -> Page[Meeting]:
    where = [Meeting.state == state] if state else []
    with runtime.database.transaction() as session:
        return page(Meetings(session, organisation_id), limit=limit, cursor=cursor, where=where)


def _details(runtime: Runtime, organisation_id: str, meeting_id: str) -> MeetingDetails:
    with runtime.database.transaction() as session:
        meeting = Meetings(session, organisation_id).get(meeting_id)
        if meeting is None:
            raise NotFound("There is no such meeting.")
        analysis = Analyses(session, organisation_id).newest_completed(meeting_id)
        people = Participants(session, organisation_id).of_meeting(meeting_id)
        matches = Matches(session, organisation_id).of_meeting(meeting_id)
        deliveries = Deliveries(session, organisation_id).of_meeting(meeting_id)
    return MeetingDetails(
        **_view(meeting).model_dump(),
        participants=[ParticipantView.model_validate(row.model_dump()) for row in people],
        analysis_id=analysis.id if analysis else None,
        analysis=dict(analysis.result) if analysis else None,
        matches=[MatchView.model_validate(row.model_dump()) for row in matches],
        deliveries=[delivery_view(row) for row in deliveries],
    )
