"""Tokens: issued, refreshed, checked, revoked."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sandbox.kit.clock import parse_iso
from sandbox.kit.oauth.errors import GrantProblem, GrantRefused, TokenProblem, TokenRefused
from sandbox.kit.oauth.rules import Rules, TokenForms
from sandbox.kit.store import Doc
from sandbox.kit.world import World


@dataclass(frozen=True)
class Grant:
    """A fresh pair. `expires_in` is in seconds."""

    user: str
    scopes: tuple[str, ...]
    access_token: str
    refresh_token: str | None
    expires_in: int | None
    refresh_is_new: bool


@dataclass(frozen=True)
class Access:
    """Who is calling, and what they may."""

    user: str
    scopes: tuple[str, ...]


class TokenDesk:
    """All tokens of one provider. `rules` is asked each time, since tests change them."""

    def __init__(self, world: World, provider: str, rules: Callable[[], Rules], forms: TokenForms) -> None:
        self._world = world
        self._rules = rules
        self._forms = forms
        self._tokens = world.collection(provider, "token")

    def issue(self, user: str, scopes: tuple[str, ...], client_id: str) -> Grant:
        """The first pair of a new family."""
        if self._rules().one_grant_per_user:
            self._revoke_where(lambda doc: doc["user"] == user and doc["client_id"] == client_id)
        family = self._world.token(12)
        refresh = self._new_refresh(user, scopes, client_id, family) if self._is_refreshable(scopes) else None
        return self._grant(user, scopes, client_id, family, refresh, refresh_is_new=True)

    def refresh(self, token: str, client_id: str) -> Grant:
        """The next pair. Raises `GrantRefused` for a token that is unknown or dead; counts its reuse."""
        doc = self._tokens.get(token)
        if doc is None or doc["type"] != "refresh" or doc["client_id"] != client_id:
            raise GrantRefused(GrantProblem.UNKNOWN_REFRESH_TOKEN)
        doc["uses"] += 1
        self._tokens.put(token, doc)
        if doc["state"] != "active":
            self._punish_reuse(doc)
            raise GrantRefused(GrantProblem.DEAD_REFRESH_TOKEN)
        return self._next(doc)

    def check(self, token: str | None) -> Access:
        """Who the token stands for. Raises `TokenRefused`."""
        if not token:
            raise TokenRefused(TokenProblem.MISSING)
        doc = self._tokens.get(token)
        if doc is None or doc["type"] != "access":
            raise TokenRefused(TokenProblem.UNKNOWN)
        if doc["state"] != "active":
            raise TokenRefused(TokenProblem.REVOKED)
        if doc["expires_at"] and parse_iso(doc["expires_at"]) <= self._world.clock():
            raise TokenRefused(TokenProblem.EXPIRED)
        return Access(doc["user"], tuple(doc["scopes"]))

    def revoke(self, token: str) -> bool:
        """Kill a token with its family; False when it is unknown."""
        doc = self._tokens.get(token)
        if doc is None:
            return False
        self.revoke_family(doc["family"])
        return True

    def revoke_family(self, family: str) -> None:
        """Kill all tokens that came from one authorisation."""
        self._revoke_where(lambda doc: doc["family"] == family)

    def revoke_all(self) -> None:
        """Kill every token."""
        self._revoke_where(lambda _: True)

    def family_of(self, token: str) -> str:
        """The authorisation a token came from."""
        doc = self._tokens.get(token)
        return str(doc["family"]) if doc else ""

    def summary(self) -> dict[str, int]:
        """Counts for tests: how many live, how many refresh tokens were used more than once although dead."""
        docs = self._tokens.all()
        single = [doc for doc in docs if doc["type"] == "refresh" and doc["single_use"]]
        return {
            "access_tokens": sum(doc["type"] == "access" for doc in docs),
            "active_access_tokens": sum(doc["type"] == "access" and doc["state"] == "active" for doc in docs),
            "refresh_tokens": sum(doc["type"] == "refresh" for doc in docs),
            "live_refresh_tokens": sum(doc["type"] == "refresh" and doc["state"] == "active" for doc in docs),
            "refreshes": sum(doc["uses"] for doc in docs if doc["type"] == "refresh"),
            "refresh_tokens_used_twice": sum(doc["uses"] > 1 for doc in single),
        }

    def _is_refreshable(self, scopes: tuple[str, ...]) -> bool:
        rules = self._rules()
        asked = not rules.refresh_scopes or any(scope in rules.refresh_scopes for scope in scopes)
        return rules.refresh_tokens and asked

    def _next(self, doc: Doc) -> Grant:
        user, scopes, client_id, family = doc["user"], tuple(doc["scopes"]), doc["client_id"], doc["family"]
        if self._rules().rotation == "none":
            return self._grant(user, scopes, client_id, family, doc["token"], refresh_is_new=False)
        if self._rules().rotation != "replace":
            self._tokens.put(doc["token"], doc | {"state": "used"})
        refresh = self._new_refresh(user, scopes, client_id, family)
        return self._grant(user, scopes, client_id, family, refresh, refresh_is_new=True)

    def _punish_reuse(self, doc: Doc) -> None:
        if self._rules().rotation == "family":
            self.revoke_family(doc["family"])

    def _grant(
        self,
        user: str,
        scopes: tuple[str, ...],
        client_id: str,
        family: str,
        refresh: str | None,
        *,
        refresh_is_new: bool,
    ) -> Grant:
        seconds = self._rules().access_seconds
        access = self._forms.access(self._world.token(32))
        self._put(access, "access", user, scopes, client_id, family, seconds)
        expires_in = None if seconds is None else max(1, int(seconds) - 1)
        return Grant(user, scopes, access, refresh, expires_in, refresh_is_new)

    def _new_refresh(self, user: str, scopes: tuple[str, ...], client_id: str, family: str) -> str:
        token = self._forms.refresh(self._world.token(32))
        self._put(token, "refresh", user, scopes, client_id, family, None)
        return token

    def _put(
        self,
        token: str,
        kind: str,
        user: str,
        scopes: tuple[str, ...],
        client_id: str,
        family: str,
        seconds: float | None,
    ) -> None:
        expires = None if seconds is None else (self._world.clock() + timedelta(seconds=seconds)).isoformat()
        doc = {
            "token": token,
            "type": kind,
            "user": user,
            "scopes": list(scopes),
            "client_id": client_id,
            "family": family,
            "expires_at": expires,
            "state": "active",
            "uses": 0,
            "single_use": self._rules().rotation in ("single_use", "family"),
        }
        self._tokens.put(token, doc)

    def _revoke_where(self, accept: Callable[[Doc], bool]) -> None:
        for doc in self._tokens.find(lambda doc: doc["state"] == "active" and accept(doc)):
            self._tokens.put(doc["token"], doc | {"state": "revoked"})
