"""Brings a store to the current schema, one process at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from hub.kit.database import Database

_ADVISORY_LOCK = 0x6864_6570_7468
"""Any number of ours: PostgreSQL keeps it apart from table locks."""


def upgrade(database: Database) -> None:
    """Apply what is missing. Processes that start together wait; on SQLite the store's lock keeps them out."""
    with database.engine.connect() as connection, _alone(connection):
        config = configuration()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()


def configuration() -> Config:
    """Alembic's configuration without an ini file; give it a `connection` in `attributes`."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config


@contextmanager
def _alone(connection: sa.Connection) -> Iterator[None]:
    if connection.dialect.name != "postgresql":
        yield
        return
    connection.execute(sa.text("SELECT pg_advisory_lock(:key)"), {"key": _ADVISORY_LOCK})
    connection.commit()
    try:
        yield
    finally:
        connection.rollback()
        connection.execute(sa.text("SELECT pg_advisory_unlock(:key)"), {"key": _ADVISORY_LOCK})
        connection.commit()
