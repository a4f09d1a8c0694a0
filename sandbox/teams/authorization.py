"""`/microsoft/login`: authorize, admin consent, token, signing keys."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from sandbox.kit.forms import basic, form_fields
from sandbox.kit.oauth.errors import AuthorizeRefused, GrantProblem, GrantRefused
from sandbox.kit.oauth.pages import add_authorize_page
from sandbox.kit.oauth.server import AuthorizationServer, with_query
from sandbox.kit.oauth.tokens import Grant
from sandbox.kit.pages import Pages
from sandbox.kit.world import World
from sandbox.teams.encryption import Signer
from sandbox.teams.errors import grant_refused
from sandbox.teams.tenant import APP, APP_PERMISSIONS, DANA, DOMAIN, REGISTRATION, TENANT_ID

PREFIX = "/microsoft/login"
TENANTS = (TENANT_ID, DOMAIN, "common", "organizations")
GRAPH_SCOPE = "https://graph.microsoft.com/"
DEFAULT_SCOPE = f"{GRAPH_SCOPE}.default"


class Consent:
    """Whether an admin let the app act on its own."""

    def __init__(self, world: World, server: AuthorizationServer) -> None:
        self._given = world.collection("teams", "consent")
        self._server = server

    def begin(self, query: dict[str, str]) -> str:
        """Keep a consent request; gives its id. Raises `AuthorizeRefused`."""
        wanted = {**query, "response_type": "code", "scope": "", "code_challenge": "x", "code_challenge_method": "S256"}
        return str(self._server.begin(wanted, DANA.email)["id"])

    def decide(self, request_id: str, *, allow: bool) -> str:
        """Where the browser goes after the admin's decision. Raises `AuthorizeRefused`."""
        target = self._server.decide(request_id, allow=allow)
        base, _, query = target.partition("?")
        state = next((part.removeprefix("state=") for part in query.split("&") if part.startswith("state=")), "")
        if not allow:
            return with_query(base, {"error": "access_denied"}) + f"&state={state}"
        self._given.put(TENANT_ID, {"app": REGISTRATION.client_id, "permissions": list(APP_PERMISSIONS)})
        return with_query(base, {"admin_consent": "True", "tenant": TENANT_ID}) + f"&state={state}"

    def permissions(self) -> tuple[str, ...]:
        """What the app may do on its own; nothing before an admin agreed."""
        given = self._given.get(TENANT_ID)
        return tuple(given["permissions"]) if given else ()

    def withdraw(self) -> None:
        """The admin removes the app from the tenant."""
        self._given.delete(TENANT_ID)


class Login:
    """The sign-in host's part."""

    def __init__(self, server: AuthorizationServer, consent: Consent, signer: Signer, pages: Pages) -> None:
        self._server = server
        self._consent = consent
        self._signer = signer
        self._pages = pages
        self.router = APIRouter(prefix=PREFIX)
        self.router.add_api_route("/common/discovery/v2.0/keys", self.keys, methods=["GET"])
        for tenant in TENANTS:
            path = f"/{tenant}/oauth2/v2.0/authorize"
            add_authorize_page(self.router, path, server, pages, brand="Microsoft", user=DANA.email)
        self.router.add_api_route("/{tenant}/oauth2/v2.0/token", self.token, methods=["POST"])
        self.router.add_api_route("/{tenant}/adminconsent", self.ask, methods=["GET"], include_in_schema=False)
        self.router.add_api_route("/{tenant}/adminconsent", self.decide, methods=["POST"], include_in_schema=False)

    async def keys(self) -> Response:
        """What validation tokens are signed with."""
        return JSONResponse(self._signer.public_keys())

    async def token(self, request: Request, tenant: str) -> Response:
        """`POST /{tenant}/oauth2/v2.0/token`."""
        form = await form_fields(request)
        client, secret = basic(request)
        try:
            self._server.check_client(client or form.get("client_id"), secret or form.get("client_secret"))
            return JSONResponse(self._granted(form, tenant))
        except GrantRefused as refused:
            return grant_refused(refused.problem)

    async def ask(self, request: Request) -> Response:
        """The admin consent page."""
        try:
            request_id = self._consent.begin(dict(request.query_params))
        except AuthorizeRefused as refused:
            return self._refusal(refused)
        context: dict[str, Any] = {"brand": "Microsoft", "app": REGISTRATION.name, "user": f"admin@{DOMAIN}"}
        context |= {"scopes": list(APP_PERMISSIONS.items()), "request_id": request_id}
        return self._pages.render("authorize.html", context)

    async def decide(self, request: Request) -> Response:
        """The admin's decision."""
        form = await form_fields(request)
        try:
            target = self._consent.decide(form.get("request_id", ""), allow=form.get("decision") == "allow")
        except AuthorizeRefused as refused:
            return self._refusal(refused)
        return RedirectResponse(target, status_code=302)

    def _refusal(self, refused: AuthorizeRefused) -> Response:
        context = {"brand": "Microsoft", "error": refused.error, "reason": refused.reason}
        return self._pages.render("authorize_refused.html", context, status_code=400)

    def _granted(self, form: dict[str, str], tenant: str) -> dict[str, Any]:
        kind = form.get("grant_type")
        if kind == "authorization_code":
            return _delegated(self._server.redeem(form))
        if kind == "refresh_token":
            return _delegated(self._server.refresh(form))
        if kind == "client_credentials":
            return self._for_the_app(form, tenant)
        raise GrantRefused(GrantProblem.UNSUPPORTED_GRANT)

    def _for_the_app(self, form: dict[str, str], tenant: str) -> dict[str, Any]:
        """A tenant whose administrator did not consent does not know the app."""
        if tenant not in (TENANT_ID, DOMAIN) or form.get("scope") != DEFAULT_SCOPE:
            raise GrantRefused(GrantProblem.UNKNOWN_CODE)
        permissions = self._consent.permissions()
        if not permissions:
            raise GrantRefused(GrantProblem.UNKNOWN_CLIENT)
        grant = self._server.tokens.issue(APP, permissions, REGISTRATION.client_id)
        return {"token_type": "Bearer", "expires_in": grant.expires_in, "access_token": grant.access_token}


def _delegated(grant: Grant) -> dict[str, Any]:
    answer = {
        "token_type": "Bearer",
        "scope": " ".join(grant.scopes),
        "expires_in": grant.expires_in,
        "ext_expires_in": grant.expires_in,
        "access_token": grant.access_token,
    }
    return answer | ({"refresh_token": grant.refresh_token} if grant.refresh_token else {})
