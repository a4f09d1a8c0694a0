"""Signing in and out."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from hub.accounts import service
from hub.accounts.dependencies import (
    CurrentMember,
    CurrentRuntime,
    OptionalMember,
    cookie_name,
    is_https,
    verify_csrf,
    verify_same_origin,
)
from hub.accounts.errors import TooManyAttempts, WrongCredentials
from hub.accounts.service.first_run import has_users
from hub.accounts.sessions import LIFETIME
from hub.console.rendering import page, redirect
from hub.settings import Settings

router = APIRouter()


@router.get("/sign-in")
def sign_in_page(request: Request, member: OptionalMember, runtime: CurrentRuntime, next: str = "/") -> Response:
    """The form; members who are signed in already go on."""
    if member:
        return RedirectResponse(local_path(next), status_code=303)
    return _form(request, runtime, next=next)


@router.post("/sign-in", dependencies=[Depends(verify_same_origin)])
def sign_in(
    request: Request,
    runtime: CurrentRuntime,
    email: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "/",
) -> Response:
    """Check the password, start a session, go where the person wanted to."""
    try:
        token = service.sign_in(
            runtime,
            email=email,
            password=password,
            address=request.client.host if request.client else "",
            user_agent=request.headers.get("user-agent", ""),
            former_token=request.cookies.get(cookie_name(runtime.settings)),
        )
    except WrongCredentials as error:
        return _form(request, runtime, next=next, email=email, error=str(error), status=422)
    except TooManyAttempts as error:
        return _form(request, runtime, next=next, email=email, error=str(error), status=429)
    response = RedirectResponse(local_path(next), status_code=303)
    set_session_cookie(response, runtime.settings, token)
    return response


@router.post("/sign-out", dependencies=[Depends(verify_csrf)])
def sign_out(request: Request, member: CurrentMember, runtime: CurrentRuntime) -> Response:
    """End this browser's session."""
    name = cookie_name(runtime.settings)
    service.sign_out(runtime, member, request.cookies[name])
    response = redirect(request, "/sign-in", "You are signed out.")
    response.delete_cookie(name, path="/", secure=is_https(runtime.settings), httponly=True, samesite="lax")
    return response


def set_session_cookie(response: Response, settings: Settings, token: str) -> None:
    """Hand the browser its token, out of reach of scripts and other sites."""
    response.set_cookie(
        cookie_name(settings),
        token,
        max_age=int(LIFETIME.total_seconds()),
        path="/",
        httponly=True,
        samesite="lax",
        secure=is_https(settings),
    )


def local_path(wanted: str) -> str:
    """`wanted` when it is a path on this hub, else the overview: nobody can send our members elsewhere."""
    is_local = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and wanted.isprintable()
    return wanted if is_local else "/"


def _form(
    request: Request,
    runtime: CurrentRuntime,
    *,
    next: str,
    email: str = "",
    error: str = "",
    status: int = 200,
) -> Response:
    with runtime.database.transaction() as session:
        anybody = has_users(session)
    return page(
        request,
        "accounts/sign_in.html",
        status=status,
        next=local_path(next),
        email=email,
        error=error,
        anybody=anybody,
    )
