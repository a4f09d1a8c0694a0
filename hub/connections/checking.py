"""`hub connector check`: prove each connection with its connector's cheap call, and say what to do where it fails."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from connectors import registry
from connectors.base.errors import (
    AuthorizationLost,
    ConnectorError,
    ProviderUnavailable,
    RateLimited,
    RequestRejected,
)
from connectors.registry import UnknownProvider
from hub.connections.errors import ConnectionsError
from hub.connections.models import Connection
from hub.connections.repository import all_connections
from hub.connections.sealing import open_tokens
from hub.connections.service.access import APP_REFUSED, ConnectionKey
from hub.connections.service.check import check_connection
from hub.kit.crypto import SealedValueError
from hub.runtime import Runtime
from oauth.tokens import TokenSet

_ADVICE: Final[Mapping[type[Exception], str]] = {
    AuthorizationLost: "Connect {name} again in the console, under Connections.",
    RateLimited: "Nothing to repair: wait until {name} takes calls again.",
    ProviderUnavailable: "Nothing to repair here: see whether this machine reaches {name}, and try again.",
    RequestRejected: "See docs/connect/{provider}.md, under troubleshooting.",
    SealedValueError: "Start with the master key that sealed it, in HUB_MASTER_KEY or HUB_MASTER_KEY_PREVIOUS.",
}


@dataclass(frozen=True)
class Checked:
    """One connection and how it stands. Ages are in seconds, None where nobody knows."""

    id: str
    organisation_id: str
    provider: str
    account: str
    works: bool
    state: str
    scopes: tuple[str, ...]
    missing_scopes: tuple[str, ...]
    token_age_s: float | None
    token_ends_in_s: float | None
    problem: str = ""
    advice: str = ""


async def check_all(runtime: Runtime, wanted: str) -> Sequence[Checked]:
    """Every connection with this id or of this provider (all when empty), of all organisations.

    Connections that were disconnected are left out.
    """
    return [await _check(runtime, row) for row in await asyncio.to_thread(_wanted, runtime, wanted)]


def _wanted(runtime: Runtime, wanted: str) -> list[Connection]:
    try:
        provider = registry.resolve(wanted).id if wanted else ""
    except UnknownProvider:
        provider = wanted
    with runtime.database.transaction() as session:
        rows = all_connections(session)
    return [row for row in rows if not wanted or wanted == row.id or provider == row.provider]


async def _check(runtime: Runtime, row: Connection) -> Checked:
    error: Exception | None = None
    name = row.account_name
    try:
        name = (await check_connection(runtime, ConnectionKey(row.organisation_id, row.id))).name
    except (ConnectorError, ConnectionsError, SealedValueError) as failure:
        error = failure
    return await asyncio.to_thread(_told, runtime, row, name, error)


def _told(runtime: Runtime, row: Connection, account: str, error: Exception | None) -> Checked:
    """The connection as it is after the call, which may have renewed its access."""
    with runtime.database.transaction() as session:
        now = session.get_one(Connection, row.id)
    return Checked(
        id=row.id,
        organisation_id=row.organisation_id,
        provider=row.provider,
        account=account,
        works=error is None,
        state=now.state.value,
        problem=str(error or ""),
        advice=_advice(row.provider, error) if error else "",
        **_tokens(runtime, now),
    )


def _advice(provider: str, error: Exception) -> str:
    name = registry.manifest(provider).name
    kind = RequestRejected if getattr(error, "code", None) == APP_REFUSED else type(error)
    words = next((text for each, text in _ADVICE.items() if issubclass(kind, each)), "See the hub's log.")
    return words.format(name=name, provider=provider)


def _tokens(runtime: Runtime, row: Connection) -> dict[str, Any]:
    try:
        tokens = open_tokens(runtime.vault, row.id, row.tokens)
    except SealedValueError:
        tokens = TokenSet("")
    now = runtime.clock()
    section = registry.manifest(row.provider).oauth
    separator = section.scope_separator if section else " "
    granted = tuple(sorted(tokens.scope.replace(separator, " ").split()))
    asked = [scope.name for scope in section.scopes] if section else []
    return {
        "scopes": granted,
        "missing_scopes": tuple(name for name in asked if granted and name not in granted),
        "token_age_s": _seconds(tokens.issued_at, now),
        "token_ends_in_s": None if tokens.expires_at is None else (tokens.expires_at - now).total_seconds(),
    }


def _seconds(since: datetime | None, now: datetime) -> float | None:
    return None if since is None else (now - since).total_seconds()
