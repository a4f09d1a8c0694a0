"""The authorize page: a plain form that works without JavaScript."""

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from sandbox.kit.forms import form_fields
from sandbox.kit.oauth.errors import AuthorizeRefused
from sandbox.kit.oauth.server import AuthorizationServer
from sandbox.kit.pages import Pages


def add_authorize_page(
    router: APIRouter, path: str, server: AuthorizationServer, pages: Pages, *, brand: str, user: str
) -> None:
    """Answer GET and POST of `path` with the consent page of `brand`, signed in as `user`."""

    async def show(request: Request) -> Response:
        try:
            pending = server.begin(request.query_params, user)
        except AuthorizeRefused as refused:
            return _refusal(pages, brand, refused)
        registration = server.registration
        asked = [(scope, registration.scopes[scope]) for scope in pending["scopes"]]
        context = {"brand": brand, "app": registration.name, "user": user, "scopes": asked, "request_id": pending["id"]}
        return pages.render("authorize.html", context)

    async def decide(request: Request) -> Response:
        form = await form_fields(request)
        try:
            target = server.decide(form.get("request_id", ""), allow=form.get("decision") == "allow")
        except AuthorizeRefused as refused:
            return _refusal(pages, brand, refused)
        return RedirectResponse(target, status_code=302)

    router.add_api_route(path, show, methods=["GET"], include_in_schema=False)
    router.add_api_route(path, decide, methods=["POST"], include_in_schema=False)


def _refusal(pages: Pages, brand: str, refused: AuthorizeRefused) -> Response:
    if refused.redirect:
        return RedirectResponse(refused.redirect, status_code=302)
    context = {"brand": brand, "error": refused.error, "reason": refused.reason}
    return pages.render("authorize_refused.html", context, status_code=400)
