"""The dry run on a page: what a real meeting's result would write, record by record, before and after."""

import asyncio
from collections.abc import Awaitable, Sequence

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlmodel import col

from hub.accounts.dependencies import CurrentAdmin, CurrentRuntime, Member
from hub.connections.models import Connection
from hub.connections.repository import ConnectionRepository
from hub.console.errors import not_found
from hub.console.providers import provider_name
from hub.console.rendering import page
from hub.crm.service.mapping import crm_of, is_crm
from hub.crm.service.rehearsing import DryRun, dry_run, dry_run_of_connection
from hub.errors import Conflict, NotFound, Unavailable
from hub.meetings.models import Meeting
from hub.meetings.repository import Meetings
from hub.runtime import Runtime

router = APIRouter()
_OFFERED = 50


@router.get("/destinations/{destination_id}/dry-run")
async def try_destination(
    request: Request, destination_id: str, admin: CurrentAdmin, runtime: CurrentRuntime, meeting_id: str = ""
) -> Response:
    """For a destination, with its mapping, rule and policy."""
    try:
        _, connection = await asyncio.to_thread(crm_of, runtime, admin.organisation_id, destination_id)
    except NotFound:
        return not_found(request)
    running = dry_run(runtime, admin.organisation_id, destination_id, meeting_id) if meeting_id else None
    return await _page(request, runtime, admin, connection, meeting_id, running)


@router.get("/destinations/new/{connection_id}/dry-run")
async def try_connection(
    request: Request, connection_id: str, admin: CurrentAdmin, runtime: CurrentRuntime, meeting_id: str = ""
) -> Response:
    """For a CRM that is no destination yet, as it would be by default."""
    connection = await asyncio.to_thread(_connection, runtime, admin, connection_id)
    if connection is None or not is_crm(connection):
        return not_found(request)
    running = dry_run_of_connection(runtime, admin.organisation_id, connection_id, meeting_id) if meeting_id else None
    return await _page(request, runtime, admin, connection, meeting_id, running)


async def _page(
    request: Request,
    runtime: Runtime,
    admin: Member,
    connection: Connection,
    meeting_id: str,
    running: Awaitable[DryRun] | None,
) -> Response:
    tried, trouble = None, ""
    try:
        tried = await running if running else None
    except NotFound:
        return not_found(request)
    except (Conflict, Unavailable) as error:
        trouble = error.message
    return page(
        request,
        "destinations/dry_run.html",
        member=admin,
        name=provider_name(connection.provider),
        meetings=await asyncio.to_thread(_meetings, runtime, admin),
        meeting_id=meeting_id,
        tried=tried,
        trouble=trouble,
    )


def _meetings(runtime: Runtime, admin: Member) -> Sequence[Meeting]:
    """Those with a result, the newest first."""
    with runtime.database.transaction() as session:
        meetings = Meetings(session, admin.organisation_id)
        done = meetings.select().where(col(Meeting.revision) > 0).order_by(col(Meeting.id).desc())
        return meetings.all(done.limit(_OFFERED))


def _connection(runtime: Runtime, admin: Member, connection_id: str) -> Connection | None:
    with runtime.database.transaction() as session:
        return ConnectionRepository(session, admin.organisation_id).get(connection_id)
