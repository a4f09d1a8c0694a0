"""The HubSpot destination against the simulated account."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from connectors import registry
from connectors.base.crm import FigureKind, Left
from connectors.base.errors import AuthorizationLost, ProviderUnavailable, RateLimited, RequestRejected
from connectors.base.mapping import CATALOGUE
from connectors.base.records import (
    Candidate,
    ChangeKind,
    MatchQuery,
    Person,
    Receipt,
    RecordRef,
    Report,
    SpeakerReport,
    Vad,
)
from connectors.hubspot.connector import HubspotConnector
from connectors.hubspot.timeline import template
from oauth.errors import InvalidGrant
from oauth.provider import ClientCredentials
from oauth.tokens import TokenEndpoint
from sandbox.serving import running
from tests.support.connecting import TokenClient, authorize
from tests.support.reports import a_report
from tests.support.simulated import App

pytestmark = pytest.mark.anyio

PRIYA = "priya.shah@contoso.example"
SCORE = "echodepth_trust_score"
MEETING = {
    "hs_timestamp": "2026-11-18T10:00:00Z",
    "hs_meeting_title": "Renewal",
    "hs_meeting_body": "Agenda",
    "hs_i_cal_uid": "040000-uid",
}


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running(tmp_path_factory.mktemp("sandbox")) as url:
        yield url


@pytest.fixture
def sandbox(base: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{base}/_sandbox", trust_env=False, timeout=30) as client:
        client.post("/reset").raise_for_status()
        _options(client, calls_per_ten_seconds=10_000, searches_per_second=1000, search_lag_seconds=0)
        yield client


@pytest.fixture
def client(base: str, sandbox: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> TokenClient:
    monkeypatch.setattr("connectors.hubspot.pacing._PACES", {})
    hosts = {"web": f"{base}/hubspot", "api": f"{base}/hubspot/api"}
    return authorize("hubspot", hosts, "demo-hubspot-client", "demo-hubspot-secret")


@pytest.fixture
def api(client: TokenClient) -> Iterator[httpx.Client]:
    """HubSpot's API, as somebody else in the account uses it."""
    headers = {"authorization": f"Bearer {client.token}"}
    with httpx.Client(base_url=client.hosts["api"], headers=headers, trust_env=False, timeout=30) as http:
        yield http


@pytest.fixture
def bare(client: TokenClient) -> HubspotConnector:
    """Connected, but nothing provisioned."""
    return HubspotConnector(client)


@pytest.fixture
async def hubspot(bare: HubspotConnector) -> HubspotConnector:
    await bare.provision(dry_run=False)
    return bare


def _state(sandbox: httpx.Client) -> dict[str, Any]:
    state: dict[str, Any] = sandbox.get("/state/hubspot").raise_for_status().json()
    return state


def _records(sandbox: httpx.Client, kind: str) -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = _state(sandbox)["records"][kind]
    return records


def _record(sandbox: httpx.Client, kind: str, **wanted: str) -> dict[str, Any]:
    return next(row for row in _records(sandbox, kind) if wanted.items() <= row["properties"].items())


def _priya(sandbox: httpx.Client) -> dict[str, Any]:
    properties: dict[str, Any] = _record(sandbox, "contacts", firstname="Priya")["properties"]
    return properties


def _linked_to(sandbox: httpx.Client, kind: str, record_id: str) -> set[str]:
    links = _state(sandbox)["associations"]
    return {f"{link['to_type']}:{link['to_id']}" for link in links if (link["type"], link["id"]) == (kind, record_id)}


def _options(sandbox: httpx.Client, **options: Any) -> None:
    sandbox.put("/options/hubspot", json=options).raise_for_status()


def _call(api: httpx.Client, method: str, path: str, body: Any = None) -> Any:
    """What somebody else in the account does."""
    answer = api.request(method, path, json=body).raise_for_status()
    return answer.json() if answer.content else None


def _revoke(sandbox: httpx.Client) -> None:
    sandbox.post("/revoke/hubspot").raise_for_status()


def _page(url: str) -> str:
    return httpx.get(url, trust_env=False, timeout=30).raise_for_status().text


def _fault(sandbox: httpx.Client, kind: str, path: str, **more: Any) -> None:
    order = {"provider": "hubspot", "kind": kind, "path": path, **more}
    sandbox.post("/faults", json=[order]).raise_for_status()


async def _match(hubspot: HubspotConnector, *emails: str, ical_uid: str | None = None) -> list[Candidate]:
    people = tuple(Person(email, "") for email in emails)
    return list(await hubspot.match(MatchQuery("mtg_01", people, ical_uid, own_domains=("northwind.example",))))


async def _matched(hubspot: HubspotConnector, ical_uid: str | None = None) -> list[RecordRef]:
    return [candidate.record for candidate in await _match(hubspot, PRIYA, ical_uid=ical_uid)]


async def _publish(hubspot: HubspotConnector, report: Report, records: list[RecordRef]) -> Receipt:
    return await hubspot.publish(report, records, hubspot.default_mapping)


async def test_check_tells_the_account(bare: HubspotConnector, client: TokenClient) -> None:
    account = await bare.check()

    assert account.id == client.account["hub_id"] == "48291056"


async def test_a_dry_run_lists_everything_and_makes_nothing(bare: HubspotConnector, sandbox: httpx.Client) -> None:
    changes = await bare.provision(dry_run=True)

    assert {change.kind for change in changes} == {ChangeKind.CREATE}
    assert [change.name for change in changes if change.what == "property group"] == [
        "contacts.echodepth",
        "deals.echodepth",
        "calls.echodepth",
        "meetings.echodepth",
    ]
    assert _state(sandbox)["properties"] == []


async def test_provisioning_twice_only_keeps(bare: HubspotConnector, sandbox: httpx.Client) -> None:
    await bare.provision(dry_run=False)

    again = await bare.provision(dry_run=False)

    assert {change.kind for change in again} == {ChangeKind.KEEP}
    unique = [p for p in _state(sandbox)["properties"] if p["hasUniqueValue"]]
    assert {(p["object"], p["name"]) for p in unique} == {
        ("calls", "echodepth_meeting_id"),
        ("meetings", "echodepth_meeting_id"),
    }


async def test_changed_words_are_updated(hubspot: HubspotConnector, api: httpx.Client) -> None:
    _call(api, "PATCH", f"/crm/v3/properties/contacts/{SCORE}", {"description": "old words"})

    changes = await hubspot.provision(dry_run=False)

    assert [change.name for change in changes if change.kind is ChangeKind.UPDATE] == [f"contacts.{SCORE}"]
    assert {change.kind for change in await hubspot.provision(dry_run=True)} == {ChangeKind.KEEP}


async def test_a_property_of_another_type_stops_the_set_up(bare: HubspotConnector, api: httpx.Client) -> None:
    wrong = {"name": SCORE, "label": "x", "type": "string", "fieldType": "text", "groupName": "dealinformation"}
    _call(api, "POST", "/crm/v3/properties/deals", wrong)

    with pytest.raises(RequestRejected, match="is string, not number"):
        await bare.provision(dry_run=False)


async def test_a_customer_and_the_open_deal_are_matched(bare: HubspotConnector) -> None:
    contact, deal = await _match(bare, PRIYA)

    assert (contact.rule, contact.record.name) == ("contact_by_email", "Priya Shah")
    assert (deal.rule, deal.record.name, deal.alternatives) == ("deal_by_contact", "Contoso renewal", ())


async def test_strangers_lead_to_their_company_unless_their_domain_says_nothing(bare: HubspotConnector) -> None:
    found = await _match(
        bare, "new@contoso.example", "someone@gmail.com", "boss@eu.northwind.example", "x@nobody.example"
    )

    assert [(candidate.rule, candidate.record.name) for candidate in found] == [("company_by_domain", "Contoso")]


async def test_of_several_open_deals_the_one_with_most_of_the_people_is_chosen(
    bare: HubspotConnector, sandbox: httpx.Client, api: httpx.Client
) -> None:
    people = [record["id"] for record in _records(sandbox, "contacts")]
    for name, date, members in (("Both", "2030-01-01", people), ("Sooner", "2026-12-01", people[:1])):
        deal = {"dealname": name, "dealstage": "contractsent", "closedate": date}
        made = _call(api, "POST", "/crm/v3/objects/deals", {"properties": deal})["id"]
        for person in members:
            _call(api, "PUT", f"/crm/v4/objects/deals/{made}/associations/default/contacts/{person}")

    [*_, found] = await _match(bare, PRIYA, "joe.meyer@contoso.example")

    assert (found.rule, found.record.name) == ("deal_by_contact", "Both")
    assert [other.name for other in found.alternatives] == ["Sooner", "Contoso renewal"]
    assert found.reason.startswith("Open deal of Joe Meyer, Priya Shah; 2 more")


async def test_a_further_address_of_a_contact_finds_it(bare: HubspotConnector, api: httpx.Client) -> None:
    path = f"/crm/v3/objects/contacts/{PRIYA}?idProperty=email"
    _call(api, "PATCH", path, {"properties": {"hs_additional_emails": "p.shah@contoso.example"}})

    [contact, _] = await _match(bare, "P.Shah@contoso.example")

    assert (contact.record.name, contact.person_email) == ("Priya Shah", "p.shah@contoso.example")


async def test_figures_and_call_arrive(hubspot: HubspotConnector, sandbox: httpx.Client) -> None:
    records = await _matched(hubspot)

    receipt = await _publish(hubspot, a_report(), records)

    priya, deal = _priya(sandbox), _record(sandbox, "deals", dealname="Contoso renewal")
    [call] = _records(sandbox, "calls")
    assert (priya[SCORE], priya["echodepth_valence"], priya["echodepth_dominance"]) == ("72.4", "0.61", "")
    assert priya["echodepth_alerts"].startswith("arousal high 0.91")
    assert priya["echodepth_meeting_at"] == "2026-11-18T10:00:00.000Z"
    assert deal["properties"][SCORE] == "72.4"
    assert (call["properties"]["echodepth_meeting_id"], call["properties"][SCORE]) == ("mtg_01", "72.4")
    assert call["properties"]["hs_call_duration"] == "1830000"
    assert _linked_to(sandbox, "calls", call["id"]) == {f"contacts:{records[0].id}", f"deals:{records[1].id}"}
    assert (receipt.ids["Call"], receipt.warnings) == (call["id"], ())
    assert receipt.url.endswith(f"/record/0-48/{call['id']}")


async def test_the_address_of_a_record_opens_its_page(hubspot: HubspotConnector) -> None:
    receipt = await _publish(hubspot, a_report(), await _matched(hubspot))

    assert "A calm renewal call." in _page(receipt.url)
    assert "72.4" in _page((await _matched(hubspot))[1].url)


async def test_a_later_revision_updates_the_same_call(hubspot: HubspotConnector, sandbox: httpx.Client) -> None:
    first = await _publish(hubspot, a_report(), await _matched(hubspot))
    second = a_report(analysis_id="ana_02", revision=2, trust_score=55.0)

    receipt = await _publish(hubspot, second, await _matched(hubspot))

    [call] = _records(sandbox, "calls")
    assert (call["properties"][SCORE], call["properties"]["echodepth_analysis_id"]) == ("55", "ana_02")
    assert receipt.ids["Call"] == first.ids["Call"]
    assert _priya(sandbox)[SCORE] == "55"


async def test_our_own_call_is_found_again_without_waiting_for_the_index(
    hubspot: HubspotConnector, sandbox: httpx.Client
) -> None:
    _options(sandbox, search_lag_seconds=3600)
    await _publish(hubspot, a_report(), await _matched(hubspot))

    found = await _match(hubspot, PRIYA, ical_uid="040000-uid")

    assert (found[0].rule, found[0].record.type) == ("activity_by_meeting_id", "Call")


@pytest.mark.parametrize("kind", ["cut", "500_after"])
@pytest.mark.parametrize("path", ["/calls/batch/upsert", "/contacts/batch/update", "/associate/default"])
async def test_a_lost_answer_and_its_retry_leave_one_call_and_the_first_values(
    hubspot: HubspotConnector, sandbox: httpx.Client, kind: str, path: str
) -> None:
    records = await _matched(hubspot)
    _fault(sandbox, kind, path)
    with pytest.raises(ProviderUnavailable):
        await _publish(hubspot, a_report(), records)

    receipt = await _publish(hubspot, a_report(), records)

    assert len(_records(sandbox, "calls")) == 1
    assert {values[SCORE] for values in receipt.former.values()} == {""}


async def test_an_abstained_score_clears_the_old_one_and_says_why(
    hubspot: HubspotConnector, sandbox: httpx.Client
) -> None:
    await _publish(hubspot, a_report(), await _matched(hubspot))
    report = a_report(revision=2, trust_score=None, trust_interval=None, abstained_reason="Too little speech.")

    await _publish(hubspot, report, await _matched(hubspot))

    assert (_priya(sandbox)[SCORE], _priya(sandbox)["echodepth_score_note"]) == ("", "Too little speech.")


async def test_an_older_call_does_not_replace_a_later_one(hubspot: HubspotConnector, sandbox: httpx.Client) -> None:
    records = await _matched(hubspot)
    await _publish(hubspot, a_report(), records)
    older = a_report(meeting_id="mtg_00", trust_score=20.0, started_at=datetime(2026, 10, 1, tzinfo=UTC))

    receipt = await _publish(hubspot, older, records)

    assert _priya(sandbox)[SCORE] == "72.4"
    assert len(_records(sandbox, "calls")) == 2
    assert any("already shows a later call" in warning for warning in receipt.warnings)


async def test_undo_leaves_hubspot_as_it_was(hubspot: HubspotConnector, sandbox: httpx.Client) -> None:
    records = await _matched(hubspot)
    before = _priya(sandbox)
    receipt = await _publish(hubspot, a_report(), records)

    await hubspot.undo(receipt)
    await hubspot.undo(receipt)

    assert _records(sandbox, "calls") == []
    after = {name: value for name, value in _priya(sandbox).items() if value}
    assert {name for name, value in after.items() if value != before.get(name)} == {"lastmodifieddate"}


async def test_a_meeting_that_is_logged_already_is_reused_and_restored(
    hubspot: HubspotConnector, sandbox: httpx.Client, api: httpx.Client
) -> None:
    meeting_id = _call(api, "POST", "/crm/v3/objects/meetings", {"properties": MEETING})["id"]
    records = await _matched(hubspot, ical_uid="040000-uid")
    assert (records[0].type, records[0].id) == ("Meeting", meeting_id)

    await _publish(hubspot, a_report(), records)
    receipt = await _publish(hubspot, a_report(revision=2), await _matched(hubspot, ical_uid="040000-uid"))

    [meeting] = _records(sandbox, "meetings")
    assert _records(sandbox, "calls") == []
    assert (meeting["properties"][SCORE], meeting["properties"]["hs_meeting_body"]) == ("72.4", "Agenda")
    assert _linked_to(sandbox, "meetings", meeting_id) == {f"contacts:{records[1].id}", f"deals:{records[2].id}"}
    assert receipt.ids["Meeting"] == meeting_id

    await hubspot.undo(receipt)

    [meeting] = _records(sandbox, "meetings")
    assert not any(value for name, value in meeting["properties"].items() if name.startswith("echodepth"))
    assert _linked_to(sandbox, "meetings", meeting_id) == set()


async def test_another_occurrence_of_a_series_is_left_alone(
    hubspot: HubspotConnector, sandbox: httpx.Client, api: httpx.Client
) -> None:
    last_week = MEETING | {"hs_timestamp": "2026-11-11T10:00:00Z"}
    _call(api, "POST", "/crm/v3/objects/meetings", {"properties": last_week})

    receipt = await _publish(hubspot, a_report(), await _matched(hubspot, ical_uid="040000-uid"))

    assert receipt.ids["Call"] == _records(sandbox, "calls")[0]["id"]
    assert SCORE not in _records(sandbox, "meetings")[0]["properties"]


async def test_a_merged_contact_is_followed_to_its_new_id(
    hubspot: HubspotConnector, sandbox: httpx.Client, api: httpx.Client
) -> None:
    records = await _matched(hubspot)
    receipt = await _publish(hubspot, a_report(), records)
    joe = _record(sandbox, "contacts", firstname="Joe")["id"]
    merged = {"primaryObjectId": records[0].id, "objectIdToMerge": joe}
    new_id = _call(api, "POST", "/crm/v3/objects/contacts/merge", merged)["id"]

    again = await _publish(hubspot, a_report(revision=2, trust_score=50.0), records)

    assert _priya(sandbox)["hs_object_id"] == new_id
    assert _priya(sandbox)[SCORE] == "50"
    assert f"Contact:{new_id}" in again.former
    await hubspot.undo(_under_its_old_id(again, f"Contact:{new_id}", f"Contact:{records[0].id}"))
    assert _priya(sandbox)[SCORE] == ""
    assert receipt.former.keys() != again.former.keys()


def _under_its_old_id(receipt: Receipt, new: str, old: str) -> Receipt:
    """As if the merge had happened after the delivery."""
    former = {old if key == new else key: values for key, values in receipt.former.items()}
    written = {old if key == new else key: values for key, values in receipt.written.items()}
    return replace(receipt, former=former, written=written)


async def test_a_deleted_contact_becomes_a_warning(
    hubspot: HubspotConnector, sandbox: httpx.Client, api: httpx.Client
) -> None:
    records = await _matched(hubspot)
    _call(api, "DELETE", f"/crm/v3/objects/contacts/{records[0].id}")

    receipt = await _publish(hubspot, a_report(), records)

    assert receipt.warnings == ("Contact Priya Shah no longer exists.",)
    assert _record(sandbox, "deals", dealname="Contoso renewal")["properties"][SCORE] == "72.4"


async def test_one_refused_row_does_not_keep_the_others(hubspot: HubspotConnector, sandbox: httpx.Client) -> None:
    mapping = dict(hubspot.default_mapping) | {"Deal.trust_score": "closedate"}

    receipt = await hubspot.publish(a_report(), await _matched(hubspot), mapping)

    assert _priya(sandbox)[SCORE] == "72.4"
    assert [warning for warning in receipt.warnings if "Deal Contoso renewal was not written" in warning]


async def test_a_batch_refused_whole_is_sent_again_row_by_row(
    hubspot: HubspotConnector, sandbox: httpx.Client, api: httpx.Client
) -> None:
    key = {"name": "key", "label": "Key", "type": "string", "fieldType": "text", "hasUniqueValue": True}
    _call(api, "POST", "/crm/v3/properties/contacts", key | {"groupName": "echodepth"})
    _options(sandbox, refuse_whole_batches=True)
    records = [candidate.record for candidate in await _match(hubspot, PRIYA, "joe.meyer@contoso.example")]
    mapping = dict(hubspot.default_mapping) | {"Contact.url": "key"}

    receipt = await hubspot.publish(a_report(), records, mapping)

    contacts = [record for record in _records(sandbox, "contacts") if record["properties"].get(SCORE)]
    assert len(contacts) == 1
    assert len([warning for warning in receipt.warnings if "another HubSpot record already holds" in warning]) == 1


async def test_publishing_before_the_set_up_is_refused_in_words(bare: HubspotConnector) -> None:
    with pytest.raises(RequestRejected, match="run the set-up again"):
        await _publish(bare, a_report(), await _matched(bare))


async def test_timeline_events_are_put_once_per_analysis_where_templates_are_set_up(
    hubspot: HubspotConnector, sandbox: httpx.Client, api: httpx.Client
) -> None:
    path = "/integrators/timeline/v3/305117/event-templates?hapikey=demo-hubspot-developer-key"
    made = _call(api, "POST", path, template("Contact"))
    mapping = dict(hubspot.default_mapping) | {"Contact.timeline_event": made["id"]}
    records = await _matched(hubspot)

    for _ in range(2):
        receipt = await hubspot.publish(a_report(), records, mapping)

    [event] = _state(sandbox)["timeline"]["events"]
    assert (event["objectId"], event["tokens"]["trust_score"]) == (records[0].id, "72.4")
    assert receipt.warnings == ()
    assert "Trust Score 72 of 100" in _page(records[0].url)


async def test_an_unknown_template_is_a_warning(hubspot: HubspotConnector) -> None:
    mapping = dict(hubspot.default_mapping) | {"Contact.timeline_event": "404"}

    receipt = await hubspot.publish(a_report(), await _matched(hubspot), mapping)

    assert "No event was put on the timeline" in receipt.warnings[0]


async def test_undo_leaves_what_a_person_changed_and_says_so(
    hubspot: HubspotConnector, sandbox: httpx.Client, api: httpx.Client
) -> None:
    records = await _matched(hubspot)
    receipt = await _publish(hubspot, a_report(), records)
    contact = f"Contact:{records[0].id}"
    _call(api, "PATCH", f"/crm/v3/objects/contacts/{records[0].id}", {"properties": {SCORE: "99"}})

    undone = await hubspot.undo(receipt)

    assert undone.left == (Left(contact, SCORE, "somebody changed it since"),)
    assert (_priya(sandbox)[SCORE], _priya(sandbox)["echodepth_valence"]) == ("99", "")
    assert "echodepth_valence" in undone.restored[contact]
    assert undone.removed == (f"Call:{receipt.ids['Call']}",)


async def test_a_rehearsal_tells_every_change_and_writes_nothing(
    hubspot: HubspotConnector, sandbox: httpx.Client
) -> None:
    records = await _matched(hubspot)
    before = _state(sandbox)["records"]

    rehearsal = await hubspot.rehearse(a_report(), records, {})

    assert _state(sandbox)["records"] == before
    assert [(each.type, each.action) for each in rehearsal.records] == [
        ("Contact", "update"),
        ("Deal", "update"),
        ("Call", "create"),
    ]
    score = next(change for change in rehearsal.records[0].changes if change.field == SCORE)
    assert (score.label, score.before, score.after) == ("EchoDepth Trust Score", None, 72.4)
    made = _made_calls(sandbox)
    await _publish(hubspot, a_report(), records)
    assert _made_calls(sandbox) - made == rehearsal.calls


def _made_calls(sandbox: httpx.Client) -> int:
    return len([row for row in sandbox.get("/requests").json() if "/crm/v" in row["path"]])


async def test_a_rehearsal_after_publishing_shows_what_stands_there(hubspot: HubspotConnector) -> None:
    records = await _matched(hubspot)
    await _publish(hubspot, a_report(), records)

    rehearsal = await hubspot.rehearse(a_report(trust_score=40.0), records, {})

    changed = {change.field for each in rehearsal.records for change in each.changes if change.is_change}
    assert changed == {SCORE, "hs_call_body"}
    assert rehearsal.records[-1].action == "update"


async def test_a_rehearsal_before_the_set_up_says_what_is_missing(bare: HubspotConnector) -> None:
    rehearsal = await bare.rehearse(a_report(), await _matched(bare), {})

    assert "run the set-up first" in rehearsal.notes[0]
    assert f"Contact.{SCORE}" in rehearsal.notes[0]


async def test_only_properties_that_the_mapping_names_are_made(bare: HubspotConnector, sandbox: httpx.Client) -> None:
    mapping = {"trust_score": SCORE, "Deal.trust_score": "amount", **_nothing_of_activities()}

    await bare.provision(dry_run=False, mapping=mapping)

    made = {f"{row['object']}.{row['name']}" for row in _state(sandbox)["properties"]}
    assert made == {
        f"contacts.{SCORE}", "contacts.echodepth_before", "deals.echodepth_before", "calls.echodepth_meeting_id",
        "calls.echodepth_analysis_id", "meetings.echodepth_meeting_id", "meetings.echodepth_analysis_id",
        "meetings.echodepth_notes", "meetings.echodepth_before",
    }  # fmt: skip


def _nothing_of_activities() -> dict[str, str]:
    return {f"{kind}.{figure}": "" for kind in ("Call", "Meeting") for figure in CATALOGUE}


async def test_fields_say_what_they_can_hold(hubspot: HubspotConnector) -> None:
    fields = {field.name: field for field in (await hubspot.fields())["Deal"]}

    assert fields["amount"].takes == {FigureKind.NUMBER}
    assert fields["dealname"].takes == {FigureKind.TEXT, FigureKind.LINK}
    assert (fields[SCORE].ours, fields[SCORE].made, fields["echodepth_before"].reserved) == (True, True, True)


async def test_people_deals_and_companies_are_searched_by_name(bare: HubspotConnector) -> None:
    assert [(ref.type, ref.name) for ref in await bare.search("contoso")] == [
        ("Contact", "Priya Shah"),
        ("Contact", "Joe Meyer"),
        ("Deal", "Contoso renewal"),
        ("Deal", "Contoso pilot"),
        ("Company", "Contoso"),
    ]
    assert [ref.name for ref in await bare.search("priya shah")] == ["Priya Shah"]
    assert await bare.search("  ") == []


async def test_a_closed_deal_is_taken_only_by_policy_and_where_none_is_open(
    bare: HubspotConnector, api: httpx.Client
) -> None:
    query = MatchQuery("mtg_01", (Person(PRIYA, ""),), closed_deals=True)
    [_, open_one] = await bare.match(query)
    _call(api, "PATCH", f"/crm/v3/objects/deals/{open_one.record.id}", {"properties": {"dealstage": "closedlost"}})

    [_, closed_one] = await bare.match(query)
    found = await bare.match(replace(query, closed_deals=False))

    assert [other.name for other in open_one.alternatives] == ["Contoso pilot"]
    assert closed_one.reason.startswith("Closed deal of Priya Shah; none is open")
    assert [candidate.record.type for candidate in found] == ["Contact"]


async def test_each_contact_gets_its_own_speakers_figures_and_the_deal_the_meetings(
    hubspot: HubspotConnector, sandbox: httpx.Client
) -> None:
    found = await _match(hubspot, PRIYA, "joe.meyer@contoso.example")
    records = [replace(each.record, person=each.person_email or "") for each in found]
    speakers = (
        SpeakerReport("Priya", PRIYA, 81.0, Vad(0.7, 0.4, 0.5), 300.0, (75.0, 88.0)),
        SpeakerReport("Joe", "Joe.Meyer@contoso.example", 55.5, Vad(0.3, 0.6, 0.5), 200.0, (50.0, 61.0)),
    )

    await _publish(hubspot, a_report(speakers=speakers, guests=2), records)

    joe = _record(sandbox, "contacts", firstname="Joe")["properties"]
    deal = _record(sandbox, "deals", dealname="Contoso renewal")["properties"]
    assert (_priya(sandbox)[SCORE], joe[SCORE], deal[SCORE]) == ("81", "55.5", "72.4")
    assert (joe["echodepth_trust_low"], joe["echodepth_valence"]) == ("50", "0.3")


@pytest.mark.parametrize(("kind", "wait"), [("429", 10.0), ("lock_row", 2.0)])
async def test_limits_and_locks_say_how_long_to_wait(
    hubspot: HubspotConnector, sandbox: httpx.Client, kind: str, wait: float
) -> None:
    records = await _matched(hubspot)
    _fault(sandbox, kind, "/contacts/batch/update")

    with pytest.raises(RateLimited) as raised:
        await _publish(hubspot, a_report(), records)

    assert raised.value.retry_after == wait


async def test_a_search_over_its_own_limit_waits_a_second(bare: HubspotConnector, sandbox: httpx.Client) -> None:
    _options(sandbox, searches_per_second=0)

    with pytest.raises(RateLimited) as raised:
        await _match(bare, "new@contoso.example")

    assert (raised.value.code, raised.value.retry_after) == ("SECONDLY", 1.0)


async def test_an_ended_session_is_renewed_once(client: TokenClient, bare: HubspotConnector) -> None:
    client.token, client.fresh_token = "ended", client.token

    await bare.check()

    assert client.refreshes == 1


async def test_our_oauth_renews_and_revokes(client: TokenClient) -> None:
    provider = registry.manifest("hubspot").oauth_provider(client.hosts)
    endpoint = TokenEndpoint(provider, ClientCredentials("demo-hubspot-client", "demo-hubspot-secret"))
    first = await asyncio.to_thread(_tokens, client.hosts["web"].removesuffix("/hubspot"))

    renewed = await endpoint.refresh(first["refresh_token"], datetime.now(UTC))

    assert renewed.refresh_token == first["refresh_token"]
    assert renewed.expires_at is not None
    assert await endpoint.revoke(renewed)
    with pytest.raises(InvalidGrant):
        await endpoint.refresh(first["refresh_token"], datetime.now(UTC))


async def test_a_revoked_connection_asks_to_reconnect(bare: HubspotConnector, sandbox: httpx.Client) -> None:
    _revoke(sandbox)

    with pytest.raises(AuthorizationLost):
        await bare.check()


async def test_a_missing_scope_is_named(base: str, sandbox: httpx.Client, client: TokenClient) -> None:
    report, deal = a_report(), RecordRef("Deal", "1")
    narrow = replace(client, token=_tokens(base, "oauth crm.objects.contacts.read")["access_token"])

    with pytest.raises(RequestRejected, match=r"crm\.objects\.deals\.read"):
        await _publish(HubspotConnector(narrow), report, [deal])


def _tokens(base: str, scope: str = "") -> dict[str, Any]:
    with httpx.Client(base_url=base, trust_env=False, timeout=30) as http:
        return App(base, "hubspot", http).connect(scope=scope)
