"""`/services/oauth2`: authorize, token, revoke, userinfo, and the identity address."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from sandbox.kit.forms import basic, bearer, form_fields
from sandbox.kit.oauth.errors import GrantProblem, GrantRefused, TokenRefused
from sandbox.kit.oauth.pages import add_authorize_page
from sandbox.kit.oauth.server import AuthorizationServer
from sandbox.kit.oauth.tokens import Grant
from sandbox.kit.pages import Pages
from sandbox.kit.store import Doc
from sandbox.kit.world import World
from sandbox.salesforce.errors import GRANT_ERRORS
from sandbox.salesforce.org import ORG_ID, USER_EMAIL


class AuthorizationCalls:
    """The login host's part."""

    def __init__(self, world: World, server: AuthorizationServer, user: Callable[[], Doc], pages: Pages) -> None:
        self._world = world
        self._server = server
        self._user = user
        self.router = APIRouter()
        base = "/services/oauth2"
        add_authorize_page(self.router, f"{base}/authorize", server, pages, brand="Salesforce", user=USER_EMAIL)
        self.router.add_api_route(f"{base}/token", self.token, methods=["POST"])
        self.router.add_api_route(f"{base}/revoke", self.revoke, methods=["GET", "POST"])
        self.router.add_api_route(f"{base}/userinfo", self.userinfo, methods=["GET", "POST"])
        self.router.add_api_route("/id/{org}/{user_id}", self.identity, methods=["GET"])

    async def token(self, request: Request) -> Response:
        """A code or a refresh token for a session; there is no `expires_in`."""
        form = await form_fields(request)
        client, secret = basic(request)
        try:
            self._server.check_client(client or form.get("client_id"), secret or form.get("client_secret"))
            return JSONResponse(self._token_body(self._grant(form)))
        except GrantRefused as refused:
            status, error, description = GRANT_ERRORS[refused.problem]
            return JSONResponse({"error": error, "error_description": description}, status_code=status)

    async def revoke(self, request: Request) -> Response:
        """Kill a token with its family; 200 with an empty body."""
        fields = dict(request.query_params) | await form_fields(request)
        if not self._server.tokens.revoke(fields.get("token", "")):
            body = {"error": "unsupported_token_type", "error_description": "this token type is not supported"}
            return JSONResponse(body, status_code=400)
        return Response(status_code=200)

    async def userinfo(self, request: Request) -> Response:
        """Who the token stands for, as OpenID Connect says it."""
        return self._about(request)

    async def identity(self, request: Request, org: str, user_id: str) -> Response:
        """The same under the address that the token answer names as `id`."""
        if org != ORG_ID or user_id != self._user()["Id"]:
            return Response("Bad_Id", status_code=404, media_type="text/plain")
        return self._about(request)

    def _about(self, request: Request) -> Response:
        try:
            self._server.tokens.check(bearer(request))
        except TokenRefused:
            return Response("Bad_OAuth_Token", status_code=403, media_type="text/html")
        user, base = self._user(), self._world.settings.base_url
        about: dict[str, Any] = {
            "sub": self._identity_url(),
            "id": self._identity_url(),
            "user_id": user["Id"],
            "organization_id": ORG_ID,
            "username": user["Username"],
            "preferred_username": user["Username"],
            "nickname": "dana",
            "name": user["Name"],
            "display_name": user["Name"],
            "email": user["Email"],
            "email_verified": True,
            "zoneinfo": "Europe/London",
            "user_type": "STANDARD",
            "urls": {"rest": f"{base}/services/data/v{{version}}/", "custom_domain": base},
        }
        return JSONResponse(about)

    def _grant(self, form: dict[str, str]) -> Grant:
        kind = form.get("grant_type")
        if kind == "authorization_code":
            return self._server.redeem(form)
        if kind == "refresh_token":
            return self._server.refresh(form)
        raise GrantRefused(GrantProblem.UNSUPPORTED_GRANT)

    def _token_body(self, grant: Grant) -> dict[str, Any]:
        body: dict[str, Any] = {
            "access_token": grant.access_token,
            "signature": self._world.token(32),
            "scope": " ".join(grant.scopes),
            "instance_url": self._world.settings.base_url,
            "id": self._identity_url(),
            "token_type": "Bearer",
            "issued_at": str(int(self._world.clock().timestamp() * 1000)),
        }
        if grant.refresh_token and grant.refresh_is_new:
            body["refresh_token"] = grant.refresh_token
        return body

    def _identity_url(self) -> str:
        return f"{self._world.settings.base_url}/id/{ORG_ID}/{self._user()['Id']}"
