"""The HubSpot simulator, its answers compared with published examples where those are at hand."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from connectors.base.inbound import receive
from connectors.base.records import EventKind, InboundRequest, RecordChange
from connectors.hubspot import templates
from connectors.hubspot.webhook import verify
from sandbox.serving import running
from tests.support.payloads import payload
from tests.support.shapes import differences, missing
from tests.support.simulated import App, receiving
from tests.support.waiting import until

PRIYA = "priya.shah@contoso.example"
KEY = {"name": "key", "label": "Key", "type": "string", "fieldType": "text", "hasUniqueValue": True}


@pytest.fixture
def http(tmp_path: Path) -> Iterator[httpx.Client]:
    with running(tmp_path) as base, httpx.Client(base_url=base, trust_env=False, timeout=30) as client:
        yield client


@pytest.fixture
def hs(http: httpx.Client) -> Iterator[httpx.Client]:
    with _api(http) as client:
        yield client


def _api(http: httpx.Client, scope: str = "") -> httpx.Client:
    base = str(http.base_url).rstrip("/")
    token = App(base, "hubspot", http).connect(scope=scope)["access_token"]
    headers = {"authorization": f"Bearer {token}"}
    return httpx.Client(base_url=f"{base}/hubspot/api", headers=headers, trust_env=False, timeout=30)


def _options(http: httpx.Client, **options: Any) -> None:
    http.put("/_sandbox/options/hubspot", json=options).raise_for_status()


def _make(hs: httpx.Client, kind: str, **properties: str) -> str:
    made = hs.post(f"/crm/v3/objects/{kind}", json={"properties": properties}).raise_for_status().json()
    return str(made["id"])


def _search(hs: httpx.Client, kind: str, name: str, value: str) -> list[str]:
    body = {"filterGroups": [{"filters": [{"propertyName": name, "operator": "EQ", "value": value}]}]}
    answer = hs.post(f"/crm/v3/objects/{kind}/search", json=body).raise_for_status().json()
    return [row["id"] for row in answer["results"]]


def _upsert(hs: httpx.Client, rows: list[tuple[str, dict[str, str]]], name: str = "email") -> httpx.Response:
    inputs = [{"id": key, "idProperty": name, "properties": properties} for key, properties in rows]
    return hs.post("/crm/v3/objects/contacts/batch/upsert", json={"inputs": inputs})


def _alike(answer: httpx.Response, name: str) -> None:
    """Raise unless the answer has the status and the shape of a published example."""
    example = payload(f"hubspot/{name}")
    assert answer.status_code == example["status"]
    assert missing(example["body"], answer.json()) <= {"requestId", "context"}
    assert differences(example["body"], answer.json()) == []


def test_a_mixed_upsert_looks_as_published_and_keeps_no_order(hs: httpx.Client) -> None:
    rows = [(f"{name}@x.example", {"email": f"{name}@x.example"}) for name in ("a", "b", "c")]

    mixed = _upsert(hs, [*rows, ("not-an-email", {"email": "not-an-email"})])
    full = _upsert(hs, [*rows, (PRIYA, {"email": PRIYA})])

    _alike(mixed, "batch.upsert.207")
    _alike(full, "batch.upsert.200")
    assert mixed.json()["errors"][0]["context"]["ids"] == ["not-an-email"]
    emails = [row["properties"]["email"] for row in full.json()["results"]]
    assert emails == [PRIYA, "c@x.example", "b@x.example", "a@x.example"]
    assert [row["new"] for row in full.json()["results"]] == [False] * 4


def test_upserts_refuse_what_hubspot_refuses(hs: httpx.Client) -> None:
    partial = _upsert(hs, [(PRIYA, {"firstname": "P"})])
    too_many = _upsert(hs, [(f"{n}@x.example", {"email": f"{n}@x.example"}) for n in range(101)])
    twice = _upsert(hs, [(PRIYA, {"email": PRIYA})] * 2)
    not_unique = _upsert(hs, [("Priya", {"firstname": "Priya"})], name="firstname")

    assert [answer.status_code for answer in (partial, too_many, twice, not_unique)] == [400] * 4
    assert "Partial upserts" in partial.json()["message"]


def test_a_unique_property_allows_partial_upserts_and_no_second_holder(hs: httpx.Client) -> None:
    hs.post("/crm/v3/properties/contacts", json=KEY | {"groupName": "contactinformation"}).raise_for_status()

    first = _upsert(hs, [("k1", {"firstname": "Kim"})], name="key").json()["results"][0]
    second = _upsert(hs, [("k1", {"lastname": "Lee"})], name="key").json()["results"][0]
    taken = hs.patch(f"/crm/v3/objects/contacts/{PRIYA}?idProperty=email", json={"properties": {"key": "k1"}})

    assert (first["new"], second["new"], first["id"]) == (True, False, second["id"])
    assert taken.status_code == 400
    assert f"{first['id']} already has that value" in taken.json()["message"]


def test_refusals_look_as_published(http: httpx.Client, hs: httpx.Client) -> None:
    path = "/crm/v3/objects/contacts"
    _alike(hs.post(path, json={"properties": {"foo": "bar"}}), "error.400.property")
    _alike(hs.post(path, json={"properties": {"email": PRIYA}}), "error.409.contact_exists")
    with _api(http, scope="oauth") as narrow:
        _alike(narrow.get(f"{path}/1"), "error.403.scopes")
    _options(http, access_token_seconds=-1)
    with _api(http) as expired:
        answer = expired.get(f"{path}/1")
    _alike(answer, "error.401.expired")
    assert answer.json()["category"] == "EXPIRED_AUTHENTICATION"


def test_limits_name_their_policy_and_searches_say_nothing_else(http: httpx.Client, hs: httpx.Client) -> None:
    _options(http, calls_per_ten_seconds=1, searches_per_second=1)
    body: dict[str, Any] = {"filterGroups": []}

    calls = [hs.get("/account-info/v3/details") for _ in range(2)]
    searches = [hs.post("/crm/v3/objects/contacts/search", json=body) for _ in range(2)]

    _alike(calls[1], "error.429.ten_secondly")
    assert calls[1].headers["x-hubspot-ratelimit-remaining"] == "0"
    assert "retry-after" not in calls[1].headers
    _alike(searches[1], "error.429.search_secondly")
    assert "x-hubspot-ratelimit-max" not in searches[1].headers
    state = http.get("/_sandbox/state/hubspot").json()["limits"]
    assert state["refused"] == {"TEN_SECONDLY_ROLLING": 1, "SECONDLY": 1}
    _options(http, calls_per_ten_seconds=100, daily_requests=1)
    assert hs.get("/account-info/v3/details").json()["policyName"] == "DAILY"


def test_the_search_index_lags_behind_while_reads_do_not(http: httpx.Client, hs: httpx.Client) -> None:
    _options(http, search_lag_seconds=3)
    made = _make(hs, "contacts", email="new@x.example")

    at_once = _search(hs, "contacts", "email", "new@x.example")
    read = hs.post("/crm/v3/objects/contacts/batch/read", json={"inputs": [{"id": made}], "properties": ["email"]})

    assert at_once == []
    until(lambda: _search(hs, "contacts", "email", "NEW@x.example") == [made], "the index knows it", every_s=1)
    assert read.json()["results"][0]["properties"]["email"] == "new@x.example"


def test_a_merge_changes_the_id_and_moves_the_links(http: httpx.Client, hs: httpx.Client) -> None:
    path = "/crm/v3/objects/contacts"
    priya = hs.get(f"{path}/{PRIYA}?idProperty=email").json()["id"]
    other = _make(hs, "contacts", email="p.shah@contoso.example", phone="1")

    made = hs.post(f"{path}/merge", json={"primaryObjectId": priya, "objectIdToMerge": other}).json()["id"]

    assert made not in (priya, other)
    old = hs.get(f"{path}/{priya}?properties=email,phone,hs_merged_object_ids").json()
    assert (old["id"], old["properties"]["email"], old["properties"]["phone"]) == (made, PRIYA, "1")
    assert old["properties"]["hs_merged_object_ids"] == f"{priya};{other}"
    batch = hs.post(f"{path}/batch/read", json={"inputs": [{"id": priya}], "properties": []})
    assert (batch.status_code, batch.json()["results"]) == (207, [])
    assert len(hs.get(f"/crm/v4/objects/contacts/{made}/associations/deals").json()["results"]) == 2


def test_associations_are_seen_from_both_sides_with_whole_numbers(hs: httpx.Client) -> None:
    call = _make(hs, "calls", hs_timestamp="2026-11-18T10:00:00Z")
    priya = hs.get(f"/crm/v3/objects/contacts/{PRIYA}?idProperty=email").json()["id"]
    pairs = {"inputs": [{"from": {"id": call}, "to": {"id": priya}}, {"from": {"id": call}, "to": {"id": "999"}}]}

    linked = hs.post("/crm/v4/associations/calls/contacts/batch/associate/default", json=pairs)
    read = hs.post("/crm/v4/associations/contacts/calls/batch/read", json={"inputs": [{"id": priya}]}).json()
    nothing = hs.post("/crm/v4/associations/calls/deals/batch/read", json={"inputs": [{"id": call}]})

    assert (linked.status_code, linked.json()["numErrors"]) == (207, 1)
    assert read["results"][0]["to"][0]["toObjectId"] == int(call)
    assert (nothing.status_code, nothing.json()["results"]) == (207, [])


def test_calls_need_a_time_and_values_must_fit_their_property(hs: httpx.Client) -> None:
    timeless = hs.post("/crm/v3/objects/calls", json={"properties": {"hs_call_title": "x"}})
    wordy = hs.patch(f"/crm/v3/objects/contacts/{PRIYA}?idProperty=email", json={"properties": {"createdate": "x"}})
    deal = hs.post("/crm/v3/objects/deals", json={"properties": {"dealname": "x", "amount": "many"}})

    assert [answer.status_code for answer in (timeless, wordy, deal)] == [400] * 3
    assert "INVALID_DOUBLE" in deal.json()["message"]


def test_templates_need_the_developer_key_and_are_made_once(
    http: httpx.Client, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--app-id", "305117", "--api", str(http.base_url).rstrip("/") + "/hubspot/api"]

    monkeypatch.setenv("HUBSPOT_DEVELOPER_KEY", "demo-hubspot-developer-key")
    statuses = [templates.main(arguments), templates.main(arguments)]
    printed = capsys.readouterr().out
    monkeypatch.setenv("HUBSPOT_DEVELOPER_KEY", "another-key")
    statuses.append(templates.main(arguments))

    assert statuses == [0, 0, 1]
    made = http.get("/_sandbox/state/hubspot").json()["timeline"]["templates"]
    assert [template["objectType"] for template in made] == ["contacts", "deals"]
    assert all(printed.count(f'"{template["id"]}"') == 2 for template in made)
    assert "another-key" not in capsys.readouterr().err


def test_introspection_tells_whose_a_token_is(http: httpx.Client) -> None:
    app = App(str(http.base_url).rstrip("/"), "hubspot", http)
    tokens = app.connect()
    credentials = {"client_id": "demo-hubspot-client", "client_secret": "demo-hubspot-secret"}
    path = "/hubspot/api/oauth/2026-03/token"

    def active() -> Any:
        form = credentials | {"token": tokens["access_token"]}
        return http.post(f"{path}/introspect", data=form).json()

    assert (active()["hub_id"], active()["active"]) == (tokens["hub_id"], True)
    http.post(f"{path}/revoke", data=credentials | {"token": tokens["refresh_token"]}).raise_for_status()
    assert active() == {"active": False}
    assert app.refresh(tokens["refresh_token"]).json()["status"] == "BAD_REFRESH_TOKEN"
    assert missing(payload("hubspot/oauth.token")["body"], tokens) == set()


def test_what_it_says_of_records_is_read_as_it_was_meant(http: httpx.Client, hs: httpx.Client) -> None:
    with receiving(lambda _: None) as receiver:
        _options(http, webhook_url=receiver.url)
        one, other, third = (_make(hs, "contacts", email=f"{name}@x.example") for name in ("m", "n", "o"))
        made = hs.post("/crm/v3/objects/contacts/merge", json={"primaryObjectId": one, "objectIdToMerge": other}).json()
        hs.post("/crm/v3/objects/contacts/gdpr-delete", json={"objectId": third}).raise_for_status()
        until(lambda: len(receiver.received) >= 5)

    requests = [InboundRequest("POST", receiver.url, headers, body) for headers, body in receiver.received]
    heard = [receive("hubspot", request, "demo-hubspot-secret", datetime.now(UTC)) for request in requests]
    changes = {event.kind: event.records for events in heard if isinstance(events, tuple) for event in events}
    assert changes == {
        EventKind.RECORD_MERGED: RecordChange("Contact", tuple(sorted((one, other))), made["id"]),
        EventKind.PERSON_FORGOTTEN: RecordChange("Contact", (third,)),
    }


def test_merges_and_deletions_are_announced_signed_and_again_until_taken(http: httpx.Client, hs: httpx.Client) -> None:
    with receiving(lambda _: None) as receiver:
        receiver.statuses = [503]
        _options(http, webhook_url=f"{receiver.url}?a=b%2Fc", webhook_retry_delays=[0.05])
        one, other = (_make(hs, "contacts", email=f"{name}@x.example") for name in ("m", "n"))
        hs.post("/crm/v3/objects/contacts/merge", json={"primaryObjectId": one, "objectIdToMerge": other})
        until(lambda: len(receiver.received) >= 4)

    bodies = [httpx.Response(200, content=body).json() for _, body in receiver.received]
    [merge] = [event for body in bodies for event in body if event["subscriptionType"] == "contact.merge"]
    assert (merge["primaryObjectId"], merge["mergedObjectIds"]) == (int(one), [int(other)])
    assert max(event["attemptNumber"] for body in bodies for event in body) == 1
    example = payload("hubspot/webhook.batch")["body"][0]
    assert set(example) - {"propertyName", "propertyValue"} <= set(merge)
    for headers, body in receiver.received:
        request = InboundRequest("POST", f"{receiver.url}?a=b%2Fc", headers, body)
        verify(request, "demo-hubspot-secret", datetime.now(UTC))


def test_records_survive_a_restart_and_show_on_their_pages(tmp_path: Path) -> None:
    with (
        running(tmp_path) as first,
        httpx.Client(base_url=first, trust_env=False, timeout=30) as http,
        _api(http) as hs,
    ):
        call = _make(hs, "calls", hs_timestamp="2026-11-18T10:00:00Z", hs_call_title="Call <with> Priya")
        priya = hs.get(f"/crm/v3/objects/contacts/{PRIYA}?idProperty=email").json()["id"]
        hs.put(f"/crm/v4/objects/calls/{call}/associations/default/contacts/{priya}").raise_for_status()
    with running(tmp_path) as second, httpx.Client(base_url=second, trust_env=False, timeout=30) as http:
        lists = http.get("/hubspot")
        page = http.get(f"/hubspot/contacts/48291056/record/0-1/{priya}")

    assert "Contoso renewal" in lists.text
    assert "Call &lt;with&gt; Priya" in page.text
    assert "Contoso pilot" in page.text
