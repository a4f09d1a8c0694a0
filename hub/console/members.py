"""Adding members, changing what they may do, giving them a new password, and removing them."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from hub.accounts import service
from hub.accounts.dependencies import CurrentAdmin, CurrentRuntime, verify_csrf
from hub.accounts.errors import DetailsInvalid
from hub.console.rendering import page, redirect
from hub.console.settings import Tried, settings_page

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
        typed = {"member_name": member_name, "email": email, "role": role}
        return settings_page(request, admin, runtime, Tried("member", typed, error))
    return page(request, "settings/new_password.html", member=admin, user=user, password=password, is_new=True)


@router.post("/settings/members/{user_id}/role")
def change_role(
    request: Request, user_id: str, admin: CurrentAdmin, runtime: CurrentRuntime, role: Annotated[str, Form()] = ""
) -> Response:
    """Let somebody do more, or less."""
    try:
        with runtime.database.transaction() as session:
            service.change_role(session, admin, user_id, role, now=runtime.clock())
    except DetailsInvalid as error:
        return redirect(request, "/settings", str(error), "bad")
    return redirect(request, "/settings", "The role is changed. It counts from now on.")


@router.post("/settings/members/{user_id}/password")
def reset_password(request: Request, user_id: str, admin: CurrentAdmin, runtime: CurrentRuntime) -> Response:
    """Sign somebody out and show their new first password, once."""
    try:
        with runtime.database.transaction() as session:
            user, password = service.reset_password(session, admin, user_id, now=runtime.clock())
    except DetailsInvalid as error:
        return redirect(request, "/settings", str(error), "bad")
    return page(request, "settings/new_password.html", member=admin, user=user, password=password, is_new=False)


@router.post("/settings/members/{user_id}/remove")
def remove(request: Request, user_id: str, admin: CurrentAdmin, runtime: CurrentRuntime) -> Response:
    """End the membership and sign the person out."""
    try:
        with runtime.database.transaction() as session:
            service.remove_member(session, admin, user_id, now=runtime.clock())
    except DetailsInvalid as error:
        return redirect(request, "/settings", str(error), "bad")
    return redirect(request, "/settings", "The member is removed and signed out.")
