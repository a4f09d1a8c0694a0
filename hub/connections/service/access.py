"""A connection's tokens as they stand in the database, and its way into `reconnect`."""

from dataclasses import dataclass

from connectors.base.errors import AuthorizationLost
from hub.accounts import audit
from hub.connections.errors import ConnectionMissing
from hub.connections.models import Connection, ConnectionState
from hub.connections.repository import ConnectionRepository
from hub.connections.sealing import open_tokens
from hub.deliveries.reconnecting import announce_reconnect
from hub.runtime import Runtime
from oauth.tokens import TokenSet


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


def load_access(runtime: Runtime, key: ConnectionKey) -> Access:
    """The tokens in force. Raises `ConnectionMissing`, or `AuthorizationLost` when the connection is not active."""
    with runtime.database.transaction() as session:
        connection = ConnectionRepository(session, key.organisation_id).get(key.connection_id)
    if connection is None:
        raise ConnectionMissing("there is no such connection")
    if connection.state is not ConnectionState.ACTIVE:
        raise AuthorizationLost(connection.state_reason or "the account was disconnected")
    return Access(connection, open_tokens(runtime.vault, connection.id, connection.tokens))


def mark_reconnect(runtime: Runtime, key: ConnectionKey, token_version: int, reason: str) -> bool:
    """Only a person can repair this connection; `reason` tells them why, and subscribers hear of it.

    False, and nothing changes, when it is not active or somebody has authorised again since `token_version`.
    """
    now = runtime.clock()
    with runtime.database.transaction() as session:
        changed = ConnectionRepository(session, key.organisation_id).update_if(
            key.connection_id,
            token_version,
            while_active=True,
            state=ConnectionState.RECONNECT,
            state_reason=reason,
            refresh_started_at=None,
            checked_at=now,
        )
        if changed:
            audit.record(
                session,
                organisation_id=key.organisation_id,
                actor="hub",
                action="connection.reconnect_required",
                subject=key.connection_id,
                at=now,
                details={"reason": reason},
            )
            announce_reconnect(session, key.connection_id, reason, now)
    return changed
