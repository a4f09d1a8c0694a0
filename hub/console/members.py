"""Adding and removing members."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from hub.accounts import service
from hub.accounts.dependencies import CurrentAdmin, CurrentRuntime, verify_csrf
from hub.accounts.errors import DetailsInvalid
from hub.console.rendering import page, redirect

router = APIRouter(dependencies=[Depends(verify_csrf)])


@router.post("/settings/members")
def add(
    request: Request,
    admin: CurrentAdmin,
    runtime: CurrentRuntime,
    member_name: Annotated[str, Form()] = "",
    email: Annotated[str, Form()] = "",
    role: Annotated[str, Form()] = "member",
) -> Response:
    """Make the account and show its first password, once."""
    try:
        with runtime.database.transaction() as session:
            user, password = service.add_member(
                session, admin, name=member_name, email=email, role=role, now=runtime.clock()
            )
    except DetailsInvalid as error:
        return redirect(request, "/settings", str(error), "bad")
    return page(request, "settings/new_member.html", member=admin, user=user, password=password)


@router.post("/settings/members/{user_id}/remove")
def remove(request: Request, user_id: str, admin: CurrentAdmin, runtime: CurrentRuntime) -> Response:
    """End the membership and sign the person out."""
    try:
        with runtime.database.transaction() as session:
            service.remove_member(session, admin, user_id, now=runtime.clock())
    except DetailsInvalid as error:
        return redirect(request, "/settings", str(error), "bad")
    return redirect(request, "/settings", "The member is removed and signed out.")
