"""Putting a meeting's CRM records right: a person knows better than a rule."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from connectors.base.records import RecordRef
from hub.accounts.dependencies import CurrentAdmin, CurrentRuntime, Member, verify_csrf
from hub.console.errors import not_found
from hub.console.rendering import redirect
from hub.crm.models import CrmMatch
from hub.crm.repository import Matches
from hub.crm.service.correcting import correct_match, remove_match
from hub.runtime import Runtime

router = APIRouter(dependencies=[Depends(verify_csrf)])


@router.post("/matches/{match_id}/choose")
def choose(
    request: Request,
    match_id: str,
    admin: CurrentAdmin,
    runtime: CurrentRuntime,
    record_type: Annotated[str, Form()] = "",
    record_id: Annotated[str, Form()] = "",
) -> Response:
    """Take an alternative instead."""
    match = _find(runtime, admin, match_id)
    wanted = (
        [each for each in match.alternatives if (each["type"], each["id"]) == (record_type, record_id)] if match else []
    )
    if match is None or not wanted:
        return not_found(request)
    correct_match(runtime, admin.organisation_id, match_id, RecordRef(**wanted[0]), actor=admin.user_id)
    return redirect(
        request, f"/meetings/{match.meeting_id}", "The record is changed. Send the result again to write it there."
    )


@router.post("/matches/{match_id}/remove")
def remove(request: Request, match_id: str, admin: CurrentAdmin, runtime: CurrentRuntime) -> Response:
    """Say that the record has nothing to do with the meeting."""
    match = _find(runtime, admin, match_id)
    if match is None:
        return not_found(request)
    remove_match(runtime, admin.organisation_id, match_id, actor=admin.user_id)
    return redirect(request, f"/meetings/{match.meeting_id}", "The record is no longer connected with this meeting.")


def _find(runtime: Runtime, admin: Member, match_id: str) -> CrmMatch | None:
    with runtime.database.transaction() as session:
        return Matches(session, admin.organisation_id).get(match_id)
