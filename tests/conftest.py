"""Fixtures that every test may use."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from argon2 import PasswordHasher
from pydantic import SecretStr

from hub import runtime as runtimes
from hub.accounts import passwords
from hub.kit.crypto import new_master_key
from hub.runtime import Runtime
from hub.settings import Settings
from tests.support.postgres import migrated_database, postgres_server, postgres_url
from tests.support.stores import ready_runtime

__all__ = ["migrated_database", "postgres_server", "postgres_url"]


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Tests marked `anyio` run on asyncio alone, which is what the hub runs on."""
    return "asyncio"


@pytest.fixture(autouse=True, scope="session")
def _cheap_passwords() -> Iterator[None]:
    """Password hashes of tests need not withstand anybody, and real ones take half a second each."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
        yield


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings that touch nothing outside the test's own directory."""
    return Settings(data_dir=tmp_path / "hub", master_key=SecretStr(new_master_key()))


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    """Commands that run in this process bind the log to a captured stream, which is closed after their test."""
    yield
    structlog.reset_defaults()


@pytest.fixture
def runtime(settings: Settings) -> Iterator[Runtime]:
    """A runtime on an SQLite file with the whole schema, without web or engine."""
    built = ready_runtime(settings)
    runtimes.install(built)
    yield built
    built.database.close()


@pytest.fixture
def postgres_runtime(settings: Settings, postgres_url: str) -> Iterator[Runtime]:
    """The same on PostgreSQL."""
    built = ready_runtime(settings.model_copy(update={"database_url": postgres_url}))
    runtimes.install(built)
    yield built
    built.database.close()
