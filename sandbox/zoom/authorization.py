"""`/zoom/oauth`: authorize, token, revoke."""

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from sandbox.kit.forms import basic, form_fields
from sandbox.kit.oauth.errors import GrantProblem, GrantRefused
from sandbox.kit.oauth.pages import add_authorize_page
from sandbox.kit.oauth.server import AuthorizationServer
from sandbox.kit.oauth.tokens import Grant
from sandbox.kit.pages import Pages
from sandbox.zoom.account import HOST_EMAIL
from sandbox.zoom.errors import grant_refused


def authorization_router(server: AuthorizationServer, pages: Pages) -> APIRouter:
    """The web host's part."""
    router = APIRouter(prefix="/zoom/oauth")
    add_authorize_page(router, "/authorize", server, pages, brand="Zoom", user=HOST_EMAIL)

    @router.post("/token")
    async def token(request: Request) -> Response:
        form = await form_fields(request) | dict(request.query_params)
        try:
            server.check_client(*basic(request))
            return JSONResponse(_token_body(_grant(server, form)))
        except GrantRefused as refused:
            return grant_refused(refused.problem)

    @router.post("/revoke")
    async def revoke(request: Request) -> Response:
        form = await form_fields(request) | dict(request.query_params)
        try:
            server.check_client(*basic(request))
        except GrantRefused as refused:
            return grant_refused(refused.problem)
        if not server.tokens.revoke(form.get("token", "")):
            return JSONResponse({"reason": "Invalid Token!", "error": "invalid_request"}, status_code=400)
        return JSONResponse({"status": "success"})

    return router


def _grant(server: AuthorizationServer, form: dict[str, str]) -> Grant:
    kind = form.get("grant_type")
    if kind == "authorization_code":
        return server.redeem(form)
    if kind == "refresh_token":
        return server.refresh(form)
    raise GrantRefused(GrantProblem.UNSUPPORTED_GRANT)


def _token_body(grant: Grant) -> dict[str, object]:
    return {
        "access_token": grant.access_token,
        "token_type": "bearer",
        "refresh_token": grant.refresh_token,
        "expires_in": grant.expires_in,
        "scope": " ".join(grant.scopes),
        "api_url": "https://api.zoom.us",
    }
