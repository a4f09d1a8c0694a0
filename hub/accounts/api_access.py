"""Who calls the API: a key or an app's token in the `Authorization` header, its plan, what it may do, how often.

Browsers cannot set headers of a WebSocket: there the key comes as the subprotocol `token.<key>`.
"""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Annotated, Final, NamedTuple
from weakref import WeakKeyDictionary

from fastapi import Request, Security
from fastapi.dependencies.models import Dependant
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlmodel import select
from starlette.requests import HTTPConnection
from starlette.types import Scope

from hub.accounts.leases import Limit, leases
from hub.accounts.models import ApiKey
from hub.accounts.oauth_server.access import AppAccess, find_access
from hub.accounts.pace import wait_for_turn
from hub.accounts.plans import PLANS, SANDBOX, Plan
from hub.accounts.rate_limits import Allowance, take
from hub.accounts.scopes import SCOPES
from hub.accounts.tokens import hash_token
from hub.errors import BadRequest, Forbidden, RateLimited, Unauthorized
from hub.kit.batching import Batcher
from hub.kit.clock import Clock
from hub.kit.database import Database
from hub.runtime import Runtime

_MINUTE_S: Final = 60
_REMEMBER_S: Final = 1.0
"""A revoked key is refused everywhere after this long."""
_MOST_REMEMBERED: Final = 10_000
_NOTE_USE_EVERY: Final = timedelta(minutes=1)
_LONGEST_TOKEN: Final = 200
_TOKEN: Final = "token."  # noqa: S105 a prefix
_API: Final = "/v1/"
_ASKING: Final = {
    "http": "Send your API key as `Authorization: Bearer <key>`.",
    "websocket": "Send your API key as the subprotocol `token.<key>`.",
}

_bearer = HTTPBearer(auto_error=False, scheme_name="api_key", description="An API key: `ed_live_sk_...`")
Credentials = Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)]


@dataclass(frozen=True)
class Caller:
    """The key behind a request; `plan` has this key's own limits.

    With a token of an app it is the key that counts for the app, and `grant_id` is the consent. `credential` is the
    hash of what was shown.
    """

    organisation_id: str
    key_id: str
    plan: Plan
    scopes: frozenset[str]
    sandbox: bool
    expires_at: datetime | None = None
    grant_id: str | None = None
    credential: str = field(default="", repr=False)

    @property
    def actor(self) -> str:
        """Who the audit log names: the consent, which is one member's to one app, or the key."""
        return self.grant_id or self.key_id

    def require(self, scope: str) -> None:
        """Raises `Forbidden` where the key is not made for this."""
        if scope not in self.scopes:
            error = Forbidden(f"This key does not have the scope `{scope}`.")
            error.headers = {"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{scope}"'}
            raise error


class _Lookup(NamedTuple):
    database: Database
    clock: Clock
    key_hash: str


_remembered: "WeakKeyDictionary[Database, dict[str, tuple[float, Caller]]]" = WeakKeyDictionary()


async def identify(runtime: Runtime, token: str) -> Caller:
    """The caller with this key or token. Raises `Unauthorized` for one that is unknown, revoked or expired."""
    if not token or len(token) > _LONGEST_TOKEN:
        raise _refused(_WRONG, "invalid_token")
    return await _by_hash(runtime, hash_token(token))


async def still_admits(runtime: Runtime, caller: Caller, scope: str) -> bool:
    """Whether what opened a connection would open it again."""
    try:
        return scope in (await _by_hash(runtime, caller.credential)).scopes
    except Unauthorized:
        return False


async def _by_hash(runtime: Runtime, hashed: str) -> Caller:
    known = _remembered.setdefault(runtime.database, {})
    until, caller = known.get(hashed, (0.0, None))
    if caller is not None and time.monotonic() < until and not _is_over(caller.expires_at, runtime.clock()):
        return caller
    found = await _lookups.get(_Lookup(runtime.database, runtime.clock, hashed))
    if len(known) >= _MOST_REMEMBERED:
        known.clear()
    if found is None:
        known.pop(hashed, None)
        raise _refused(_WRONG, "invalid_token")
    found = replace(found, credential=hashed)
    known[hashed] = (time.monotonic() + _REMEMBER_S, found)
    return found


async def identify_request(connection: HTTPConnection) -> Caller:
    """The caller of a request or handshake, found once. Raises `Unauthorized`."""
    known: Caller | None = getattr(connection.state, "caller", None)
    if known is not None:
        return known
    connection.state.caller = None  # asked for, and not known
    token = _shown(connection)
    if not token:
        raise _refused(_ASKING[connection.scope["type"]])
    connection.state.caller = await identify(connection.app.state.runtime, token)
    return await identify_request(connection)


def _shown(connection: HTTPConnection) -> str:
    """The key or token; empty where there is none."""
    for offered in connection.scope.get("subprotocols", ()):
        if offered.startswith(_TOKEN):
            return str(offered.removeprefix(_TOKEN))
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


async def count_caller(connection: HTTPConnection) -> Allowance:
    """What is left to the caller, who is counted once for each request or handshake. Raises `Unauthorized`."""
    known: Allowance | None = getattr(connection.state, "allowance", None)
    if known is not None:
        return known
    caller = await identify_request(connection)
    connection.state.allowance = await _count(connection.app.state.runtime, caller)
    return await count_caller(connection)


async def count_unadmitted(scope: Scope) -> None:
    """Count a call of the API that was answered before a route asked who calls, such as one that no route takes.

    Whoever is not known is not counted, and not looked for twice.
    """
    if scope["path"].startswith(_API) and "caller" not in scope["state"]:
        with suppress(Unauthorized):
            await count_caller(HTTPConnection(scope))


async def _count(runtime: Runtime, caller: Caller) -> Allowance:
    calls, now = caller.plan.requests_per_minute, runtime.clock()
    if calls is None:
        return take(runtime.database, caller.key_id, None, period_s=_MINUTE_S, now=now)
    limit = Limit(f"{caller.key_id}:requests", calls, _MINUTE_S)
    return await leases(runtime.database).take(runtime.database, limit, now)


async def count_frame(runtime: Runtime, caller: Caller) -> None:
    """Count one frame of this key. Raises `RateLimited`."""
    calls, now = caller.plan.frames_per_second, runtime.clock()
    if calls is None:
        return
    wait_s = await asyncio.to_thread(wait_for_turn, runtime.database, caller.key_id, calls, now)
    if wait_s:
        raise RateLimited(f"Your plan takes {calls} frames a second.", math.ceil(wait_s))


def allow(scope: str) -> Callable[..., Awaitable[Caller]]:
    """A dependency: the caller, as `admit` finds it."""
    if scope not in SCOPES:
        raise ValueError(f"there is no scope {scope}")

    async def allowed(request: Request, _credentials: Credentials = None) -> Caller:
        return await admit(request, scope)  # the parameter puts the key into the OpenAPI document

    allowed.scope = scope  # type: ignore[attr-defined]  # read by `scope_of`
    return allowed


def scope_of(dependant: Dependant) -> str | None:
    """The scope that a route needs, as `allow` left it on the dependency."""
    for each in dependant.dependencies:
        scope: str | None = getattr(each.call, "scope", None) or scope_of(each)
        if scope is not None:
            return scope
    return None


async def admit(connection: HTTPConnection, scope: str) -> Caller:
    """The caller, when the key has this scope and is within its limit.

    Raises `Unauthorized`, `Forbidden` and `RateLimited`.
    """
    if "\x00" in connection.scope["path"]:
        raise BadRequest("An address must not hold NUL characters.")
    allowance = await count_caller(connection)
    if allowance.exceeded:
        message = f"Your plan takes {allowance.limit} requests a minute."
        raise RateLimited(message, _wait(allowance, connection.app.state.runtime.clock()))
    caller = await identify_request(connection)
    caller.require(scope)
    return caller


_WRONG: Final = "This API key does not exist, was revoked or has expired."


def _refused(message: str, error: str = "") -> Unauthorized:
    """With the challenge of RFC 6750, section 3: it names an error only where something was shown."""
    refusal = Unauthorized(message)
    named = f', error="{error}"' if error else ""
    refusal.headers = {"WWW-Authenticate": f'Bearer realm="EchoDepth"{named}'}
    return refusal


def _wait(allowance: Allowance, now: datetime) -> int:
    return max(1, allowance.resets_at - int(now.timestamp()))


def _is_over(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and moment <= now


def _look_up_all(wanted: Sequence[_Lookup]) -> dict[_Lookup, Caller]:
    found = {one: _look_up(one) for one in wanted}
    return {one: caller for one, caller in found.items() if caller is not None}


_lookups: Final[Batcher[_Lookup, Caller]] = Batcher(_look_up_all)


def _look_up(wanted: _Lookup) -> Caller | None:
    now = wanted.clock()
    with wanted.database.transaction() as session:
        key = session.exec(select(ApiKey).where(ApiKey.key_hash == wanted.key_hash)).first()
        if key is None:
            access = find_access(session, wanted.key_hash, now)
            return _caller_of_app(access) if access else None
        if key.revoked_at is not None or _is_over(key.expires_at, now):
            return None
        if key.last_used_at is None or now - key.last_used_at >= _NOTE_USE_EVERY:
            key.last_used_at = now
        return caller_of(key)


def caller_of(key: ApiKey) -> Caller:
    """What a stored key means. A plan that no longer exists counts as the smallest."""
    plan = PLANS.get(key.plan, SANDBOX).with_limits(key.limits)
    return Caller(
        organisation_id=key.organisation_id,
        key_id=key.id,
        plan=plan,
        scopes=frozenset(key.scopes or SCOPES),
        sandbox=plan.name == SANDBOX.name,
        expires_at=key.expires_at,
    )


def _caller_of_app(access: AppAccess) -> Caller:
    return replace(caller_of(access.key), scopes=access.scopes, expires_at=access.expires_at, grant_id=access.grant_id)
