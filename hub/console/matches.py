"""Putting a meeting's CRM records right: a person knows better than a rule."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from connectors.base.records import RecordRef
from hub.accounts.dependencies import CurrentAdmin, CurrentRuntime, Member, verify_csrf
from hub.connections.models import Connection
from hub.connections.repository import ConnectionRepository
from hub.console.errors import not_found
from hub.console.providers import provider_name
from hub.console.rendering import page, redirect
from hub.crm.models import CrmMatch
from hub.crm.repository import Matches
from hub.crm.service.correcting import add_match, correct_match, remove_match, undo_correction
from hub.crm.service.searching import search_records
from hub.errors import Conflict, Unavailable
from hub.meetings.models import Meeting
from hub.meetings.repository import Meetings
from hub.runtime import Runtime

router = APIRouter()


@dataclass(frozen=True)
class RecordForm:
    """The record that was picked, and the text that it was found by; none where it was among the alternatives."""

    record_type: Annotated[str, Form()] = ""
    record_id: Annotated[str, Form()] = ""
    text: Annotated[str, Form()] = ""

    def pick(self, offered: Iterable[RecordRef]) -> RecordRef | None:
        """The record among those offered."""
        return next((ref for ref in offered if (ref.type, ref.id) == (self.record_type, self.record_id)), None)


Picked = Annotated[RecordForm, Depends()]
_CHANGED = "The record is changed. Send the result again to write it there."


@router.post("/matches/{match_id}/choose", dependencies=[Depends(verify_csrf)])
async def choose(
    request: Request,
    match_id: str,
    admin: CurrentAdmin,
    runtime: CurrentRuntime,
    picked: Picked,
) -> Response:
    """Take an alternative instead, or a record that was found by a text."""
    match = await asyncio.to_thread(_find, runtime, admin, match_id)
    if match is None:
        return not_found(request)
    wanted = await _offered(runtime, admin, match, picked)
    if wanted is None:
        return not_found(request)
    await asyncio.to_thread(correct_match, runtime, admin.organisation_id, match_id, wanted, actor=admin.user_id)
    return redirect(request, f"/meetings/{match.meeting_id}", _CHANGED)


@router.post("/matches/{match_id}/remove", dependencies=[Depends(verify_csrf)])
def remove(request: Request, match_id: str, admin: CurrentAdmin, runtime: CurrentRuntime) -> Response:
    """Say that the record has nothing to do with the meeting."""
    match = _find(runtime, admin, match_id)
    if match is None:
        return not_found(request)
    remove_match(runtime, admin.organisation_id, match_id, actor=admin.user_id)
    return redirect(request, f"/meetings/{match.meeting_id}", "The record is no longer connected with this meeting.")


@router.post("/matches/{match_id}/undo", dependencies=[Depends(verify_csrf)])
async def undo(request: Request, match_id: str, admin: CurrentAdmin, runtime: CurrentRuntime) -> Response:
    """Let the rules decide again."""
    match = await asyncio.to_thread(_find, runtime, admin, match_id)
    if match is None:
        return not_found(request)
    back = f"/meetings/{match.meeting_id}"
    try:
        await undo_correction(runtime, admin.organisation_id, match_id, actor=admin.user_id)
    except (Conflict, Unavailable) as error:
        return redirect(request, back, error.message, "bad")
    return redirect(request, back, "The correction is undone; the rules have chosen again.")


@router.get("/meetings/{meeting_id}/records/{connection_id}")
async def search(
    request: Request,
    meeting_id: str,
    connection_id: str,
    admin: CurrentAdmin,
    runtime: CurrentRuntime,
    text: str = "",
    match_id: str = "",
) -> Response:
    """Look for a record by name or address: to take it instead of `match_id`, or beside the others."""
    meeting, connection, match = await asyncio.to_thread(_known, runtime, admin, meeting_id, connection_id, match_id)
    if meeting is None or connection is None:
        return not_found(request)
    found, trouble = await _searched(runtime, admin, connection_id, text)
    return page(
        request,
        "meetings/choose.html",
        member=admin,
        meeting=meeting,
        connection=connection,
        name=provider_name(connection.provider),
        match=match,
        text=text,
        found=found,
        trouble=trouble,
    )


@router.post("/meetings/{meeting_id}/records/{connection_id}", dependencies=[Depends(verify_csrf)])
async def add(
    request: Request,
    meeting_id: str,
    connection_id: str,
    admin: CurrentAdmin,
    runtime: CurrentRuntime,
    picked: Picked,
) -> Response:
    """Add a record that was found by a text."""
    meeting, connection, _ = await asyncio.to_thread(_known, runtime, admin, meeting_id, connection_id, "")
    if meeting is None or connection is None:
        return not_found(request)
    found, _trouble = await _searched(runtime, admin, connection_id, picked.text)
    wanted = picked.pick(found)
    if wanted is None:
        return not_found(request)
    await asyncio.to_thread(
        add_match, runtime, admin.organisation_id, meeting_id, connection_id, wanted, actor=admin.user_id
    )
    return redirect(request, f"/meetings/{meeting_id}", "The record is added. Send the result again to write it there.")


async def _offered(runtime: Runtime, admin: Member, match: CrmMatch, picked: RecordForm) -> RecordRef | None:
    """The record that was picked, if it is an alternative or the CRM finds it by the text."""
    known = [RecordRef(**each) for each in match.alternatives]
    found, _trouble = await _searched(runtime, admin, match.connection_id, picked.text)
    return picked.pick((*known, *found))


async def _searched(runtime: Runtime, admin: Member, connection_id: str, text: str) -> tuple[Sequence[RecordRef], str]:
    """What the CRM finds, or why it can't say."""
    if not text.strip():
        return [], ""
    try:
        return await search_records(runtime, admin.organisation_id, connection_id, text), ""
    except (Conflict, Unavailable) as error:
        return [], error.message


def _known(
    runtime: Runtime, admin: Member, meeting_id: str, connection_id: str, match_id: str
) -> tuple[Meeting | None, Connection | None, CrmMatch | None]:
    with runtime.database.transaction() as session:
        return (
            Meetings(session, admin.organisation_id).get(meeting_id),
            ConnectionRepository(session, admin.organisation_id).get(connection_id),
            Matches(session, admin.organisation_id).get(match_id) if match_id else None,
        )


def _find(runtime: Runtime, admin: Member, match_id: str) -> CrmMatch | None:
    with runtime.database.transaction() as session:
        return Matches(session, admin.organisation_id).get(match_id)
