"""Matches in the database: what rules find, what people decide, what would be written."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

import connectors
from connectors import registry
from connectors.base.errors import ProviderUnavailable
from connectors.base.records import Candidate, RecordRef
from hub.accounts.models import AuditEntry, Organisation
from hub.analysis.models import Analysis, AnalysisState
from hub.connections.models import Connection, ConnectionState
from hub.connections.sealing import seal_tokens
from hub.crm.models import CrmMatch
from hub.crm.repository import Matches
from hub.crm.service import add_match, correct_match, match_meeting, records_for, remove_match, undo_correction
from hub.deliveries.models import Delivery, Destination
from hub.deliveries.sending import Unneeded, send
from hub.errors import Conflict, NotFound, Unavailable
from hub.kit.ids import new_id
from hub.meetings.models import Meeting, Participant, TimelineEntry
from hub.runtime import Runtime
from oauth.tokens import TokenSet

pytestmark = pytest.mark.anyio

MANIFEST = """
id = "ledgerly"
name = "Ledgerly"
category = "crm"
capabilities = ["destination"]
[hosts]
api = "https://api.ledgerly.example"
"""
CONNECTOR = """
class LedgerlyConnector:
    default_mapping = {"trust_score": "score", "valence": "mood", "Company.trust_score": ""}
    figure_types = frozenset({"Person"})
    activity_types = ("Entry",)
    mapping_extras = {"shelf": "Shelf"}
    finds, queries, error = [], [], None

    def __init__(self, client):
        pass

    async def match(self, query):
        self.queries.append(query)
        if self.error:
            raise self.error
        return list(self.finds)
"""
ANA = Candidate(
    RecordRef("Person", "p1", "Ana Ruiz"),
    "person_by_email",
    "Has the address ana@acme.io.",
    "ana@acme.io",
    (RecordRef("Person", "p2", "Ana R."),),
)
DEAL = Candidate(RecordRef("Deal", "d1", "Renewal"), "deal_by_person", "Open deal of Ana Ruiz.")

UPSELL = RecordRef("Deal", "d9", "Upsell")


@dataclass
class Bench:
    """An organisation with one meeting and one CRM."""

    runtime: Runtime
    crm: Any
    organisation_id: str
    connection_id: str
    destination_id: str
    meeting_id: str

    async def match(self, *finds: Candidate) -> None:
        self.crm.finds[:] = finds
        await match_meeting(self.runtime, self.organisation_id, self.meeting_id)

    def rows(self) -> Sequence[CrmMatch]:
        with self.runtime.database.transaction() as session:
            return Matches(session, self.organisation_id).of_meeting(self.meeting_id)

    def records(self) -> list[str]:
        with self.runtime.database.transaction() as session:
            refs = records_for(session, self.organisation_id, self.meeting_id, self.connection_id)
        return [ref.id for ref in refs]

    def policy(self, **values: Any) -> None:
        with self.runtime.database.transaction() as session:
            session.get_one(Destination, self.destination_id).policy = values

    def add_crm(self, state: ConnectionState) -> None:
        """A second CRM with a destination, which cannot be asked."""
        with self.runtime.database.transaction() as session:
            owner: dict[str, Any] = {"organisation_id": self.organisation_id, "created_at": self.runtime.clock()}
            other = Connection(provider="ledgerly", account_id="a2", tokens="", state=state, **owner)
            session.add(other)
            session.flush()
            session.add(Destination(connection_id=other.id, name="Other CRM", **owner))

    def a_delivery(self) -> str:
        """The id of a delivery to the first CRM that was planned while that one could not be asked."""
        with self.runtime.database.transaction() as session:
            owner: dict[str, Any] = {"organisation_id": self.organisation_id, "meeting_id": self.meeting_id}
            owner["created_at"] = self.runtime.clock()
            done: dict[str, Any] = {
                "state": AnalysisState.COMPLETED,
                "completed_at": self.runtime.clock(),
                "result": {},
            }
            analysis = Analysis(revision=1, inputs="i1", **done, **owner)
            session.add(analysis)
            session.flush()
            delivery = Delivery(
                key="k", kind="destination", destination_id=self.destination_id, analysis_id=analysis.id, **owner
            )
            session.add(delivery)
            session.flush()
            return delivery.id

    def add(self, record: RecordRef) -> CrmMatch:
        return add_match(self.runtime, self.organisation_id, self.meeting_id, self.connection_id, record, actor="usr_1")

    def the(self, record_id: str) -> CrmMatch:
        return next(row for row in self.rows() if row.record_id == record_id)


@pytest.fixture
def crm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    folder = tmp_path / "crms" / "ledgerly"
    folder.mkdir(parents=True)
    (folder / "manifest.toml").write_text(MANIFEST)
    (folder / "connector.py").write_text(CONNECTOR)
    (folder / "__init__.py").touch()
    monkeypatch.setattr(connectors, "__path__", [*connectors.__path__, str(folder.parent)])
    yield registry.connector_class("ledgerly")
    for name in [name for name in sys.modules if name.startswith("connectors.ledgerly")]:
        del sys.modules[name]


@pytest.fixture
def bench(runtime: Runtime, crm: Any) -> Bench:
    now = runtime.clock()
    with runtime.database.transaction() as session:
        organisation = Organisation(name="Northwind", domains=["northwind.example"], created_at=now)
        session.add(organisation)
        session.flush()
        connection_id = new_id("con")
        tokens = TokenSet(access_token="t", refresh_token=None, expires_at=None, scope="")
        owner: dict[str, Any] = {"organisation_id": organisation.id}
        sealed = seal_tokens(runtime.vault, connection_id, tokens)
        session.add(
            Connection(id=connection_id, provider="ledgerly", account_id="a1", tokens=sealed, created_at=now, **owner)
        )
        session.flush()
        destination = Destination(connection_id=connection_id, name="CRM", created_at=now, **owner)
        meeting = Meeting(
            external_id="m1",
            provider="zoom",
            host_email="host@agency.example",
            ical_uid="cal-1",
            created_at=now,
            updated_at=now,
            **owner,
        )
        session.add_all([destination, meeting])
        session.flush()
        session.add_all(_participants(meeting.id, organisation.id))
    return Bench(runtime, crm, organisation.id, connection_id, destination.id, meeting.id)


def _participants(meeting_id: str, organisation_id: str) -> list[Participant]:
    people = {
        "Ana": {"email": "Ana@Acme.io"},
        "Ana again": {"email": "ana@acme.io"},
        "No mail": {},
        "Dana": {"email": "dana@northwind.example"},
        "Sub": {"email": "x@mail.northwind.example"},
        "Flagged": {"email": "contractor@elsewhere.example", "internal": True},
        "Host": {"email": "host@agency.example"},
    }
    return [
        Participant(meeting_id=meeting_id, organisation_id=organisation_id, name=name, **fields)  # type: ignore[arg-type]
        for name, fields in people.items()
    ]


async def test_only_people_from_outside_are_looked_for(bench: Bench) -> None:
    await bench.match(ANA)

    [query] = bench.crm.queries
    assert [person.email for person in query.people] == ["ana@acme.io"]
    assert (query.meeting_id, query.ical_uid, query.own_domains) == (bench.meeting_id, "cal-1", ("northwind.example",))


async def test_what_was_found_is_kept_with_reason_and_alternatives(bench: Bench) -> None:
    await bench.match(ANA, DEAL)

    row = bench.the("p1")
    assert (row.rule, row.reason, row.participant_email) == (ANA.rule, ANA.reason, "ana@acme.io")
    assert [other["id"] for other in row.alternatives] == ["p2"]
    assert bench.records() == ["p1", "d1"]


async def test_matching_again_changes_nothing_and_tells_it_once(bench: Bench) -> None:
    await bench.match(ANA, DEAL)
    before = [row.id for row in bench.rows()]

    await bench.match(ANA, DEAL)

    assert [row.id for row in bench.rows()] == before
    with bench.runtime.database.transaction() as session:
        [entry] = session.exec(select(TimelineEntry)).all()
    assert entry.message == "Belongs to Person Ana Ruiz, Deal Renewal."


async def test_a_contact_that_appears_later_takes_the_place_of_the_company(bench: Bench) -> None:
    await bench.match(Candidate(RecordRef("Company", "c1"), "company_by_domain", "Website.", "ana@acme.io"))

    await bench.match(ANA)

    assert bench.records() == ["p1"]


async def test_a_correction_survives_matching_again(bench: Bench) -> None:
    await bench.match(ANA, DEAL)
    match_id = bench.the("p1").id

    correct_match(bench.runtime, bench.organisation_id, match_id, RecordRef("Person", "p2", "Ana R."), actor="usr_1")
    await bench.match(ANA, DEAL)

    row = bench.the("p2")
    assert sorted(bench.records()) == ["d1", "p2"]
    assert (row.chosen_by, row.reason) == ("usr_1", "Chosen instead of Person Ana Ruiz.")
    assert [other["id"] for other in row.alternatives] == ["p1"]


async def test_correcting_to_a_record_that_stands_already_leaves_it_once(bench: Bench) -> None:
    other = Candidate(RecordRef("Person", "p2"), "person_by_email", "Has bo@acme.io.", "bo@acme.io")
    await bench.match(ANA, other)

    correct_match(bench.runtime, bench.organisation_id, bench.the("p1").id, other.record, actor="usr_1")

    assert bench.records() == ["p2"]


async def test_what_a_person_removed_does_not_come_back(bench: Bench) -> None:
    await bench.match(ANA, DEAL)

    remove_match(bench.runtime, bench.organisation_id, bench.the("d1").id, actor="usr_1")
    await bench.match(ANA, DEAL)

    assert bench.records() == ["p1"]


async def test_an_added_record_stays_beside_what_rules_find(bench: Bench) -> None:
    await bench.match(ANA, DEAL)

    bench.add(UPSELL)
    await bench.match(ANA, DEAL)

    assert sorted(bench.records()) == ["d1", "d9", "p1"]


async def test_another_record_in_the_place_of_an_added_one_says_nothing_about_the_rules_own(bench: Bench) -> None:
    await bench.match(ANA, DEAL)
    added = bench.add(UPSELL)

    correct_match(bench.runtime, bench.organisation_id, added.id, RecordRef("Deal", "d8"), actor="usr_1")
    await bench.match(ANA, DEAL)

    assert sorted(bench.records()) == ["d1", "d8", "p1"]


async def test_an_added_record_that_is_removed_again_takes_nothing_else_with_it(bench: Bench) -> None:
    await bench.match(ANA, DEAL)
    remove_match(bench.runtime, bench.organisation_id, bench.add(UPSELL).id, actor="usr_1")

    await bench.match(ANA, DEAL, Candidate(UPSELL, "deal_by_person", "Open deal of Ana Ruiz."))

    assert sorted(bench.records()) == ["d1", "p1"]


async def test_adding_what_a_person_chose_in_the_place_of_another_changes_nothing(bench: Bench) -> None:
    await bench.match(ANA, DEAL)
    correct_match(bench.runtime, bench.organisation_id, bench.the("d1").id, UPSELL, actor="usr_1")

    bench.add(UPSELL)
    await bench.match(ANA, DEAL)

    assert sorted(bench.records()) == ["d9", "p1"]


async def test_every_correction_is_in_the_audit_log(bench: Bench) -> None:
    await bench.match(ANA, DEAL)
    correct_match(bench.runtime, bench.organisation_id, bench.the("p1").id, RecordRef("Person", "p2"), actor="usr_1")
    remove_match(bench.runtime, bench.organisation_id, bench.the("d1").id, actor="usr_2")

    with bench.runtime.database.transaction() as session:
        entries = session.exec(select(AuditEntry).order_by(AuditEntry.id)).all()

    assert [(entry.actor, entry.action) for entry in entries] == [
        ("usr_1", "match.corrected"),
        ("usr_2", "match.removed"),
    ]
    assert entries[0].details["from"] == "Person:p1"


async def test_other_organisations_matches_do_not_exist(bench: Bench) -> None:
    await bench.match(ANA)

    with pytest.raises(NotFound):
        remove_match(bench.runtime, "org_other", bench.the("p1").id, actor="usr_1")
    with pytest.raises(NotFound):
        await match_meeting(bench.runtime, "org_other", bench.meeting_id)


async def test_a_crm_that_is_down_is_told_and_loses_nothing(bench: Bench) -> None:
    await bench.match(ANA)
    bench.crm.error = ProviderUnavailable("away")

    with pytest.raises(ProviderUnavailable):
        await bench.match(ANA)

    assert bench.records() == ["p1"]


async def test_a_switched_off_destination_is_not_asked(bench: Bench) -> None:
    with bench.runtime.database.transaction() as session:
        session.get_one(Destination, bench.destination_id).enabled = False

    await bench.match(ANA)

    assert bench.crm.queries == []


async def test_undoing_a_correction_lets_the_rules_choose_again(bench: Bench) -> None:
    await bench.match(ANA, DEAL)
    match_id = bench.the("p1").id
    correct_match(bench.runtime, bench.organisation_id, match_id, RecordRef("Person", "p2", "Ana R."), actor="usr_1")

    await undo_correction(bench.runtime, bench.organisation_id, match_id, actor="usr_1")

    assert sorted(bench.records()) == ["d1", "p1"]
    assert bench.the("p1").chosen_by == "rule"


async def test_undoing_a_removal_brings_the_record_back(bench: Bench) -> None:
    await bench.match(ANA, DEAL)
    match_id = bench.the("d1").id
    remove_match(bench.runtime, bench.organisation_id, match_id, actor="usr_1")

    await undo_correction(bench.runtime, bench.organisation_id, match_id, actor="usr_1")

    assert sorted(bench.records()) == ["d1", "p1"]


async def test_a_correction_stays_when_the_crm_cannot_be_asked(bench: Bench) -> None:
    await bench.match(ANA)
    match_id = bench.the("p1").id
    remove_match(bench.runtime, bench.organisation_id, match_id, actor="usr_1")
    bench.crm.error = ProviderUnavailable("away")

    with pytest.raises(Unavailable, match="away"):
        await undo_correction(bench.runtime, bench.organisation_id, match_id, actor="usr_1")

    assert bench.records() == []


async def test_what_a_rule_chose_cannot_be_given_back_to_rules(bench: Bench) -> None:
    await bench.match(ANA)

    with pytest.raises(Conflict):
        await undo_correction(bench.runtime, bench.organisation_id, bench.the("p1").id, actor="usr_1")


async def test_policies_reach_the_crm(bench: Bench) -> None:
    bench.policy(leads=False, closed_deals=True)

    await bench.match(ANA)

    [query] = bench.crm.queries
    assert (query.leads, query.closed_deals, query.companies) == (False, True, True)


@pytest.mark.parametrize(
    ("choice", "asked"), [("skip", None), ("activity", []), ("people", ["dana@northwind.example"])]
)
async def test_a_meeting_of_own_people_is_looked_for_as_the_policy_says(
    bench: Bench, choice: str, asked: list[str] | None
) -> None:
    bench.policy(internal_meetings=choice)
    with bench.runtime.database.transaction() as session:
        for person in session.exec(select(Participant)).all():
            if person.name == "Dana":
                person.internal = True
            else:
                session.delete(person)

    await bench.match()

    queries = bench.crm.queries
    assert [[person.email for person in query.people] for query in queries] == ([] if asked is None else [asked])
    assert all(not query.companies for query in queries if query.people)


async def test_a_disconnected_crm_is_not_asked(bench: Bench) -> None:
    bench.add_crm(ConnectionState.REVOKED)

    await bench.match(ANA)

    assert bench.records() == ["p1"]


async def test_a_late_match_asks_the_crm_of_its_delivery_alone(bench: Bench) -> None:
    bench.add_crm(ConnectionState.RECONNECT)

    with pytest.raises(Unneeded, match="no record"):
        await send(bench.runtime, bench.a_delivery())

    assert len(bench.crm.queries) == 1
