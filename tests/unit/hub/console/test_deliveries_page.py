"""Deliveries as a log: when, where to, and sending again what gave up."""

import re
from datetime import timedelta

import pytest
from dbos import run_dbos_database_migrations
from sqlmodel import select
from starlette.testclient import TestClient

from hub.accounts.sessions import Member
from hub.deliveries import service
from hub.deliveries.models import Delivery, DeliveryState, Destination
from hub.runtime import Runtime
from tests.support.console import ENDED, seed_meeting

RECEIPT = "1 Contact and 1 Opportunity updated"


@pytest.fixture
def delivery(runtime: Runtime, owner: tuple[str, Member]) -> Delivery:
    """What was sent to the CRM on 19 November, and did not arrive."""
    seed_meeting(runtime, owner[1].organisation_id)
    run_dbos_database_migrations(runtime.database.url)  # work is put on queues, but nothing takes it from there
    with runtime.database.transaction() as session:
        row = session.exec(select(Delivery)).one()
        row.state, row.state_reason = DeliveryState.DEAD, "the endpoint does not answer"
        return row


def test_every_delivery_says_when_it_was_made(browser_of_owner: TestClient, delivery: Delivery) -> None:
    page = browser_of_owner.get("/deliveries").text

    [row] = re.findall(rf'<li id="{delivery.id}">.*?</li>', page, re.DOTALL)
    assert f'datetime="{ENDED.isoformat(timespec="milliseconds")}"' in row.partition("<table")[0]


@pytest.mark.parametrize(
    ("narrowed", "is_listed"),
    [
        ({"since": "2026-11-19", "until": "2026-11-19"}, True),
        ({"since": "2026-11-20"}, False),
        ({"until": "2026-11-18"}, False),
        ({"state": "succeeded"}, False),
        ({"to": "dst_other"}, False),
        ({"since": "yesterday", "until": "9999-12-31", "state": "lost", "to": "anywhere"}, True),
    ],
)
def test_the_list_is_narrowed_by_state_place_and_days(
    browser_of_owner: TestClient, delivery: Delivery, narrowed: dict[str, str], *, is_listed: bool
) -> None:
    assert (f'id="{delivery.id}"' in browser_of_owner.get("/deliveries", params=narrowed).text) is is_listed


def test_the_list_is_narrowed_to_one_destination(browser_of_owner: TestClient, delivery: Delivery) -> None:
    page = browser_of_owner.get("/deliveries", params={"to": str(delivery.destination_id)}).text

    assert f'<option value="{delivery.destination_id}" selected>Salesforce</option>' in page
    assert f'id="{delivery.id}"' in page


def test_all_that_gave_up_is_sent_again_within_what_the_list_shows(
    browser_of_owner: TestClient, runtime: Runtime, owner: tuple[str, Member], delivery: Delivery
) -> None:
    later = (ENDED + timedelta(days=1)).date().isoformat()
    assert "Send all that gave up again (1)" in browser_of_owner.get("/deliveries").text
    assert "Send all that gave up again" not in browser_of_owner.get("/deliveries", params={"since": later}).text

    token = {"csrf_token": owner[1].csrf_token}
    browser_of_owner.post("/deliveries/recover", data={**token, "since": later})
    assert _stored(runtime, delivery.id).state is DeliveryState.DEAD
    answer = browser_of_owner.post("/deliveries/recover", data={**token, "state": "dead"})

    assert answer.headers["location"] == "/deliveries?state=dead"
    assert (_stored(runtime, delivery.id).state, _stored(runtime, delivery.id).generation) == ("pending", 1)


def test_a_removed_destination_s_deliveries_keep_its_name(
    browser_of_owner: TestClient, runtime: Runtime, owner: tuple[str, Member], delivery: Delivery
) -> None:
    organisation_id, actor = owner[1].organisation_id, owner[1].user_id
    service.delete_destination(runtime, organisation_id, str(delivery.destination_id), actor=actor)

    page = browser_of_owner.get("/deliveries").text

    assert "<strong>Salesforce (removed)</strong>" in page
    assert "Send all that gave up again" not in page
    with runtime.database.transaction() as session:
        assert session.exec(select(Destination)).all() == []


def test_a_removed_endpoint_s_deliveries_keep_its_address(
    browser_of_owner: TestClient, runtime: Runtime, owner: tuple[str, Member], delivery: Delivery
) -> None:
    organisation_id, actor = delivery.organisation_id, owner[1].user_id
    row, _ = service.create_endpoint(
        runtime, organisation_id, service.NewEndpoint("https://bi.example.com/in"), actor=actor
    )
    service.send_test_event(runtime, organisation_id, row.id)
    service.delete_endpoint(runtime, organisation_id, row.id, actor=actor)

    assert "https://bi.example.com/in (removed)" in browser_of_owner.get("/deliveries").text


def _stored(runtime: Runtime, delivery_id: str) -> Delivery:
    with runtime.database.transaction() as session:
        return session.get_one(Delivery, delivery_id)
