"""Connections and redirects in flight, of one organisation."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, cast

import sqlalchemy as sa
from sqlmodel import Session, col, select

from hub.connections.models import Authorization, Bookmark, Connection, ConnectionState
from hub.kit.repository import TenantRepository


class ConnectionRepository(TenantRepository[Connection]):
    """Connections. Token changes are compare-and-set on `token_version`, so a stale writer changes nothing."""

    model: ClassVar[type[Any]] = Connection

    def by_account(self, provider: str, account_id: str) -> Connection | None:
        """The organisation's connection to this provider account."""
        statement = self.select().where(Connection.provider == provider, Connection.account_id == account_id)
        return self.session.exec(statement).first()

    def update_if(
        self, connection_id: str, seen_version: int, *, standing: ConnectionState | None = None, **values: Any
    ) -> bool:
        """Set `values` unless the tokens have changed since `seen_version`, or it is not `standing` so: then False."""
        statement = sa.update(Connection).where(
            col(Connection.id) == connection_id,
            col(Connection.organisation_id) == self.organisation_id,
            col(Connection.token_version) == seen_version,
        )
        if standing is not None:
            statement = statement.where(col(Connection.state) == standing)
        result = cast("sa.CursorResult[Any]", self.session.connection().execute(statement.values(**values)))
        return result.rowcount == 1


class Bookmarks(TenantRepository[Bookmark]):
    """How far the lists of one organisation's sources were read."""

    model: ClassVar[type[Any]] = Bookmark

    def of_connection(self, connection_id: str) -> dict[str, str]:
        """The places by list."""
        return {row.name: row.place for row in self._rows(connection_id)}

    def keep(self, connection_id: str, places: Mapping[str, str]) -> None:
        """Set the places of these lists; others stay."""
        known = {row.name: row for row in self._rows(connection_id)}
        for name, place in places.items():
            if name in known:
                known[name].place = place
            else:
                new = Bookmark(
                    organisation_id=self.organisation_id, connection_id=connection_id, name=name, place=place
                )
                self.session.add(new)

    def forget(self, connection_id: str) -> None:
        """Read everything from the beginning next time."""
        for row in self._rows(connection_id):
            self.session.delete(row)

    def _rows(self, connection_id: str) -> Sequence[Bookmark]:
        return self.all(self.select().where(Bookmark.connection_id == connection_id))


def connections_of_account(session: Session, provider: str, account_id: str) -> list[Connection]:
    """Every organisation's connection to this provider account: who an inbound event is for."""
    statement = select(Connection).where(
        Connection.provider == provider,
        Connection.account_id == account_id,
        Connection.state != ConnectionState.REVOKED,
    )
    return list(session.exec(statement).all())


def all_connections(session: Session) -> list[Connection]:
    """Every connection that was not ended, over all organisations: for whoever runs the hub."""
    statement = select(Connection).where(Connection.state != ConnectionState.REVOKED)
    return list(session.exec(statement.order_by(Connection.provider, Connection.id)).all())


def connections_of_others(session: Session, organisation_id: str, provider: str, account_id: str) -> list[Connection]:
    """What other organisations have or had to this provider account."""
    statement = select(Connection).where(
        Connection.provider == provider,
        Connection.account_id == account_id,
        Connection.organisation_id != organisation_id,
    )
    return list(session.exec(statement).all())


def refused_connections(session: Session, before: datetime) -> list[Connection]:
    """Those whose provider refused the hub's app, and was last asked before then; over all organisations."""
    statement = select(Connection).where(
        Connection.state == ConnectionState.REFUSED, col(Connection.checked_at) < before
    )
    return list(session.exec(statement.order_by(Connection.id)).all())


def idle_connections(session: Session, before: datetime) -> list[Connection]:
    """Active connections whose tokens nobody has used or refreshed since `before`, over all organisations."""
    seen = sa.func.coalesce(col(Connection.checked_at), col(Connection.created_at))
    statement = select(Connection).where(Connection.state == ConnectionState.ACTIVE, seen < before)
    return list(session.exec(statement.order_by(Connection.id)).all())


def take_authorization(session: Session, state_hash: str) -> Authorization | None:
    """The redirect with this state, deleted in the same breath: of two callers one gets it."""
    statement = select(Authorization).where(Authorization.state_hash == state_hash)
    found = session.exec(statement).first()
    if found is None:
        return None
    gone = sa.delete(Authorization).where(col(Authorization.id) == found.id)
    result = cast("sa.CursorResult[Any]", session.connection().execute(gone))
    return found if result.rowcount == 1 else None


def delete_expired_authorizations(session: Session, now: datetime) -> None:
    """Forget redirects that nobody came back from."""
    session.connection().execute(sa.delete(Authorization).where(col(Authorization.expires_at) < now))
