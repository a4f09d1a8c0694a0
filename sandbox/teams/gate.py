"""Lets a call in: whose token, which permission, and for apps the access policy."""

from dataclasses import dataclass

from fastapi import Request

from sandbox.kit.forms import bearer
from sandbox.kit.oauth.errors import TokenRefused
from sandbox.kit.oauth.tokens import TokenDesk
from sandbox.kit.ratelimit import RateLimit
from sandbox.kit.refusals import Refusals
from sandbox.kit.world import World
from sandbox.teams.errors import (
    GraphError,
    missing_permission,
    no_access_policy,
    not_found,
    token_refused,
    too_many,
)
from sandbox.teams.tenant import APP, DEFAULT_OPTIONS, TENANT_ID, User, user_of


@dataclass(frozen=True)
class Caller:
    """A signed-in user, or the app itself when `user` is None."""

    user: User | None
    permissions: tuple[str, ...]

    def require(self, *permissions: str) -> None:
        """Raise `GraphError` unless the caller has one of them."""
        if not any(permission in self.permissions for permission in permissions):
            raise missing_permission()

    def me(self) -> User:
        """The signed-in user. Raises `GraphError` for an app."""
        if self.user is None:
            raise GraphError(400, "BadRequest", "/me request is only valid with delegated authentication flow.")
        return self.user


class Gate:
    """Checks tokens and whose data they open."""

    def __init__(self, world: World, tokens: TokenDesk) -> None:
        self._world = world
        self._tokens = tokens
        self._refusals = Refusals(world, "teams")
        self._limits: dict[int, RateLimit] = {}

    def enter(self, request: Request) -> Caller:
        """Who calls. Raises `GraphError`."""
        try:
            access = self._tokens.check(bearer(request))
        except TokenRefused as refused:
            raise token_refused(refused.problem) from refused
        if wait := self._limit().wait_for(TENANT_ID, self._world.clock()):
            self._refusals.count("requests per tenant")
            raise too_many(wait)
        return Caller(None if access.user == APP else user_of(access.user), access.scopes)

    def _limit(self) -> RateLimit:
        allowed = int(self._world.options("teams", DEFAULT_OPTIONS)["requests_per_second"])
        return self._limits.setdefault(allowed, RateLimit(allowed, allowed))

    def owner(self, caller: Caller, key: str) -> User:
        """The user whose meetings are asked for; a person sees their own. Raises `GraphError`."""
        user = caller.me() if key == "me" else user_of(key)
        if user is None:
            raise not_found("The user does not exist.")
        if caller.user is not None and caller.user != user:
            raise GraphError(403, "Forbidden", "The user is not the organizer of the meeting.")
        if caller.user is None and not self._world.options("teams", DEFAULT_OPTIONS)["access_policy"]:
            raise no_access_policy(user.id)
        return user
