"""Apps that act for members: each member's own; for admins everybody's, and those that the organisation registered."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from hub.accounts.dependencies import CurrentAdmin, CurrentMember, CurrentRuntime, Member, verify_csrf
from hub.accounts.errors import DetailsInvalid
from hub.accounts.oauth_server.allowed import allowed_apps, take_back
from hub.accounts.oauth_server.clients import NewClient, end_client, own_client, own_clients, register_client
from hub.accounts.scopes import APP_SCOPES
from hub.console.errors import not_found
from hub.console.rendering import page, redirect
from hub.errors import NotFound
from hub.runtime import Runtime

router = APIRouter()

_PATH = "/settings/apps"


@router.get(_PATH)
def apps(request: Request, member: CurrentMember, runtime: CurrentRuntime) -> Response:
    """What the member allowed; for admins also the rest."""
    return _page(request, member, runtime)


@router.post(_PATH, dependencies=[Depends(verify_csrf)])
def register(
    request: Request,
    admin: CurrentAdmin,
    runtime: CurrentRuntime,
    name: Annotated[str, Form()] = "",
    redirect_uris: Annotated[str, Form()] = "",
    kind: Annotated[str, Form()] = "confidential",
    scopes: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Register an app and show its secret, once."""
    new = NewClient(
        name, redirect_uris.splitlines(), scopes or [], public=kind == "public", organisation_id=admin.organisation_id
    )
    try:
        with runtime.database.transaction() as session:
            client, secret = register_client(session, new, actor=admin.user_id, now=runtime.clock())
    except DetailsInvalid as error:
        return _page(request, admin, runtime, new=new, error=error)
    return page(request, "settings/app.html", member=admin, client=client, secret=secret)


@router.post(f"{_PATH}/{{client_id}}/end", dependencies=[Depends(verify_csrf)])
def end(request: Request, client_id: str, admin: CurrentAdmin, runtime: CurrentRuntime) -> Response:
    """End an app for everybody."""
    with runtime.database.transaction() as session:
        client = own_client(session, admin.organisation_id, client_id)
        if client is None:
            return not_found(request)
        end_client(session, client, actor=admin.user_id, now=runtime.clock())
    return redirect(request, _PATH, "The app is ended. Nothing that it holds works any more.")


@router.post(f"{_PATH}/allowed/{{grant_id}}/stop", dependencies=[Depends(verify_csrf)])
def stop(request: Request, grant_id: str, member: CurrentMember, runtime: CurrentRuntime) -> Response:
    """Take back what was allowed: one's own, or as an admin anybody's."""
    try:
        with runtime.database.transaction() as session:
            take_back(
                session,
                member.organisation_id,
                grant_id,
                actor=member.user_id,
                own_only=not member.is_admin,
                now=runtime.clock(),
            )
    except NotFound:
        return not_found(request)
    return redirect(request, _PATH, "The app can no longer act for this person.")


def _page(
    request: Request,
    member: Member,
    runtime: Runtime,
    *,
    new: NewClient | None = None,
    error: DetailsInvalid | None = None,
) -> Response:
    with runtime.database.transaction() as session:
        allowed = allowed_apps(session, member.organisation_id)
        clients = own_clients(session, member.organisation_id) if member.is_admin else ()
    return page(
        request,
        "settings/apps.html",
        member=member,
        status=422 if error else 200,
        own=[app for app in allowed if app.user.id == member.user_id],
        others=[app for app in allowed if app.user.id != member.user_id] if member.is_admin else [],
        clients=clients,
        all_scopes=APP_SCOPES,
        new=new,
        error=error,
    )
