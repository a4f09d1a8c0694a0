"""A member's own account: password, and where they are signed in."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from hub.accounts import service
from hub.accounts.dependencies import CurrentMember, CurrentRuntime, Member, verify_csrf
from hub.accounts.errors import DetailsInvalid
from hub.console.rendering import page, redirect
from hub.runtime import Runtime

router = APIRouter()


@router.get("/account")
def account(request: Request, member: CurrentMember, runtime: CurrentRuntime) -> Response:
    """Password form and sessions."""
    return _page(request, member, runtime)


@router.post("/account/password", dependencies=[Depends(verify_csrf)])
def change_password(
    request: Request,
    member: CurrentMember,
    runtime: CurrentRuntime,
    current: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
) -> Response:
    """Set a new password; other browsers are signed out."""
    try:
        with runtime.database.transaction() as session:
            service.change_password(session, member, current=current, new=password, now=runtime.clock())
    except DetailsInvalid as error:
        return _page(request, member, runtime, error=error)
    return redirect(request, "/account", "Your password is changed, and every other browser is signed out.")


@router.post("/account/sign-out-elsewhere", dependencies=[Depends(verify_csrf)])
def sign_out_elsewhere(request: Request, member: CurrentMember, runtime: CurrentRuntime) -> Response:
    """End every session but this one."""
    with runtime.database.transaction() as session:
        service.sign_out_elsewhere(session, member, runtime.clock())
    return redirect(request, "/account", "Every other browser is signed out.")


def _page(request: Request, member: Member, runtime: Runtime, error: DetailsInvalid | None = None) -> Response:
    with runtime.database.transaction() as session:
        sessions = service.own_sessions(session, member, runtime.clock())
    return page(
        request,
        "settings/account.html",
        member=member,
        status=422 if error else 200,
        sessions=sessions,
        error=error,
    )
