"""What console endpoints ask for: who is signed in, may they, and was the form ours."""

from typing import Annotated
from urllib.parse import quote

from fastapi import Depends, Request

from hub.accounts import csrf
from hub.accounts.errors import CsrfInvalid, RoleTooLow, SignInRequired
from hub.accounts.sessions import Member, find_member
from hub.runtime import Runtime
from hub.settings import Settings

__all__ = ["CurrentAdmin", "CurrentMember", "CurrentRuntime", "Member", "cookie_name", "verify_csrf"]

SIGN_IN_PATH = "/sign-in"
CSRF_FIELD = "csrf_token"
CSRF_HEADER = "x-csrf-token"


def cookie_name(settings: Settings) -> str:
    """The session cookie's name; over HTTPS the `__Host-` prefix binds it to this host and to TLS."""
    return "__Host-hub_session" if is_https(settings) else "hub_session"


def is_https(settings: Settings) -> bool:
    """Whether browsers reach the hub over TLS."""
    return settings.base_url.startswith("https://")


async def current_runtime(request: Request) -> Runtime:
    """The process's runtime, as `create_app` installed it."""
    # it waits for nothing, but a plain function would be called in a thread
    runtime: Runtime = request.app.state.runtime
    return runtime


CurrentRuntime = Annotated[Runtime, Depends(current_runtime)]


def optional_member(request: Request, runtime: CurrentRuntime) -> Member | None:
    """Who is signed in, or None."""
    token = request.cookies.get(cookie_name(runtime.settings))
    if not token:
        return None
    with runtime.database.transaction() as session:
        return find_member(session, token, runtime.clock())


OptionalMember = Annotated[Member | None, Depends(optional_member)]


def current_member(request: Request, member: OptionalMember) -> Member:
    """Who is signed in. Raises `SignInRequired`, which leads to the sign-in page and back."""
    if member is None:
        raise SignInRequired(_sign_in_location(request))
    return member


CurrentMember = Annotated[Member, Depends(current_member)]


def current_admin(member: CurrentMember) -> Member:
    """An owner or admin. Raises `SignInRequired` or `RoleTooLow`."""
    if not member.is_admin:
        raise RoleTooLow
    return member


CurrentAdmin = Annotated[Member, Depends(current_admin)]


async def verify_csrf(request: Request, member: CurrentMember) -> None:
    """Refuse a POST that carries no token of this session, in the header or the form. Raises `CsrfInvalid`."""
    sent = request.headers.get(CSRF_HEADER) or str((await request.form()).get(CSRF_FIELD, ""))
    if not csrf.is_valid(member.csrf_secret, sent):
        raise CsrfInvalid


def verify_same_origin(request: Request) -> None:
    """Refuse a form sent from another site before anybody is signed in. Raises `CsrfInvalid`.

    Every browser since 2023 sends `Sec-Fetch-Site`; a client without it is no browser and carries no cookies.
    """
    if request.headers.get("sec-fetch-site", "none") not in {"same-origin", "none"}:
        raise CsrfInvalid


def _sign_in_location(request: Request) -> str:
    if request.method != "GET":
        return SIGN_IN_PATH
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return SIGN_IN_PATH if wanted == "/" else f"{SIGN_IN_PATH}?next={quote(wanted, safe='')}"
