"""A real PostgreSQL server for one test session, on a free port, thrown away afterwards.

Import `postgres_url` into a conftest or a test module: each test gets a fresh database. Skipped where no server
binary is installed.
"""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from hub.kit.database import Database
from hub.migrations.upgrade import upgrade

_BINARIES = Path("/usr/lib/postgresql")
_READY_WITHIN_S = 30.0


@dataclass(frozen=True)
class PostgresServer:
    """A running server; `url(name)` addresses one of its databases."""

    port: int

    def url(self, database: str) -> str:
        """The address in the form `HUB_DATABASE_URL` takes."""
        return f"postgresql://hub@127.0.0.1:{self.port}/{database}"

    def create_database(self, template: str = "template1") -> str:
        """Make a copy of a database, an empty one by default, and give its address."""
        name = f"t_{uuid.uuid4().hex[:12]}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'.encode())
        return self.url(name)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One server for the session."""
    binaries = _newest_binaries()
    if binaries is None:
        pytest.skip("needs a PostgreSQL server: apt-get install postgresql")
    directory = Path(tempfile.mkdtemp(prefix="hub-postgres-"))
    user = _unprivileged_user()
    if user is not None:
        os.chown(directory, *_ids(user))
    data, port = directory / "data", _free_port()
    subprocess.run(
        [binaries / "initdb", "-D", data, "-U", "hub", "-A", "trust", "-E", "UTF8", "--no-sync"],
        check=True, capture_output=True, user=user, cwd=directory,
    )  # fmt: skip
    options = ["-c", "fsync=off", "-c", "max_connections=200", "-c", "listen_addresses=127.0.0.1"]
    process = subprocess.Popen(
        [binaries / "postgres", "-D", data, "-p", str(port), "-k", directory, *options],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, user=user, cwd=directory,
    )  # fmt: skip
    try:
        server = PostgresServer(port)
        _await_ready(server, process)
        yield server
    finally:
        process.terminate()
        process.wait(timeout=30)
        shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="session")
def migrated_database(postgres_server: PostgresServer) -> str:
    """The name of a database with the whole schema, to be copied."""
    database = Database(url := postgres_server.create_database())
    upgrade(database)
    database.close()
    return url.rpartition("/")[2]


@pytest.fixture
def postgres_url(postgres_server: PostgresServer, migrated_database: str) -> str:
    """The address of a database that is this test's own, with the whole schema."""
    return postgres_server.create_database(migrated_database)


def _newest_binaries() -> Path | None:
    found = sorted(_BINARIES.glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


def _unprivileged_user() -> str | None:
    """PostgreSQL refuses to run as root."""
    return None if os.geteuid() != 0 else "postgres"


def _ids(user: str) -> tuple[int, int]:
    entry = pwd.getpwnam(user)
    return entry.pw_uid, entry.pw_gid


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await_ready(server: PostgresServer, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _READY_WITHIN_S
    while True:
        try:
            psycopg.connect(server.url("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return
