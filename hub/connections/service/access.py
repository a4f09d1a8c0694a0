"""A connection's tokens as they stand in the database, and its ways out of `active`."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlmodel import Session

from connectors.base.errors import AuthorizationLost
from hub.accounts import audit
from hub.connections.errors import ConnectionMissing
from hub.connections.models import Connection, ConnectionState
from hub.connections.repository import ConnectionRepository
from hub.connections.sealing import open_tokens
from hub.deliveries.reconnecting import announce_reconnect, announce_refusal
from hub.runtime import Runtime
from oauth.tokens import TokenSet

APP_REFUSED: Final = "app_refused"
"""The code of an `AuthorizationLost` that no authorisation repairs: the provider refuses the hub's app itself."""

Announce = Callable[[Session, str, str, datetime], None]


@dataclass(frozen=True)
class ConnectionKey:
    """Which connection, of which organisation."""

    organisation_id: str
    connection_id: str


@dataclass(frozen=True)
class Access:
    """One version of a connection's tokens."""

    connection: Connection
    tokens: TokenSet

    @property
    def version(self) -> int:
        """Counts up with every new pair."""
        return self.connection.token_version


def load_access(
    runtime: Runtime, key: ConnectionKey, states: Collection[ConnectionState] = (ConnectionState.ACTIVE,)
) -> Access:
    """The tokens in force. Raises `ConnectionMissing`, or `AuthorizationLost` for a connection in no such state."""
    with runtime.database.transaction() as session:
        connection = ConnectionRepository(session, key.organisation_id).get(key.connection_id)
    if connection is None:
        raise ConnectionMissing("there is no such connection")
    if connection.state not in states:
        code = APP_REFUSED if connection.state is ConnectionState.REFUSED else None
        raise AuthorizationLost(connection.state_reason or "the account was disconnected", code=code)
    return Access(connection, open_tokens(runtime.vault, connection.id, connection.tokens))


def mark_reconnect(
    runtime: Runtime,
    key: ConnectionKey,
    token_version: int,
    reason: str,
    standing: ConnectionState = ConnectionState.ACTIVE,
) -> bool:
    """Only a person can repair this connection; `reason` tells them why, and subscribers hear of it.

    False, and nothing changes, when it is not `standing` so or somebody has authorised again since `token_version`.
    """
    lost = _Loss(
        ConnectionState.RECONNECT, "connection.reconnect_required", announce_reconnect, {"refresh_started_at": None}
    )
    return _mark(runtime, key, token_version, reason, standing, lost)


def mark_refused(
    runtime: Runtime, key: ConnectionKey, token_version: int, reason: str, standing: ConnectionState
) -> bool:
    """The provider refuses the hub's app: as `mark_reconnect`, but it goes on by itself once that was repaired."""
    lost = _Loss(ConnectionState.REFUSED, "connection.app_refused", announce_refusal)
    return _mark(runtime, key, token_version, reason, standing, lost)


@dataclass(frozen=True)
class _Loss:
    state: ConnectionState
    action: str
    announce: Announce
    also: Mapping[str, None] = field(default_factory=dict)
    """What else changes in the row: a journal means nothing to tokens that nobody uses again."""


def _mark(
    runtime: Runtime, key: ConnectionKey, token_version: int, reason: str, standing: ConnectionState, lost: _Loss
) -> bool:
    now = runtime.clock()
    with runtime.database.transaction() as session:
        changed = ConnectionRepository(session, key.organisation_id).update_if(
            key.connection_id,
            token_version,
            standing=standing,
            state=lost.state,
            state_reason=reason,
            checked_at=now,
            **lost.also,
        )
        if changed and standing is not lost.state:
            audit.record(
                session,
                organisation_id=key.organisation_id,
                actor="hub",
                action=lost.action,
                subject=key.connection_id,
                at=now,
                details={"reason": reason},
            )
            lost.announce(session, key.connection_id, reason, now)
    return changed
