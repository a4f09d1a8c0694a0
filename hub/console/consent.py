"""`/oauth/authorize`: an app asks, a member decides.

Whatever is wrong with the app or its redirect address is said on our page: only addresses that were registered are
ever sent anywhere (RFC 9700, section 4.11).
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from authlib.oauth2.rfc6749 import OAuth2Error
from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from sqlmodel import Session

from hub.accounts.dependencies import CurrentMember, CurrentRuntime, Member, OptionalMember, current_member, verify_csrf
from hub.accounts.oauth_server.clients import is_open_to
from hub.accounts.oauth_server.models import OAuthClient
from hub.accounts.oauth_server.redirects import form_target
from hub.accounts.oauth_server.server import Consent, Server
from hub.accounts.oauth_server.store import Moment
from hub.accounts.oauth_server.wire import Answer, Call
from hub.accounts.scopes import APP_SCOPES, scopes_of
from hub.console.rendering import page
from hub.runtime import Runtime

router = APIRouter()

Pairs = Iterable[tuple[str, str]]
_NOT_KNOWN = "The app is not known here, or it is not for your organisation."


@dataclass(frozen=True)
class Asked:
    """A sound request: which app, where the answer goes, and what the member can and cannot allow."""

    call: Call
    grant: Any
    client: OAuthClient
    redirect_uri: str
    scopes: Sequence[str]

    def given(self, member: Member) -> list[str]:
        """What this member can allow."""
        return [scope for scope in self.scopes if scope in scopes_of(member.role)]


@router.get("/oauth/authorize")
def authorize(request: Request, member: OptionalMember, runtime: CurrentRuntime) -> Response:
    """The consent page; whoever is not signed in signs in first."""
    with runtime.database.transaction() as session:
        server = _server(session, runtime)
        try:
            asked = _read(server, "GET", request.query_params.multi_items())
        except OAuth2Error as error:
            return _refused(request, server.refusal(error), error)
        member = current_member(request, member)
        if not is_open_to(asked.client, member.organisation_id):
            return _stays_here(request, _NOT_KNOWN)
        return _consent_page(request, asked, member)


@router.post("/oauth/authorize", dependencies=[Depends(verify_csrf)])
async def decide(request: Request, member: CurrentMember, runtime: CurrentRuntime) -> Response:
    """Send the person back to the app, with a code or with the news that they said no."""
    pairs = [(name, value) for name, value in (await request.form()).multi_items() if isinstance(value, str)]
    return await asyncio.to_thread(_decide, request, runtime, member, pairs)


def _decide(request: Request, runtime: Runtime, member: Member, pairs: Sequence[tuple[str, str]]) -> Response:
    with runtime.database.transaction() as session:
        server = _server(session, runtime)
        try:
            asked = _read(server, "POST", pairs)
        except OAuth2Error as error:
            return _refused(request, server.refusal(error), error)
        if not is_open_to(asked.client, member.organisation_id):
            return _stays_here(request, _NOT_KNOWN)
        given = asked.given(member) if ("decision", "allow") in pairs else []
        consent = Consent(member.organisation_id, member.user_id, given) if given else None
        return _away(server.create_authorization_response(asked.call, grant_user=consent, grant=asked.grant))


def _server(session: Session, runtime: Runtime) -> Server:
    return Server(Moment(session, runtime.clock()), runtime.settings.base_url)


def _read(server: Server, method: str, pairs: Pairs) -> Asked:
    """What is asked for. Raises `OAuth2Error`."""
    call = Call(method, pairs, {})
    grant = server.get_consent_grant(call)
    return Asked(call, grant, grant.client.row, grant.redirect_uri, call.scope.split())


def _consent_page(request: Request, asked: Asked, member: Member) -> Response:
    given = asked.given(member)
    return page(
        request,
        "oauth/consent.html",
        member=member,
        form_targets=[form_target(asked.redirect_uri)],
        app=asked.client,
        place=urlsplit(asked.redirect_uri).hostname or f"an app on this device ({form_target(asked.redirect_uri)})",
        scopes=[APP_SCOPES[scope] for scope in given],
        withheld=[APP_SCOPES[scope] for scope in asked.scopes if scope not in given],
        fields=asked.call.payload.data,
    )


def _refused(request: Request, answer: Answer, error: OAuth2Error) -> Response:
    if answer.location is not None:
        return _away(answer)
    return _stays_here(request, str(error.get_error_description() or "The request is not complete."))


def _stays_here(request: Request, reason: str) -> Response:
    return page(request, "oauth/refused.html", status=400, reason=reason)


def _away(answer: Answer) -> Response:
    headers = {"Location": answer.location or "/", "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return Response(status_code=answer.status, headers=headers)
