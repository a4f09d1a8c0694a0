"""The Salesforce destination against the simulated organisation."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from connectors.base.crm import FigureKind, Left
from connectors.base.errors import AuthorizationLost, ProviderUnavailable, RateLimited, RequestRejected
from connectors.base.records import Candidate, ChangeKind, MatchQuery, Person, RecordRef
from connectors.salesforce.connector import SalesforceConnector
from sandbox.serving import running
from tests.support.connecting import TokenClient, authorize
from tests.support.reports import a_report

pytestmark = pytest.mark.anyio

PRIYA = "priya.shah@contoso.example"
SCORE = "EchoDepth_Trust_Score__c"


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running(tmp_path_factory.mktemp("sandbox")) as url:
        yield url


@pytest.fixture
def sandbox(base: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{base}/_sandbox", trust_env=False, timeout=30) as client:
        client.post("/reset").raise_for_status()
        yield client


@pytest.fixture
def client(base: str, sandbox: httpx.Client) -> TokenClient:
    return authorize("salesforce", {"login": base}, "demo-salesforce-client", "demo-salesforce-secret")


@pytest.fixture
def bare(client: TokenClient) -> SalesforceConnector:
    """Connected, but nothing provisioned."""
    return SalesforceConnector(client)


@pytest.fixture
async def salesforce(bare: SalesforceConnector) -> SalesforceConnector:
    await bare.provision(dry_run=False)
    return bare


def _get(sandbox: httpx.Client, path: str) -> Any:
    return sandbox.get(path).raise_for_status().json()


def _records(sandbox: httpx.Client, sobject: str) -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = _get(sandbox, "/state/salesforce")["records"][sobject]
    return records


def _priya(sandbox: httpx.Client) -> dict[str, Any]:
    return next(row for row in _records(sandbox, "Contact") if row["Email"] == PRIYA)


def _fault(sandbox: httpx.Client, kind: str, path: str, **more: Any) -> None:
    order = {"provider": "salesforce", "kind": kind, "path": path, **more}
    sandbox.post("/faults", json=[order]).raise_for_status()


def _revoke(sandbox: httpx.Client) -> None:
    sandbox.post("/revoke/salesforce").raise_for_status()


async def _match(salesforce: SalesforceConnector, *emails: str) -> list[Candidate]:
    people = tuple(Person(email, "") for email in emails)
    return list(await salesforce.match(MatchQuery("mtg_01", people, own_domains=("northwind.example",))))


async def _matched(salesforce: SalesforceConnector) -> list[RecordRef]:
    return [candidate.record for candidate in await _match(salesforce, PRIYA)]


async def test_check_tells_the_organisation(bare: SalesforceConnector) -> None:
    account = await bare.check()

    assert account.name == "Northwind"
    assert account.id.startswith("00D")


async def test_a_dry_run_lists_everything_and_makes_nothing(bare: SalesforceConnector, sandbox: httpx.Client) -> None:
    changes = await bare.provision(dry_run=True)

    assert {change.kind for change in changes} == {ChangeKind.CREATE, ChangeKind.BY_HAND}
    kinds = Counter(change.what for change in changes)
    assert kinds["custom field"] == kinds["field permission"] == 53
    assert _get(sandbox, "/state/salesforce")["custom_fields"] == []


async def test_provisioning_makes_fields_that_the_user_sees_and_then_only_keeps(bare: SalesforceConnector) -> None:
    await bare.provision(dry_run=False)

    again = await bare.provision(dry_run=False)

    assert {change.kind for change in again} == {ChangeKind.KEEP, ChangeKind.BY_HAND}


async def test_an_outdated_description_is_updated(salesforce: SalesforceConnector, base: str) -> None:
    await _with_other_help(salesforce, base)

    changes = await salesforce.provision(dry_run=False)

    updates = [change.name for change in changes if change.kind is ChangeKind.UPDATE]
    assert updates == [f"Contact.{SCORE}"]
    again = await salesforce.provision(dry_run=True)
    assert {change.kind for change in again} == {ChangeKind.KEEP, ChangeKind.BY_HAND}


async def _with_other_help(salesforce: SalesforceConnector, base: str) -> None:
    token = await salesforce._client.access_token()
    tooling = f"{base}/services/data/v62.0/tooling"
    soql = "SELECT Id FROM CustomField WHERE DeveloperName = 'EchoDepth_Trust_Score' AND TableEnumOrId = 'Contact'"
    metadata = {"label": "x", "type": "Number", "precision": 5, "scale": 2, "inlineHelpText": "old words"}
    async with httpx.AsyncClient(trust_env=False, headers={"Authorization": f"Bearer {token}"}) as http:
        rows = (await http.get(f"{tooling}/query", params={"q": soql})).json()["records"]
        address = f"{tooling}/sobjects/CustomField/{rows[0]['Id']}"
        body = {"FullName": f"Contact.{SCORE}", "Metadata": metadata}
        (await http.patch(address, json=body)).raise_for_status()


async def test_a_customer_and_the_open_deal_are_matched(bare: SalesforceConnector) -> None:
    contact, deal = await _match(bare, PRIYA)

    assert (contact.rule, contact.record.name) == ("contact_by_email", "Priya Shah")
    assert (deal.rule, deal.record.name, deal.alternatives) == ("opportunity_by_contact_role", "Contoso renewal", ())


async def test_leads_accounts_and_strangers_are_told_apart(bare: SalesforceConnector) -> None:
    found = await _match(
        bare, "lena.novak@fabrikam.example", "new@contoso.example", "someone@gmail.com", "boss@northwind.example"
    )

    assert [(candidate.rule, candidate.record.name) for candidate in found] == [
        ("lead_by_email", "Lena Novak"),
        ("account_by_domain", "Contoso"),
    ]


async def test_figures_and_task_arrive_in_one_call(salesforce: SalesforceConnector, sandbox: httpx.Client) -> None:
    records = await _matched(salesforce)

    receipt = await salesforce.publish(a_report(), records, salesforce.default_mapping)

    contact, [task] = _priya(sandbox), _records(sandbox, "Task")
    assert (contact[SCORE], contact["EchoDepth_Valence__c"], contact["EchoDepth_Dominance__c"]) == (72.4, 0.61, None)
    assert contact["EchoDepth_Alerts__c"].startswith("arousal high 0.91")
    assert (task["EchoDepth_Meeting_Id__c"], task[SCORE], task["Status"]) == ("mtg_01", 72.4, "Completed")
    assert (task["WhoId"], task["WhatId"]) == (contact["Id"], records[1].id)
    assert receipt.ids["Task"] == task["Id"]
    assert receipt.warnings == ()
    writes = [row for row in _get(sandbox, "/requests") if row["path"].endswith("/composite")]
    assert len(writes) == 1


async def test_a_later_revision_updates_the_same_task(salesforce: SalesforceConnector, sandbox: httpx.Client) -> None:
    first = await salesforce.publish(a_report(), await _matched(salesforce), salesforce.default_mapping)
    second = a_report(analysis_id="ana_02", revision=2, trust_score=55.0)

    receipt = await salesforce.publish(second, await _matched(salesforce), salesforce.default_mapping)

    [task] = _records(sandbox, "Task")
    assert (task[SCORE], task["EchoDepth_Analysis_Id__c"]) == (55.0, "ana_02")
    assert receipt.ids["Task"] == first.ids["Task"]
    assert _priya(sandbox)[SCORE] == 55.0


@pytest.mark.parametrize("kind", ["cut", "500_after"])
async def test_a_lost_answer_and_its_retry_leave_one_task_and_the_first_values(
    salesforce: SalesforceConnector, sandbox: httpx.Client, kind: str
) -> None:
    records = await _matched(salesforce)
    _fault(sandbox, kind, "/composite")
    with pytest.raises(ProviderUnavailable):
        await salesforce.publish(a_report(), records, salesforce.default_mapping)

    receipt = await salesforce.publish(a_report(), records, salesforce.default_mapping)

    assert len(_records(sandbox, "Task")) == 1
    assert {values[SCORE] for values in receipt.former.values()} == {None}


async def test_an_abstained_score_arrives_as_null_with_its_reason(
    salesforce: SalesforceConnector, sandbox: httpx.Client
) -> None:
    report = a_report(trust_score=None, trust_interval=None, abstained_reason="Too little speech.")

    await salesforce.publish(report, await _matched(salesforce), salesforce.default_mapping)

    assert (_priya(sandbox)[SCORE], _priya(sandbox)["EchoDepth_Score_Note__c"]) == (None, "Too little speech.")


async def test_our_own_activity_is_found_again(salesforce: SalesforceConnector) -> None:
    await salesforce.publish(a_report(), await _matched(salesforce), salesforce.default_mapping)

    assert (await _match(salesforce, PRIYA))[0].rule == "activity_by_meeting_id"


async def test_undo_leaves_salesforce_as_it_was(salesforce: SalesforceConnector, sandbox: httpx.Client) -> None:
    records = await _matched(salesforce)
    before = _priya(sandbox)
    receipt = await salesforce.publish(a_report(), records, salesforce.default_mapping)

    await salesforce.undo(receipt)
    await salesforce.undo(receipt)

    assert _records(sandbox, "Task") == []
    changed = {name for name, value in _priya(sandbox).items() if value != before.get(name)}
    assert changed <= {"LastModifiedDate", "SystemModstamp", "LastModifiedById", "LastActivityDate"}


async def test_publishing_before_the_set_up_is_refused_in_words(bare: SalesforceConnector) -> None:
    with pytest.raises(RequestRejected, match="run the set-up again"):
        await bare.publish(a_report(), await _matched(bare), bare.default_mapping)


async def test_a_used_up_limit_is_a_rate_limit_and_a_locked_row_is_not(
    salesforce: SalesforceConnector, sandbox: httpx.Client
) -> None:
    records = await _matched(salesforce)
    _fault(sandbox, "429", "/composite")
    with pytest.raises(RateLimited):
        await salesforce.publish(a_report(), records, salesforce.default_mapping)

    _fault(sandbox, "lock_row", "/composite")
    with pytest.raises(ProviderUnavailable):
        await salesforce.publish(a_report(), records, salesforce.default_mapping)


async def test_an_ended_session_is_renewed_once(base: str, client: TokenClient, bare: SalesforceConnector) -> None:
    client.token, client.fresh_token = "00D!ended", client.token

    await bare.check()

    assert client.refreshes == 1


async def test_a_revoked_connection_asks_to_reconnect(bare: SalesforceConnector, sandbox: httpx.Client) -> None:
    _revoke(sandbox)

    with pytest.raises(AuthorizationLost):
        await bare.check()


async def test_plain_http_is_refused_where_salesforce_is_not_simulated(client: TokenClient) -> None:
    client.hosts = {"login": "https://login.salesforce.com"}

    with pytest.raises(RequestRejected, match="encryption"):
        await SalesforceConnector(client).check()


async def test_undo_leaves_what_a_person_changed_and_says_so(
    salesforce: SalesforceConnector, sandbox: httpx.Client, http: httpx.Client
) -> None:
    receipt = await salesforce.publish(a_report(), await _matched(salesforce), {})
    contact = f"Contact:{_priya(sandbox)['Id']}"
    _change(http, f"Contact/{_priya(sandbox)['Id']}", {SCORE: 99})

    undone = await salesforce.undo(receipt)

    assert undone.left == (Left(contact, SCORE, "somebody changed it since"),)
    assert (_priya(sandbox)[SCORE], _priya(sandbox)["EchoDepth_Valence__c"]) == (99, None)
    assert undone.removed == (f"Task:{receipt.ids['Task']}",)


async def test_what_was_undone_can_be_delivered_again(salesforce: SalesforceConnector, sandbox: httpx.Client) -> None:
    records = await _matched(salesforce)
    await salesforce.undo(await salesforce.publish(a_report(), records, {}))

    again = await salesforce.publish(a_report(), records, {})

    assert (_priya(sandbox)[SCORE], len(_records(sandbox, "Task"))) == (72.4, 1)
    assert {values[SCORE] for values in again.former.values()} == {None}


async def test_a_rehearsal_tells_every_change_and_writes_nothing(
    salesforce: SalesforceConnector, sandbox: httpx.Client
) -> None:
    records = await _matched(salesforce)
    before = _get(sandbox, "/state/salesforce")["records"]

    rehearsal = await salesforce.rehearse(a_report(), records, {})

    assert _get(sandbox, "/state/salesforce")["records"] == before
    assert [(each.type, each.name, each.action) for each in rehearsal.records] == [
        ("Contact", "Priya Shah", "update"),
        ("Opportunity", "Contoso renewal", "update"),
        ("Task", "Call: Renewal with Acme", "create"),
    ]
    score = next(change for change in rehearsal.records[0].changes if change.field == SCORE)
    assert (score.label, score.before, score.after) == ("EchoDepth Trust Score", None, 72.4)
    assert "API calls in the last 24 hours" in rehearsal.notes[-1]
    made = _made_calls(sandbox)
    await salesforce.publish(a_report(), records, {})
    assert _made_calls(sandbox) - made == rehearsal.calls


def _made_calls(sandbox: httpx.Client) -> int:
    return len([row for row in _get(sandbox, "/requests") if row["path"].startswith("/services/data")])


async def test_a_rehearsal_after_publishing_shows_what_stands_there(salesforce: SalesforceConnector) -> None:
    records = await _matched(salesforce)
    await salesforce.publish(a_report(), records, {})

    rehearsal = await salesforce.rehearse(a_report(trust_score=40.0), await _matched(salesforce), {})

    changed = {change.field for each in rehearsal.records for change in each.changes if change.is_change}
    assert changed == {SCORE, "Description"}
    assert (rehearsal.records[-1].type, rehearsal.records[-1].action) == ("Task", "update")


async def test_a_rehearsal_before_the_set_up_says_what_is_missing(bare: SalesforceConnector) -> None:
    rehearsal = await bare.rehearse(a_report(), await _matched(bare), {})

    assert "run the set-up first" in rehearsal.notes[0]
    assert f"Contact.{SCORE}" in rehearsal.notes[0]


async def test_a_record_that_shows_a_later_call_is_skipped_with_the_reason(salesforce: SalesforceConnector) -> None:
    records = await _matched(salesforce)
    await salesforce.publish(a_report(), records, {})
    older = a_report(meeting_id="mtg_00", started_at=datetime(2026, 10, 1, tzinfo=UTC))

    rehearsal = await salesforce.rehearse(older, records, {})

    assert [each.action for each in rehearsal.records] == ["skip", "skip", "create"]
    assert "already shows a later call" in rehearsal.records[0].note


async def test_fields_say_what_they_can_hold(salesforce: SalesforceConnector, bare: SalesforceConnector) -> None:
    described = await salesforce.fields()

    deal = {field.name: field for field in described["Opportunity"]}
    assert deal["Amount"].takes == {FigureKind.NUMBER}
    assert deal["Name"].takes == {FigureKind.TEXT, FigureKind.LINK}
    assert not deal["Id"].writable
    assert (deal[SCORE].ours, deal[SCORE].whole_digits, deal[SCORE].decimals) == (True, 3, 2)
    assert {field.name for field in described["Task"] if field.reserved} >= {"EchoDepth_Meeting_Id__c"}


async def test_fields_that_the_set_up_would_make_can_be_chosen_before(bare: SalesforceConnector) -> None:
    fields = {field.name: field for field in (await bare.fields())["Lead"]}

    assert (fields[SCORE].ours, fields[SCORE].made) == (True, False)


async def test_people_deals_and_accounts_are_searched_by_name_or_address(bare: SalesforceConnector) -> None:
    assert {(ref.type, ref.name) for ref in await bare.search("contoso")} == {
        ("Contact", "Priya Shah"),
        ("Contact", "Joe Meyer"),
        ("Opportunity", "Contoso renewal"),
        ("Opportunity", "Contoso pilot"),
        ("Account", "Contoso"),
    }
    assert [ref.name for ref in await bare.search("O'Neill %")] == []


async def test_leads_and_accounts_are_left_out_by_policy(bare: SalesforceConnector) -> None:
    people = (Person("lena.novak@fabrikam.example", ""), Person("new@contoso.example", ""))
    query = MatchQuery("mtg_01", people, leads=False, companies=False)

    assert await bare.match(query) == []


async def test_a_closed_opportunity_is_taken_only_by_policy_and_where_none_is_open(
    bare: SalesforceConnector, http: httpx.Client
) -> None:
    query = MatchQuery("mtg_01", (Person(PRIYA, ""),), closed_deals=True)
    [_, open_one] = await bare.match(query)
    _change(http, f"Opportunity/{open_one.record.id}", {"StageName": "Closed Lost"})

    [_, closed_one] = await bare.match(query)

    assert (open_one.record.name, [other.name for other in open_one.alternatives]) == (
        "Contoso renewal",
        ["Contoso pilot"],
    )
    assert closed_one.reason.startswith("Closed opportunity with a contact role for Priya Shah; none is open")
    assert len(await bare.match(replace(query, closed_deals=False))) == 1


@pytest.fixture
def http(client: TokenClient, base: str) -> Iterator[httpx.Client]:
    """Salesforce's API, as somebody else in the organisation uses it."""
    headers = {"authorization": f"Bearer {client.token}"}
    with httpx.Client(base_url=f"{base}/services/data/v62.0", headers=headers, trust_env=False, timeout=30) as http:
        yield http


def _change(http: httpx.Client, path: str, values: dict[str, Any]) -> None:
    http.patch(f"/sobjects/{path}", json=values).raise_for_status()
