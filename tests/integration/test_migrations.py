"""Models and migrations must describe the same schema, on both stores."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlmodel import SQLModel

import hub.models
from hub.migrations.upgrade import upgrade
from hub.runtime import Runtime


def _differences(runtime: Runtime) -> list[object]:
    assert hub.models.meetings
    ours = SQLModel.metadata.tables
    with runtime.database.engine.connect() as connection:
        options = {"compare_type": True, "include_name": lambda name, kind, _p: kind != "table" or name in ours}
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), SQLModel.metadata))


def test_models_and_migrations_agree_on_sqlite(runtime: Runtime) -> None:
    assert _differences(runtime) == []


@pytest.mark.postgres
def test_models_and_migrations_agree_on_postgresql(postgres_runtime: Runtime) -> None:
    assert _differences(postgres_runtime) == []


def test_upgrading_again_changes_nothing(runtime: Runtime) -> None:
    upgrade(runtime.database)

    assert _differences(runtime) == []
