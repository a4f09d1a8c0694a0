"""`oauth.v2.access`, and the access that an API call's token gives."""

from typing import Any

from fastapi import Request

from sandbox.kit.forms import basic, bearer
from sandbox.kit.oauth.errors import GrantProblem, GrantRefused, TokenRefused
from sandbox.kit.oauth.server import AuthorizationServer
from sandbox.kit.oauth.tokens import Access, Grant
from sandbox.slack.errors import GRANT_ERRORS, TOKEN_ERRORS, SlackError
from sandbox.slack.team import APP_ID, BOT_USER_ID, TEAM_ID, TEAM_NAME


class Authorization:
    """Tokens given and checked."""

    def __init__(self, server: AuthorizationServer) -> None:
        self.server = server

    def exchange(self, request: Request, fields: dict[str, Any]) -> dict[str, Any]:
        """`oauth.v2.access`: a code or a refresh token for tokens. Raises `SlackError`."""
        client, secret = basic(request)
        try:
            self.server.check_client(client or fields.get("client_id"), secret or fields.get("client_secret"))
            return _answer(self._grant(fields))
        except GrantRefused as refused:
            raise SlackError(GRANT_ERRORS[refused.problem]) from refused

    def enter(self, request: Request, fields: dict[str, Any], scopes: tuple[str, ...]) -> Access:
        """Who calls; any one of `scopes` is needed, none when it is empty. Raises `SlackError`."""
        access = self._access(self.token(request, fields))
        if scopes and not any(scope in access.scopes for scope in scopes):
            raise SlackError("missing_scope", needed=scopes[0], provided=",".join(access.scopes))
        return access

    def token(self, request: Request, fields: dict[str, Any]) -> str | None:
        """The token in the header, or in the field of older clients."""
        return bearer(request) or fields.get("token")

    def _access(self, token: str | None) -> Access:
        try:
            return self.server.tokens.check(token)
        except TokenRefused as refused:
            raise SlackError(TOKEN_ERRORS[refused.problem]) from refused

    def _grant(self, fields: dict[str, Any]) -> Grant:
        kind = fields.get("grant_type", "authorization_code")
        if kind == "authorization_code":
            return self.server.redeem(fields)
        if kind == "refresh_token":
            return self.server.refresh(fields)
        raise GrantRefused(GrantProblem.UNSUPPORTED_GRANT)


def _answer(grant: Grant) -> dict[str, Any]:
    answer = {
        "ok": True,
        "app_id": APP_ID,
        "authed_user": {"id": "U0DANA"},
        "scope": ",".join(grant.scopes),
        "token_type": "bot",
        "access_token": grant.access_token,
        "bot_user_id": BOT_USER_ID,
        "team": {"id": TEAM_ID, "name": TEAM_NAME},
        "enterprise": None,
        "is_enterprise_install": False,
    }
    if grant.refresh_token:
        answer |= {"refresh_token": grant.refresh_token, "expires_in": grant.expires_in}
    return answer
