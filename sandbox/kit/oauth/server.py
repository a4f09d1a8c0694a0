"""The authorisation server: the consent page's request, the code, and what it is exchanged for."""

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from datetime import timedelta
from urllib.parse import urlencode, urlsplit

from sandbox.kit.clock import parse_iso
from sandbox.kit.oauth.errors import AuthorizeRefused, GrantProblem, GrantRefused
from sandbox.kit.oauth.rules import Registration, Rules, TokenForms
from sandbox.kit.oauth.tokens import Grant, TokenDesk
from sandbox.kit.store import Doc
from sandbox.kit.world import World

REQUEST_SECONDS = 600
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class AuthorizationServer:
    """One provider's. A person decides on its page, an app redeems the code."""

    def __init__(
        self, world: World, provider: str, registration: Registration, rules: Callable[[], Rules], forms: TokenForms
    ) -> None:
        self.registration = registration
        self.tokens = TokenDesk(world, provider, rules, forms)
        self._world = world
        self._rules = rules
        self._requests = world.collection(provider, "authorization_request")
        self._codes = world.collection(provider, "authorization_code")

    def begin(self, query: Mapping[str, str], user: str) -> Doc:
        """Check an authorize request and keep it until the person decides. Raises `AuthorizeRefused`."""
        redirect = self._checked_client_and_redirect(query)
        state = query.get("state", "")
        if query.get("response_type", "code") != "code":
            raise self._refused(redirect, state, "unsupported_response_type", "only response_type=code is supported")
        challenge = self._checked_challenge(query, redirect, state)
        request: Doc = {
            "id": self._world.token(18),
            "redirect_uri": redirect,
            "state": state,
            "challenge": challenge,
            "scopes": self._scopes(query, redirect, state),
            "user": user,
            "expires_at": self._in(REQUEST_SECONDS),
        }
        self._requests.put(request["id"], request)
        return request

    def decide(self, request_id: str, *, allow: bool) -> str:
        """Where the browser goes after the person's decision; a request is decided once. Raises `AuthorizeRefused`."""
        request = self._requests.get(request_id)
        if request is None or self._is_over(request):
            raise AuthorizeRefused(
                "invalid_request", "This authorisation page is no longer valid. Start again in the app."
            )
        self._requests.delete(request_id)
        if not allow:
            return with_query(request["redirect_uri"], {"error": "access_denied", "state": request["state"]})
        code = self._world.token(24)
        expires = self._in(self._rules().code_seconds)
        self._codes.put(code, request | {"id": code, "expires_at": expires, "used": False, "family": ""})
        return with_query(request["redirect_uri"], {"code": code, "state": request["state"]})

    def check_client(self, client_id: str | None, secret: str | None) -> None:
        """The app's own identity. Raises `GrantRefused`."""
        if client_id != self.registration.client_id:
            raise GrantRefused(GrantProblem.UNKNOWN_CLIENT)
        if not hmac.compare_digest(secret or "", self.registration.client_secret):
            raise GrantRefused(GrantProblem.WRONG_SECRET)

    def redeem(self, form: Mapping[str, str]) -> Grant:
        """Exchange a code once. Raises `GrantRefused`; a second use also kills what the first one gave."""
        code = self._codes.get(form.get("code", ""))
        if code is None:
            raise GrantRefused(GrantProblem.UNKNOWN_CODE)
        if code["used"]:
            self.tokens.revoke_family(code["family"])
            raise GrantRefused(GrantProblem.USED_CODE)
        self._check_code(code, form)
        grant = self.tokens.issue(code["user"], tuple(code["scopes"]), self.registration.client_id)
        self._codes.put(code["id"], code | {"used": True, "family": self.tokens.family_of(grant.access_token)})
        return grant

    def _check_code(self, code: Doc, form: Mapping[str, str]) -> None:
        if self._is_over(code):
            raise GrantRefused(GrantProblem.EXPIRED_CODE)
        if form.get("redirect_uri", "") != code["redirect_uri"]:
            raise GrantRefused(GrantProblem.WRONG_REDIRECT)
        if code["challenge"] and challenge_of(form.get("code_verifier", "")) != code["challenge"]:
            raise GrantRefused(GrantProblem.WRONG_VERIFIER)

    def refresh(self, form: Mapping[str, str]) -> Grant:
        """The next pair of tokens. Raises `GrantRefused`."""
        return self.tokens.refresh(form.get("refresh_token", ""), self.registration.client_id)

    def _checked_client_and_redirect(self, query: Mapping[str, str]) -> str:
        if query.get("client_id") != self.registration.client_id:
            raise AuthorizeRefused("invalid_client_id", "No app with this client id is registered.")
        redirect = query.get("redirect_uri", "")
        parts = urlsplit(redirect)
        if parts.scheme not in ("http", "https") or parts.hostname not in LOOPBACK or parts.fragment:
            raise AuthorizeRefused("redirect_uri_mismatch", "The redirect URI is not registered for this app.")
        return redirect

    def _checked_challenge(self, query: Mapping[str, str], redirect: str, state: str) -> str:
        challenge = query.get("code_challenge", "")
        if not challenge and self._rules().require_pkce:
            raise self._refused(redirect, state, "invalid_request", "code_challenge is required")
        if challenge and query.get("code_challenge_method") != "S256":
            raise self._refused(redirect, state, "invalid_request", "code_challenge_method must be S256")
        return challenge

    def _scopes(self, query: Mapping[str, str], redirect: str, state: str) -> list[str]:
        known = self.registration.scopes
        asked = [scope for scope in query.get("scope", "").split(self._rules().scope_separator) if scope]
        unknown = [scope for scope in asked if scope not in known]
        if unknown:
            raise self._refused(redirect, state, "invalid_scope", f"unknown scope: {', '.join(unknown)}")
        return asked or list(known)

    def _refused(self, redirect: str, state: str, error: str, reason: str) -> AuthorizeRefused:
        query = {"error": error, "error_description": reason, "state": state}
        return AuthorizeRefused(error, reason, with_query(redirect, query))

    def _in(self, seconds: float) -> str:
        return (self._world.clock() + timedelta(seconds=seconds)).isoformat()

    def _is_over(self, doc: Doc) -> bool:
        return parse_iso(doc["expires_at"]) <= self._world.clock()


def challenge_of(verifier: str) -> str:
    """PKCE S256 (RFC 7636, section 4.2)."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def with_query(url: str, query: Mapping[str, str]) -> str:
    """The URL with these parameters added; empty ones are left out."""
    encoded = urlencode({key: value for key, value in query.items() if value})
    return f"{url}{'&' if urlsplit(url).query else '?'}{encoded}"
