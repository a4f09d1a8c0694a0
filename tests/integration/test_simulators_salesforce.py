"""The Salesforce simulator, checked against an OpenAPI description of Salesforce where that is at hand."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from sandbox.serving import running
from tests.support.contract import Contract, contract_of
from tests.support.simulated import App

PAYLOADS = Path(__file__).parents[3] / "shared" / "providers" / "payloads" / "salesforce"
NUMBER = {"label": "Trust", "type": "Number", "precision": 5, "scale": 1}
KEY = {"label": "Key", "type": "Text", "length": 80, "externalId": True}


@pytest.fixture(scope="module")
def contract() -> Contract:
    return contract_of("salesforce")


@pytest.fixture
def http(tmp_path: Path) -> Iterator[httpx.Client]:
    with running(tmp_path) as base, httpx.Client(base_url=base, trust_env=False, timeout=30) as client:
        yield client


@pytest.fixture
def sf(http: httpx.Client) -> Iterator[httpx.Client]:
    base = str(http.base_url).rstrip("/")
    token = App(base, "salesforce", http).connect()["access_token"]
    headers = {"authorization": f"Bearer {token}"}
    with httpx.Client(base_url=f"{base}/services/data/v62.0", headers=headers, trust_env=False, timeout=30) as client:
        yield client


def _query(sf: httpx.Client, text: str) -> list[dict[str, Any]]:
    answer = sf.get("/query", params={"q": text})
    assert answer.status_code == 200, answer.text
    records: list[dict[str, Any]] = answer.json()["records"]
    return records


def _field(sf: httpx.Client, full_name: str, metadata: dict[str, Any], *, grant: bool = True) -> None:
    assert sf.post("/tooling/sobjects/CustomField", json={"FullName": full_name, "Metadata": metadata}).is_success
    if grant:
        _grant(sf, full_name.replace("Activity.", "Task."))


def _grant(sf: httpx.Client, field: str) -> None:
    name = field.replace(".", "_").replace("__c", "")
    granted = sf.post("/sobjects/PermissionSet", json={"Name": name, "Label": name}).json()["id"]
    permission = {"ParentId": granted, "SobjectType": field.partition(".")[0], "Field": field}
    sf.post("/sobjects/FieldPermissions", json=permission | {"PermissionsRead": True, "PermissionsEdit": True})
    user = _query(sf, "SELECT Id FROM User")[0]["Id"]
    sf.post("/sobjects/PermissionSetAssignment", json={"AssigneeId": user, "PermissionSetId": granted})


def _priya(sf: httpx.Client) -> str:
    return str(_query(sf, "SELECT Id FROM Contact WHERE Email = 'priya.shah@contoso.example'")[0]["Id"])


def _example(name: str) -> Any:
    path = PAYLOADS / f"{name}.json"
    if not path.is_file():
        pytest.skip("the example payloads are not here")
    return json.loads(path.read_text())


def test_the_ways_of_a_record_follow_the_contract(contract: Contract, sf: httpx.Client) -> None:
    _field(sf, "Activity.Key__c", KEY)
    contact = _priya(sf)
    calls = [
        sf.get("/limits"),
        sf.get("/query", params={"q": "SELECT Id, Name FROM Contact"}),
        sf.get("/sobjects/Contact/describe"),
        sf.get(f"/sobjects/Contact/{contact}"),
        sf.post("/sobjects/Task", json={"Subject": "Call", "WhoId": contact}),
        sf.patch(f"/sobjects/Contact/{contact}", json={"Title": "COO"}),
        sf.patch("/sobjects/Task/Key__c/ana%2F1", json={"Subject": "Call"}),
        sf.patch("/sobjects/Task/Key__c/ana%2F1", json={"Subject": "Call again"}),
        sf.post("/composite/sobjects", json={"records": [{"attributes": {"type": "Contact"}, "FirstName": "A"}]}),
        sf.patch(
            "/composite/sobjects/Task/Key__c",
            json={"records": [{"attributes": {"type": "Task"}, "Key__c": "b", "Subject": "B"}]},
        ),
        sf.get("/tooling/query", params={"q": "SELECT Id, DeveloperName FROM CustomField"}),
        sf.post("/tooling/sobjects/CustomField", json={"FullName": "Lead.Trust__c", "Metadata": NUMBER}),
    ]

    assert [contract.problems(answer) for answer in calls] == [[]] * len(calls)
    assert [answer.status_code for answer in calls] == [200, 200, 200, 200, 201, 204, 201, 200, 200, 200, 200, 201]


def test_refusals_follow_the_contract_and_the_examples(contract: Contract, sf: httpx.Client) -> None:
    cases = {
        "error.INVALID_FIELD.400": sf.post("/sobjects/Account", json={"FavoritePet__c": "Dog"}),
        "error.MALFORMED_QUERY.400": sf.get("/query", params={"q": "SELEKT Name FROM Account"}),
        "error.unknown_column.400": sf.get("/query", params={"q": "SELECT Bacon__c FROM Account LIMIT 2"}),
        "error.NOT_FOUND.unknown_object": sf.post("/sobjects/PlayingCard__c", json={"Name": "Ace of Spades"}),
        "error.INVALID_SESSION_ID.401": httpx.post(
            f"{sf.base_url}sobjects/Account", json={}, headers={"authorization": "Bearer nobody"}
        ),
    }
    for name, answer in cases.items():
        example = _example(name)
        assert answer.status_code == example["status"]
        assert answer.json() == example["body"], name
        assert contract.problems(answer) == []
        assert answer.headers["content-type"] == "application/json;charset=UTF-8"


def test_a_new_field_is_invisible_until_a_permission_set_grants_it(sf: httpx.Client) -> None:
    contact = _priya(sf)
    _field(sf, "Contact.Trust__c", NUMBER, grant=False)

    def is_described() -> bool:
        return any(field["name"] == "Trust__c" for field in sf.get("/sobjects/Contact/describe").json()["fields"])

    refused = sf.patch(f"/sobjects/Contact/{contact}", json={"Trust__c": 61.4})
    assert (refused.status_code, refused.json()[0]["errorCode"], is_described()) == (400, "INVALID_FIELD", False)

    _grant(sf, "Contact.Trust__c")

    assert sf.patch(f"/sobjects/Contact/{contact}", json={"Trust__c": 61.44}).status_code == 204
    assert is_described()
    assert _query(sf, "SELECT Trust__c FROM Contact WHERE Trust__c > 60")[0]["Trust__c"] == 61.4


def test_an_ambiguous_external_id_gives_300_and_the_records(contract: Contract, sf: httpx.Client) -> None:
    _field(sf, "Account.Key__c", KEY)
    for _ in range(2):
        sf.post("/sobjects/Account", json={"Name": "Twin", "Key__c": "k"})

    answer = sf.patch("/sobjects/Account/Key__c/k", json={"Name": "Which"})

    assert answer.status_code == 300
    assert len(answer.json()) == 2
    assert contract.problems(answer) == []


def test_an_upsert_may_not_repeat_its_external_id(sf: httpx.Client) -> None:
    _field(sf, "Account.Key__c", KEY)

    assert sf.patch("/sobjects/Account/Key__c/k", json={"Name": "A", "Key__c": "k"}).status_code == 400


def test_collections_answer_200_with_failed_rows_and_can_be_all_or_none(sf: httpx.Client) -> None:
    good = {"attributes": {"type": "Account"}, "Name": "Good"}
    records = {"records": [good, {"attributes": {"type": "Account"}}]}

    partial = sf.post("/composite/sobjects", json=records)
    nothing = sf.post("/composite/sobjects", json=records | {"allOrNone": True})

    assert partial.status_code == nothing.status_code == 200
    assert [row["success"] for row in partial.json()] == [True, False]
    assert partial.json()[1]["errors"][0]["statusCode"] == "REQUIRED_FIELD_MISSING"
    assert nothing.json()[0]["errors"][0]["statusCode"] == "ALL_OR_NONE_OPERATION_ROLLED_BACK"
    assert len(_query(sf, "SELECT Id FROM Account WHERE Name = 'Good'")) == 1


def test_composite_calls_can_use_earlier_results_and_roll_back(sf: httpx.Client) -> None:
    base = "/services/data/v62.0/sobjects"
    first = {"method": "POST", "url": f"{base}/Account", "referenceId": "a", "body": {"Name": "Ref"}}
    person = {"LastName": "Ref", "AccountId": "@{a.id}"}
    second = {"method": "POST", "url": f"{base}/Contact", "referenceId": "c", "body": person}
    broken = {"method": "POST", "url": f"{base}/Contact", "referenceId": "d", "body": {}}

    done = sf.post("/composite", json={"compositeRequest": [first, second]}).json()["compositeResponse"]
    undone = sf.post("/composite", json={"allOrNone": True, "compositeRequest": [first, broken]}).json()

    assert [part["httpStatusCode"] for part in done] == [201, 201]
    assert undone["compositeResponse"][0]["body"][0]["errorCode"] == "PROCESSING_HALTED"
    assert len(_query(sf, "SELECT Id FROM Contact WHERE Account.Name = 'Ref'")) == 1
    assert len(_query(sf, "SELECT Id FROM Account WHERE Name = 'Ref'")) == 1


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("SELECT Name FROM Contact WHERE Email IN ('PRIYA.shah@contoso.example', 'x')", ["Priya Shah"]),
        ("SELECT Name FROM Contact WHERE Email LIKE '%@contoso.example' ORDER BY Name", ["Joe Meyer", "Priya Shah"]),
        ("SELECT Name FROM Contact ORDER BY Name DESC LIMIT 1", ["Priya Shah"]),
        ("SELECT Name FROM Opportunity WHERE IsClosed = false AND Amount >= 1000", ["Contoso renewal"]),
        ("SELECT Name FROM Opportunity WHERE NOT (IsClosed = false)", ["Contoso pilot"]),
        ("SELECT Name FROM Lead WHERE IsConverted = false AND Email != null", ["Lena Novak"]),
        ("SELECT Name FROM Contact WHERE LastName = 'O\\'Hara'", []),
        ("SELECT Name FROM Account WHERE Id IN (SELECT AccountId FROM Contact WHERE LastName = 'Shah')", ["Contoso"]),
        ("SELECT Name FROM Opportunity WHERE CloseDate > TODAY", ["Contoso renewal"]),
        ("SELECT Name FROM Contact WHERE (LastName = 'Shah' OR LastName = 'Meyer') AND Title = null", ["Joe Meyer"]),
    ],
)
def test_queries_find_what_they_ask_for(sf: httpx.Client, text: str, found: list[str]) -> None:
    assert [record["Name"] for record in _query(sf, text)] == found


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("SELECT Id FROM Contact WHERE LastName = 'a' AND Email = 'b' OR Title = 'c'", "MALFORMED_QUERY"),
        ("SELECT Id FROM Contact WHERE LastName = 'a", "MALFORMED_QUERY"),
        ("SELECT Id FROM Contact LIMIT x", "MALFORMED_QUERY"),
        ("SELECT Id FROM TaskRelation", "INVALID_TYPE"),
        ("SELECT Id FROM Lead WHERE IsConverted = 'false'", "INVALID_FIELD"),
        ("SELECT Id FROM Task WHERE Description = 'long text'", "INVALID_FIELD"),
        ("SELECT Manager.Name FROM Contact", "INVALID_FIELD"),
    ],
)
def test_queries_that_salesforce_would_refuse_are_refused(sf: httpx.Client, text: str, code: str) -> None:
    answer = sf.get("/query", params={"q": text})

    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, code)


def test_long_results_come_in_pages(contract: Contract, http: httpx.Client, sf: httpx.Client) -> None:
    http.put("/_sandbox/options/salesforce", json={"query_page_size": 1})

    first = sf.get("/query", params={"q": "SELECT Name FROM Contact ORDER BY Name"})
    second = http.get(first.json()["nextRecordsUrl"], headers={"authorization": sf.headers["authorization"]})

    assert (first.json()["done"], second.json()["done"], first.json()["totalSize"]) == (False, True, 2)
    assert second.json()["records"][0]["Name"] == "Priya Shah"
    assert contract.problems(first) == contract.problems(second) == []


def test_duplicates_are_refused_unless_the_caller_insists(sf: httpx.Client) -> None:
    twin = {"LastName": "Shah", "Email": "priya.shah@contoso.example"}

    refused = sf.post("/sobjects/Contact", json=twin)
    insisted = sf.post("/sobjects/Contact", json=twin, headers={"Sforce-Duplicate-Rule-Header": "allowSave=true"})

    assert refused.json()[0]["errorCode"] == "DUPLICATES_DETECTED"
    assert insisted.status_code == 201


def test_limits_are_counted_and_ordered_faults_look_like_salesforces(http: httpx.Client, sf: httpx.Client) -> None:
    http.post("/_sandbox/faults", json=[{"provider": "salesforce", "kind": kind} for kind in ("429", "lock_row")])
    limited, locked = sf.get("/limits"), sf.get("/limits")

    assert (limited.status_code, limited.json()[0]["errorCode"]) == (403, "REQUEST_LIMIT_EXCEEDED")
    assert (locked.status_code, locked.json()[0]["errorCode"]) == (400, "UNABLE_TO_LOCK_ROW")
    http.put("/_sandbox/options/salesforce", json={"daily_requests": 1})
    sf.get("/limits")
    assert sf.get("/limits").status_code == 403


def test_an_answer_can_be_lost_after_the_write(http: httpx.Client, sf: httpx.Client) -> None:
    for kind in ("cut", "500_after"):
        http.post("/_sandbox/faults", json=[{"provider": "salesforce", "kind": kind, "path": "/sobjects/Account"}])
    with pytest.raises(httpx.RemoteProtocolError):
        sf.post("/sobjects/Account", json={"Name": "Written"})
    assert sf.post("/sobjects/Account", json={"Name": "Written"}).status_code == 500

    assert len(_query(sf, "SELECT Id FROM Account WHERE Name = 'Written'")) == 2


def test_a_record_page_shows_figures_and_activities(http: httpx.Client, sf: httpx.Client) -> None:
    contact = _priya(sf)
    _field(sf, "Contact.EchoDepth_Trust_Score__c", NUMBER | {"label": "Trust Score"})
    sf.patch(f"/sobjects/Contact/{contact}", json={"EchoDepth_Trust_Score__c": 58.4})
    sf.post("/sobjects/Task", json={"Subject": "Call <with> Priya", "WhoId": contact})

    page = http.get(f"/lightning/r/Contact/{contact}/view", follow_redirects=True)

    assert "58.4" in page.text
    for short in (contact, contact[:15]):
        assert http.get(f"/{short}", follow_redirects=True).text == page.text
    assert "Call &lt;with&gt; Priya" in page.text
    assert http.get("/salesforce").status_code == 200
