"""OAuth 2026-03: the consent page of the web host; token, revocation and introspection of the API host."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from sandbox.hubspot.account import HUB_DOMAIN, HUB_ID, USER_EMAIL, USER_ID
from sandbox.hubspot.errors import grant_refused
from sandbox.kit.forms import form_fields
from sandbox.kit.oauth.errors import GrantProblem, GrantRefused, TokenRefused
from sandbox.kit.oauth.pages import add_authorize_page
from sandbox.kit.oauth.server import AuthorizationServer
from sandbox.kit.oauth.tokens import Grant
from sandbox.kit.pages import Pages

TOKEN = "/hubspot/api/oauth/2026-03/token"


class AuthorizationCalls:
    """Client id and secret come in the body."""

    def __init__(self, server: AuthorizationServer, pages: Pages) -> None:
        self._server = server
        self.router = APIRouter()
        add_authorize_page(self.router, "/hubspot/oauth/authorize", server, pages, brand="HubSpot", user=USER_EMAIL)
        self.router.add_api_route(TOKEN, self.token, methods=["POST"])
        self.router.add_api_route(f"{TOKEN}/revoke", self.revoke, methods=["POST"])
        self.router.add_api_route(f"{TOKEN}/introspect", self.introspect, methods=["POST"])

    async def token(self, request: Request) -> Response:
        """A code or a refresh token for an access token of half an hour."""
        form = await form_fields(request)
        try:
            self._check_client(form)
            return JSONResponse(_token_body(self._grant(form)))
        except GrantRefused as refused:
            return grant_refused(refused.problem)

    async def revoke(self, request: Request) -> Response:
        """Kill a refresh token and what came from it."""
        form = await form_fields(request)
        try:
            self._check_client(form)
        except GrantRefused as refused:
            return grant_refused(refused.problem)
        self._server.tokens.revoke(form.get("token", ""))
        return Response(status_code=204)

    async def introspect(self, request: Request) -> Response:
        """What a token stands for."""
        form = await form_fields(request)
        try:
            self._check_client(form)
            access = self._server.tokens.check(form.get("token"))
        except GrantRefused as refused:
            return grant_refused(refused.problem)
        except TokenRefused:
            return JSONResponse({"active": False})
        facts = {"active": True, "token_use": "access_token", "hub_domain": HUB_DOMAIN, "user": USER_EMAIL}
        return JSONResponse(facts | _whose(access.scopes) | {"token_type": "bearer"})

    def _check_client(self, form: dict[str, str]) -> None:
        self._server.check_client(form.get("client_id"), form.get("client_secret"))

    def _grant(self, form: dict[str, str]) -> Grant:
        kind = form.get("grant_type")
        if kind == "authorization_code":
            return self._server.redeem(form)
        if kind == "refresh_token":
            return self._server.refresh(form)
        raise GrantRefused(GrantProblem.UNSUPPORTED_GRANT)


def _token_body(grant: Grant) -> dict[str, Any]:
    body: dict[str, Any] = {
        "token_type": "bearer",
        "refresh_token": grant.refresh_token,
        "access_token": grant.access_token,
        "expires_in": grant.expires_in,
        "token_use": "access_token",
    }
    return body | _whose(grant.scopes)


def _whose(scopes: tuple[str, ...]) -> dict[str, Any]:
    return {"hub_id": HUB_ID, "user_id": USER_ID, "scopes": list(scopes)}
