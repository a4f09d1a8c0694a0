"""The page behind the one-time link: makes the organisation and its owner."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from hub.accounts import service
from hub.accounts.dependencies import CurrentRuntime, verify_same_origin
from hub.accounts.errors import DetailsInvalid, LinkInvalid
from hub.accounts.service import Founder
from hub.console.rendering import page, redirect
from hub.console.sign_in import set_session_cookie

router = APIRouter()

_BLANK = Founder(organisation="", domains="", name="", email="", password="")


def _typed_in(
    organisation: Annotated[str, Form()] = "",
    domains: Annotated[str, Form()] = "",
    name: Annotated[str, Form()] = "",
    email: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
) -> Founder:
    return Founder(organisation=organisation, domains=domains, name=name, email=email, password=password)


@router.get("/first-run")
def first_run_page(request: Request, runtime: CurrentRuntime, token: str = "") -> Response:
    """The form, or what to do when the link no longer works."""
    with runtime.database.transaction() as session:
        valid = service.is_link_valid(session, token, runtime.clock())
    return _form(request, token, _BLANK) if valid else _used(request)


@router.post("/first-run", dependencies=[Depends(verify_same_origin)])
def first_run(
    request: Request,
    runtime: CurrentRuntime,
    founder: Annotated[Founder, Depends(_typed_in)],
    token: Annotated[str, Form()] = "",
) -> Response:
    """Make the organisation and sign its owner in."""
    try:
        with runtime.database.transaction() as session:
            cookie = service.found_organisation(
                session,
                token,
                founder,
                region=runtime.settings.region,
                user_agent=request.headers.get("user-agent", ""),
                now=runtime.clock(),
            )
    except LinkInvalid:
        return _used(request)
    except DetailsInvalid as error:
        return _form(request, token, replace(founder, password=""), error=error)
    response = redirect(request, "/", f"Welcome, {founder.name.strip()}. Your organisation is ready.")
    set_session_cookie(response, runtime.settings, cookie)
    return response


def _form(request: Request, token: str, founder: Founder, error: DetailsInvalid | None = None) -> Response:
    status = 422 if error else 200
    return page(request, "accounts/first_run.html", status=status, token=token, founder=founder, error=error)


def _used(request: Request) -> Response:
    return page(request, "accounts/link_used.html", status=410)
