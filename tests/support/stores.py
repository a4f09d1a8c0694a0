"""Stores with the whole schema, without running every migration for every test."""

import functools
import tempfile
from pathlib import Path

import sqlalchemy as sa
from dbos import DBOS
from pydantic import SecretStr

from hub import runtime as runtimes
from hub.kit.crypto import new_master_key
from hub.migrations.upgrade import upgrade
from hub.runtime import Runtime
from hub.settings import Settings


def ready_runtime(settings: Settings) -> Runtime:
    """A runtime whose store is at the current schema: a new SQLite file is a copy of one that was migrated before."""
    built = runtimes.build(settings)
    if built.database.is_sqlite and not _file(settings).exists():
        _file(settings).parent.mkdir(parents=True, exist_ok=True)
        _file(settings).write_bytes(_migrated_file())
    else:
        upgrade(built.database)
    return built


def queueing(runtime: Runtime) -> Runtime:
    """The same with the engine's tables: work can be queued, though nothing runs it."""
    DBOS.migrate(runtime.database.url)
    return runtime


def queued(runtime: Runtime) -> list[str]:
    """The ids of the work that waits, oldest first."""
    table = sa.table("workflow_status", sa.column("workflow_uuid"), sa.column("created_at"))
    with runtime.database.engine.connect() as connection:
        return list(connection.execute(sa.select(table.c.workflow_uuid).order_by(table.c.created_at)).scalars())


@functools.cache
def _migrated_file() -> bytes:
    with tempfile.TemporaryDirectory(prefix="hub-schema-") as directory:
        settings = Settings(data_dir=Path(directory), master_key=SecretStr(new_master_key()))
        built = runtimes.build(settings)
        upgrade(built.database)
        built.database.close()
        return _file(settings).read_bytes()


def _file(settings: Settings) -> Path:
    return settings.data_dir / "hub.db"
