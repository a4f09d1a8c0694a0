"""A provider may say the same about a subscription again and again, and may not answer when it is renewed."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connectors.base.records import EventKind, SourceEvent
from hub.connections.models import Connection
from hub.ingest.models import InboundSource
from hub.ingest.renewing import renew
from hub.ingest.service import take_in
from hub.runtime import Runtime
from tests.support.stores import queued, queueing
from tests.support.teams_lab import EVERYBODY, TENANT, TeamsLab, teams_lab

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ENDING = SourceEvent(EventKind.SUBSCRIPTION_ENDING, TENANT, "subscription.ending:1", NOW)


@pytest.fixture
def lab(tmp_path: Path, runtime: Runtime) -> Iterator[TeamsLab]:
    with teams_lab(tmp_path, queueing(runtime)) as built:
        yield built


def test_the_same_word_hours_later_is_news(lab: TeamsLab) -> None:
    connection = lab.connect(EVERYBODY)

    taken = [_told(lab, connection, NOW + timedelta(minutes=minutes)) for minutes in (0, 1, 8 * 60)]

    assert taken == [1, 0, 1]


def test_a_renewal_that_fails_is_tried_again(lab: TeamsLab) -> None:
    connection = lab.connect(EVERYBODY)
    lab.order("faults", [{"provider": "teams", "kind": "500", "path": "/subscriptions", "times": 1}])

    asyncio.run(renew(lab.runtime, connection.id, "evt_1", 0))

    assert "subscribe:evt_1:a1" in queued(lab.runtime)


def test_what_was_not_announced_meanwhile_is_looked_for_whatever_becomes_of_the_renewal(lab: TeamsLab) -> None:
    connection = lab.connect(EVERYBODY)
    lab.order("faults", [{"provider": "teams", "kind": "500", "path": "/subscriptions", "times": 1}])

    asyncio.run(renew(lab.runtime, connection.id, "evt_1", 0))

    assert any(connection.id in each for each in queued(lab.runtime))


def test_access_that_is_lost_waits_for_a_person(lab: TeamsLab) -> None:
    connection = lab.connect(EVERYBODY)
    lab.order("revoke/teams")

    asyncio.run(renew(lab.runtime, connection.id, "evt_1", 0))

    assert "subscribe:evt_1:a1" not in queued(lab.runtime)


def _told(lab: TeamsLab, connection: Connection, at: datetime) -> int:
    hub = replace(lab.runtime, clock=lambda: at)
    with hub.database.transaction() as session:
        return take_in(hub, session, connection, [ENDING], InboundSource.WEBHOOK)
