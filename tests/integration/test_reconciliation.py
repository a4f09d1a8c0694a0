"""What no webhook announced is found, however long nobody could look, and also when a look is cut short."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from hub.connections.models import Bookmark, Connection, ConnectionState
from hub.ingest.models import InboundEvent
from hub.ingest.reconciliation import reconcile
from hub.runtime import Runtime
from tests.support.stores import queueing
from tests.support.teams_lab import EVERYBODY, TeamsLab, teams_lab

NOW = datetime.now(UTC)
LONG_AGO = NOW - timedelta(days=40)


@pytest.fixture
def lab(tmp_path: Path, runtime: Runtime) -> Iterator[TeamsLab]:
    with teams_lab(tmp_path, queueing(runtime)) as built:
        yield built


def test_what_was_recorded_while_nobody_could_look_is_found(lab: TeamsLab) -> None:
    connection = _connected(lab, complete=NOW - timedelta(days=6))
    lab.play(announce=False, start_time=_days_ago(5), transcript=None)

    assert _reconciled(lab, connection) == 1


def test_what_a_complete_run_has_left_behind_it_is_not_listed_again(lab: TeamsLab) -> None:
    connection = _connected(lab, complete=NOW)
    lab.play(announce=False, start_time=_days_ago(5), transcript=None)

    assert _reconciled(lab, connection) == 0


def test_nothing_is_listed_from_before_the_account_was_connected(lab: TeamsLab) -> None:
    connection = _connected(lab, complete=NOW - timedelta(days=6), created=NOW - timedelta(days=2))
    lab.play(announce=False, start_time=_days_ago(5), transcript=None)

    assert _reconciled(lab, connection) == 0


def test_a_run_that_is_cut_short_keeps_what_it_found_and_is_not_complete(lab: TeamsLab) -> None:
    before = NOW - timedelta(days=6)
    connection = _connected(lab, complete=before)
    lab.play(announce=False)
    lab.order("faults", [{"provider": "teams", "kind": "429_retry_after", "path": "getAllTranscripts", "times": 1}])

    found = [_reconciled(lab, connection), _reconciled(lab, connection)]

    assert found == [1, 1]
    assert _kinds(lab) == ["recording.completed", "transcript.completed"]


def test_only_a_complete_run_is_remembered(lab: TeamsLab) -> None:
    before = NOW - timedelta(days=6)
    connection = _connected(lab, complete=before)
    lab.order("faults", [{"provider": "teams", "kind": "500", "path": "/users", "times": 1}])

    _reconciled(lab, connection)
    assert lab.stored(connection).reconciled_at == before

    _reconciled(lab, connection)
    assert (lab.stored(connection).reconciled_at or before) >= NOW


def test_runs_that_waited_behind_a_long_one_have_nothing_left_to_do(lab: TeamsLab) -> None:
    connection = _connected(lab, complete=NOW)
    lab.play(announce=False, transcript=None)

    assert _reconciled(lab, connection, asked_at=NOW - timedelta(minutes=15)) == 0


def test_each_list_is_read_on_from_where_it_was_left(lab: TeamsLab) -> None:
    connection = _connected(lab, complete=NOW)
    lab.play(announce=False)
    first = _reconciled(lab, connection)
    lab.play(announce=False, transcript=None)
    before = len(_asked(lab))

    assert (first, _reconciled(lab, connection)) == (2, 1)

    asked = _asked(lab)[before:]
    assert asked
    assert all("deltatoken" in each for each in asked)


def test_a_place_that_the_provider_has_forgotten_is_no_obstacle(lab: TeamsLab) -> None:
    connection = _connected(lab, complete=NOW)
    lab.play(announce=False, transcript=None)
    _reconciled(lab, connection)
    with lab.runtime.database.transaction() as session:
        for row in session.exec(select(Bookmark)).all():
            row.place = row.place.replace("deltatoken=", "deltatoken=forgotten")
    lab.play(announce=False, transcript=None)

    assert _reconciled(lab, connection) == 1


def test_what_came_with_an_error_is_listed_again_from_its_bookmark_only(lab: TeamsLab) -> None:
    connection = _connected(lab, complete=NOW)
    lab.order("faults", [{"provider": "teams", "kind": "500", "path": "getAllTranscripts", "times": 1}])

    _reconciled(lab, connection)

    with lab.runtime.database.transaction() as session:
        assert [row.name.rpartition("/")[2] for row in session.exec(select(Bookmark)).all()] == ["recordings"]


def test_what_was_recorded_while_the_account_was_ended_is_left_alone(lab: TeamsLab) -> None:
    connection = _connected(lab, complete=NOW - timedelta(days=20))
    with lab.runtime.database.transaction() as session:
        session.get_one(Connection, connection.id).state = ConnectionState.REVOKED

    lab.connect(EVERYBODY)

    assert (lab.stored(connection).reconciled_at or LONG_AGO) >= NOW
    lab.play(announce=False, start_time=(NOW - timedelta(hours=5)).isoformat(), transcript=None)
    assert _reconciled(lab, connection) == 0


def _connected(lab: TeamsLab, *, complete: datetime, created: datetime = LONG_AGO) -> Connection:
    connection = lab.connect(EVERYBODY)
    with lab.runtime.database.transaction() as session:
        row = session.get_one(Connection, connection.id)
        row.created_at, row.reconciled_at = created, complete
    return connection


def _reconciled(lab: TeamsLab, connection: Connection, asked_at: datetime | None = None) -> int:
    run = reconcile(lab.runtime, connection.organisation_id, connection.id, asked_at or datetime.now(UTC))
    return asyncio.run(run)


def _asked(lab: TeamsLab) -> list[str]:
    """The calls for what a list holds or was added to it."""
    log = lab.order("requests?provider=teams", method="GET")
    return [str(each) for each in log if each["path"].endswith("/delta")]


def _days_ago(days: int) -> str:
    return (NOW - timedelta(days=days)).isoformat()


def _kinds(lab: TeamsLab) -> list[str]:
    with lab.runtime.database.transaction() as session:
        return sorted(row.kind for row in session.exec(select(InboundEvent)).all())
