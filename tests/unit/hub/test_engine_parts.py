"""The lock, the schedules, and rows that are written once."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from croniter import croniter  # type: ignore[import-untyped]

from hub.accounts.models import Organisation
from hub.engine.lock import StoreInUse, StoreLock
from hub.engine.schedules import cron_every
from hub.kit.insert import insert_once
from hub.runtime import Runtime


def test_a_second_process_is_kept_off_the_file_with_advice(tmp_path: Path) -> None:
    held = StoreLock(tmp_path / "hub.db")
    held.acquire()

    with pytest.raises(StoreInUse, match="HUB_DATABASE_URL"):
        StoreLock(tmp_path / "hub.db").acquire()

    held.release()


def test_the_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    code = f"from hub.engine.lock import StoreLock; from pathlib import Path; import os, signal\n" \
           f"StoreLock(Path({str(tmp_path / 'hub.db')!r})).acquire(); os.kill(os.getpid(), signal.SIGKILL)"  # fmt: skip
    subprocess.run([sys.executable, "-c", code], check=False, cwd=Path(__file__).parents[3])

    StoreLock(tmp_path / "hub.db").acquire()


@pytest.mark.parametrize("seconds", [5, 7, 20, 59, 60, 90, 900, 3599, 3600, 50_000, 86_400, 10**6])
def test_a_schedule_fires_at_least_as_often_as_asked(seconds: int) -> None:
    cron = cron_every(seconds)

    moments = croniter(cron, datetime(2026, 1, 1, tzinfo=UTC), second_at_beginning=True)
    first, second = moments.get_next(datetime), moments.get_next(datetime)
    assert 0 < (second - first).total_seconds() <= seconds


def test_a_row_is_inserted_once(runtime: Runtime) -> None:
    _insert_twice(runtime)


@pytest.mark.postgres
def test_a_row_is_inserted_once_on_postgresql(postgres_runtime: Runtime) -> None:
    _insert_twice(postgres_runtime)


def _insert_twice(runtime: Runtime) -> None:
    now = datetime.now(UTC)
    with runtime.database.transaction() as session:
        first = insert_once(session, Organisation(id="org_1", name="a", created_at=now), on=("id",))
        again = insert_once(session, Organisation(id="org_1", name="b", created_at=now), on=("id",))

    assert (first, again) == (True, False)
