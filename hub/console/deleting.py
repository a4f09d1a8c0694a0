"""Deleting a meeting, and forgetting a person."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from hub.accounts.dependencies import CurrentAdmin, CurrentRuntime, verify_csrf
from hub.accounts.errors import DetailsInvalid
from hub.console.errors import not_found
from hub.console.rendering import redirect
from hub.console.settings import Tried, settings_page
from hub.errors import Conflict, NotFound
from hub.meetings.deleting import delete_meeting, forget

router = APIRouter(dependencies=[Depends(verify_csrf)])


@router.post("/meetings/{meeting_id}/delete")
def delete(request: Request, meeting_id: str, admin: CurrentAdmin, runtime: CurrentRuntime) -> Response:
    """Delete the meeting and everything that belongs to it here."""
    try:
        delete_meeting(runtime, admin.organisation_id, meeting_id, actor=admin.user_id)
    except NotFound:
        return not_found(request)
    except Conflict as error:
        return redirect(request, f"/meetings/{meeting_id}", error.message, "bad")
    return redirect(request, "/meetings", "The meeting is deleted.")


@router.post("/settings/privacy/forget")
def forget_person(
    request: Request, admin: CurrentAdmin, runtime: CurrentRuntime, forget_email: Annotated[str, Form()] = ""
) -> Response:
    """Take a person out of every meeting."""
    try:
        meetings = forget(runtime, admin.organisation_id, forget_email, actor=admin.user_id)
    except DetailsInvalid as error:
        return settings_page(request, admin, runtime, Tried("privacy", {"forget_email": forget_email}, error))
    words = "the one meeting" if meetings == 1 else f"all {meetings} meetings"
    return redirect(request, "/settings", f"They are forgotten in {words} that they were in.")
