"""Meetings, connections, destinations, webhooks and deliveries over the API; and nobody sees another's."""

import re
from typing import Any

import pytest
from sqlmodel import select

from hub.accounts.models import ApiKey, Organisation
from hub.accounts.service import NewKey, make_api_key
from hub.analysis.models import AnalysisJob
from hub.connections.models import Connection
from hub.crm.models import CrmMatch
from hub.deliveries.models import Delivery, DeliveryState, Destination, Message, WebhookEndpoint
from hub.meetings.models import Meeting
from hub.runtime import Runtime
from tests.support.api import Api, a_key, api, working_api
from tests.support.console import seed_meeting


@pytest.fixture
def caller(runtime: Runtime) -> Api:
    """Somebody whose organisation has a whole meeting."""
    made = api(runtime)
    with runtime.database.transaction() as session:
        organisation = session.exec(select(Organisation)).one()
    seed_meeting(runtime, organisation.id)
    return made


def one(runtime: Runtime, model: Any) -> Any:
    with runtime.database.transaction() as session:
        return session.exec(select(model)).first()


def test_a_meeting_comes_with_its_result_people_records_and_deliveries(caller: Api, runtime: Runtime) -> None:
    meeting = caller.get("/v1/meetings").json()["data"][0]

    details = caller.get(f"/v1/meetings/{meeting['id']}").json()

    assert details["analysis"]["trust_score"] == pytest.approx(
        one(runtime, Meeting) and details["analysis"]["trust_score"]
    )
    assert details["matches"][0]["reason"]
    assert {row["state"] for row in details["deliveries"]} <= {state.value for state in DeliveryState}
    assert any(person["internal"] for person in details["participants"])


def test_connections_show_no_tokens(caller: Api, runtime: Runtime) -> None:
    answer = caller.get("/v1/connections")

    assert len(answer.json()["data"]) >= 2
    assert "tokens" not in answer.text
    identifier = answer.json()["data"][0]["id"]
    assert caller.get(f"/v1/connections/{identifier}").json()["id"] == identifier


def test_a_destination_is_made_changed_tried_and_deleted(caller: Api, runtime: Runtime) -> None:
    match = one(runtime, CrmMatch)
    made = caller.post("/v1/destinations", json={"connection_id": match.connection_id, "name": "CRM"})
    assert made.status_code == 201, made.text
    path = f"/v1/destinations/{made.json()['id']}"

    changed = caller.send("PATCH", path, json={"enabled": False, "rule": {"alerts_only": True}}).json()
    tried = caller.post(f"{path}/dry-run", json={"meeting_id": match.meeting_id})

    assert (changed["enabled"], changed["rule"], changed["name"]) == (False, {"alerts_only": True}, "CRM")
    assert tried.status_code == 409  # this account was never really connected, so it cannot be read
    assert caller.delete(path).status_code == 204
    assert caller.get(path).status_code == 404


@pytest.mark.parametrize("rule", [{"unknown": 1}, {"trust_score_below": 1e9}, {"analysis_kinds": 5}])
def test_a_wrong_rule_is_refused_in_words(caller: Api, runtime: Runtime, rule: dict[str, Any]) -> None:
    connection = one(runtime, CrmMatch).connection_id

    answer = caller.post("/v1/destinations", json={"connection_id": connection, "name": "CRM", "rule": rule})

    assert answer.status_code == 422


def test_deliveries_are_filtered_and_read_with_their_attempts(caller: Api) -> None:
    found = caller.get("/v1/deliveries").json()["data"]
    states = {row["state"] for row in found}

    for state in states:
        assert {row["state"] for row in caller.get(f"/v1/deliveries?state={state}").json()["data"]} == {state}
    details = caller.get(f"/v1/deliveries/{found[0]['id']}").json()
    assert isinstance(details["attempts"], list)
    assert caller.get("/v1/deliveries?state=nonsense").status_code == 422


def test_a_webhook_endpoint_lives_its_whole_life_over_the_api(runtime: Runtime) -> None:
    with working_api(runtime) as caller:
        url = "https://your-app.example/hooks"
        made = caller.post("/v1/webhook-endpoints", json={"url": url, "event_types": ["analysis.completed"]})
        assert made.status_code == 201, made.text
        path, secret = f"/v1/webhook-endpoints/{made.json()['id']}", made.json()["secret"]

        rotated = caller.post(f"{path}/rotate").json()["secret"]
        tested = caller.post(f"{path}/test")
        paused = caller.post(f"{path}/pause").json()
        resumed = caller.post(f"{path}/resume").json()

        assert rotated != secret
        assert tested.status_code == 202
        assert tested.json()["endpoint_id"] == made.json()["id"]
        assert (paused["enabled"], resumed["enabled"]) == (False, True)
        assert secret not in caller.get("/v1/webhook-endpoints").text
        messages = caller.get("/v1/messages").json()["data"]
        assert caller.get(f"/v1/messages/{messages[0]['id']}").json()["body"]["event"] == messages[0]["event_type"]
        assert caller.delete(path).status_code == 204
        assert caller.get(path).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {"url": "http://169.254.169.254/latest"}, {"url": "ftp://example.com"}, {"url": ""}, {"url": "https://a\x00b"},
        {"url": "https://example.com", "event_types": ["nothing"]}, {"url": "https://user:pw@example.com"},
        {"url": "https://..."}, {"url": "https://a..b/hook"}, {"url": "https://a.example:65536/"},
    ],
)  # fmt: skip
def test_hostile_webhook_addresses_are_refused(caller: Api, body: dict[str, Any]) -> None:
    assert caller.post("/v1/webhook-endpoints", json=body).status_code == 422


def test_what_is_not_named_in_a_change_of_a_webhook_endpoint_stays(caller: Api) -> None:
    given = {"url": "https://your-app.example/hooks", "description": "Ours", "event_types": ["analysis.completed"]}
    made = caller.post("/v1/webhook-endpoints", json=given).json()
    path = f"/v1/webhook-endpoints/{made['id']}"

    moved = caller.patch(path, json={"url": "https://other.example/hooks"})
    widened = caller.patch(path, json={"event_types": []})
    refused = caller.patch(path, json={"url": "http://169.254.169.254/latest"})

    assert moved.status_code == widened.status_code == 200
    assert caller.get(path).json() == widened.json()
    expected = given | {"url": "https://other.example/hooks", "event_types": []}
    assert {name: widened.json()[name] for name in given} == expected
    assert "secret" not in moved.json()
    assert refused.status_code == 422
    assert refused.json()["error"]["details"]["fields"].keys() == {"url"}


def test_dead_deliveries_are_recovered_by_time(runtime: Runtime) -> None:
    with working_api(runtime) as caller:
        made = caller.post("/v1/webhook-endpoints", json={"url": "https://your-app.example/hooks"}).json()
        delivery = caller.post(f"/v1/webhook-endpoints/{made['id']}/test").json()
        with runtime.database.transaction() as session:
            row = session.get_one(Delivery, delivery["id"])
            row.state = DeliveryState.DEAD

        answer = caller.post("/v1/deliveries/recover", json={"since": "2020-01-01T00:00:00Z"})

        assert answer.json() == {"resent": 1}
        assert caller.get(f"/v1/deliveries/{delivery['id']}").json()["generation"] == 1


def test_event_types_are_listed(caller: Api) -> None:
    assert "session.alert" in {row["name"] for row in caller.get("/v1/event-types").json()["data"]}


def test_a_meeting_whose_account_is_gone_cannot_be_analysed_again(caller: Api, runtime: Runtime) -> None:
    answer = caller.post(f"/v1/meetings/{one(runtime, Meeting).id}/reprocess")

    assert answer.status_code == 409


def test_no_route_shows_a_stranger_what_is_not_theirs(caller: Api, runtime: Runtime) -> None:
    with runtime.database.transaction() as session:
        organisation = session.exec(select(Organisation)).one()
        key, _ = make_api_key(session, organisation.id, NewKey("own"), actor="test", now=runtime.clock())
        job = AnalysisJob(organisation_id=organisation.id, key_id=key.id, kind="text", created_at=runtime.clock())
        session.add(job)
        message = Message(
            organisation_id=organisation.id, event_type="t", event_key="k", body="{}", created_at=runtime.clock()
        )
        endpoint = WebhookEndpoint(
            organisation_id=organisation.id, url="https://x.example", secrets="", created_at=runtime.clock()
        )
        session.add_all([message, endpoint])
    own = {
        "job_id": job.id, "key_id": key.id, "message_id": message.id, "endpoint_id": endpoint.id,
        "meeting_id": one(runtime, Meeting).id, "connection_id": one(runtime, Connection).id,
        "delivery_id": one(runtime, Delivery).id, "destination_id": one(runtime, Destination).id,
    }  # fmt: skip
    stranger = Api(caller.http, a_key(runtime, organisation="Contoso"))
    walked = 0

    for path, methods in caller.http.get("/openapi.json").json()["paths"].items():
        names = re.findall(r"{(\w+)}", path)
        if not names or not path.startswith("/v1/") or not set(names) <= own.keys():
            continue
        for method in methods:
            answer = stranger.send(method, path.format(**own), **_body_for(method, path, own))
            assert answer.status_code == 404, (method, path, answer.text)
            walked += 1

    assert walked >= 18
    with runtime.database.transaction() as session:
        assert session.get_one(ApiKey, key.id).revoked_at is None


def _body_for(method: str, path: str, own: dict[str, Any]) -> dict[str, Any]:
    """What a route takes, so that it is refused for whose it is and not for its form."""
    if "dry-run" in path:
        return {"json": {"meeting_id": own["meeting_id"]}}
    if method == "put":
        return {"json": {"mapping": {}}}
    return {"json": {}} if method == "patch" or path.endswith("/provision") else {}
