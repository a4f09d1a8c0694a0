"""What the overview says needs a person."""

from sqlmodel import select
from starlette.testclient import TestClient

from hub.accounts.sessions import Member
from hub.connections.models import Connection, ConnectionState
from hub.deliveries import service
from hub.deliveries.models import WebhookEndpoint
from hub.deliveries.switching import switch_off
from hub.runtime import Runtime
from tests.support.console import seed_meeting

URL = "https://bi.example.com/hooks"


def test_a_destination_whose_connection_was_ended_needs_somebody(
    browser_of_owner: TestClient, runtime: Runtime, owner: tuple[str, Member]
) -> None:
    seed_meeting(runtime, owner[1].organisation_id)
    asked = 'data-confirm="Disconnect Salesforce? Access is revoked there too. Results no longer go to Salesforce."'
    assert asked in browser_of_owner.get("/connections").text
    assert "gets no results" not in browser_of_owner.get("/").text

    with runtime.database.transaction() as session:
        crm = session.exec(select(Connection).where(Connection.provider == "salesforce")).one()
        crm.state = ConnectionState.REVOKED

    assert "Salesforce gets no results: Salesforce is disconnected" in browser_of_owner.get("/").text


def test_an_endpoint_that_the_hub_switched_off_needs_somebody_and_a_paused_one_does_not(
    browser_of_owner: TestClient, runtime: Runtime, owner: tuple[str, Member]
) -> None:
    organisation_id, actor = owner[1].organisation_id, owner[1].user_id
    row, _ = service.create_endpoint(runtime, organisation_id, service.NewEndpoint(URL), actor=actor)
    service.pause_endpoint(runtime, organisation_id, row.id, actor=actor)
    assert "gets no events" not in browser_of_owner.get("/").text

    with runtime.database.transaction() as session:
        switch_off(session, session.get_one(WebhookEndpoint, row.id), "the endpoint is gone", runtime.clock())

    assert f"{URL} gets no events: the endpoint is gone" in browser_of_owner.get("/").text
