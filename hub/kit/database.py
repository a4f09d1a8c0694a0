"""The relational store: SQLite (WAL) by default, PostgreSQL by URL. Synchronous sessions, one transaction each."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Final

import sqlalchemy as sa
import sqlalchemy.dialects.postgresql
from sqlalchemy import event
from sqlalchemy.engine import Dialect, make_url
from sqlmodel import Field, Session, create_engine

_SQLITE_PRAGMAS = ("journal_mode=wal", "synchronous=normal", "foreign_keys=on", "busy_timeout=15000")
_POOL_SIZE = 10
_SQLITE_POOL_SIZE = 32
_POSTGRES: Final[dict[str, Any]] = {"pool_size": _POOL_SIZE, "pool_pre_ping": True}


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """An aware UTC moment on both stores; a naive one is refused, not guessed."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Store as UTC; SQLite keeps no zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored moment needs a time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(
        self,
        value: datetime | None,
        dialect: Dialect,  # noqa: ARG002 SQLAlchemy passes it by position
    ) -> datetime | None:
        """Read back aware, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Json = sa.JSON().with_variant(sa.dialects.postgresql.JSONB(), "postgresql")
"""A JSON column: text on SQLite, JSONB on PostgreSQL."""


def moment(**options: Any) -> Any:
    """A SQLModel field that holds a `UtcDateTime`."""
    return Field(sa_type=UtcDateTime, **options)


def json_field(**options: Any) -> Any:
    """A SQLModel field that holds JSON."""
    return Field(sa_type=Json, **options)


class Database:
    """Engine and session factory for one URL (`sqlite:///file` or `postgresql://...`)."""

    def __init__(self, url: str) -> None:
        self.url = sqlalchemy_url(url)
        self.is_sqlite = self.url.startswith("sqlite")
        # opening an SQLite file costs more than a query: the pool holds as many as there are threads that ask
        options: dict[str, Any] = {"pool_size": _SQLITE_POOL_SIZE} if self.is_sqlite else _POSTGRES
        # errors are logged, and values hold people's names and sealed secrets
        self.engine = create_engine(self.url, hide_parameters=True, **options)
        if self.is_sqlite:
            event.listen(self.engine, "connect", _prepare_sqlite)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session whose block is one transaction: committed at its end, rolled back on any error."""
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    def close(self) -> None:
        """Return all connections."""
        self.engine.dispose()


def sqlalchemy_url(url: str) -> str:
    """`url` with the driver we install: psycopg for PostgreSQL."""
    parsed = make_url(url)
    if parsed.drivername in {"postgres", "postgresql"}:
        parsed = parsed.set(drivername="postgresql+psycopg")
    return parsed.render_as_string(hide_password=False)


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    for pragma in _SQLITE_PRAGMAS:
        connection.execute(f"pragma {pragma}")
