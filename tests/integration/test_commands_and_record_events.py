"""What people ask at Slack, what Slack says about our access, and what a CRM says about its records."""

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from pydantic import SecretStr
from sqlmodel import select

from connectors.base.records import Candidate, EventKind, InboundRequest, RecordChange, RecordRef, SourceEvent
from hub.accounts.models import Organisation
from hub.analysis.models import Analysis, AnalysisState
from hub.connections.models import Connection, ConnectionState
from hub.connections.sealing import seal_tokens
from hub.crm.models import CrmMatch
from hub.crm.repository import Matches
from hub.crm.service.matching import store_candidates
from hub.deliveries.models import Delivery, DeliveryState, Destination
from hub.ingest.following import follow
from hub.ingest.models import InboundEvent
from hub.ingest.sealing import seal_event
from hub.ingest.service import accept
from hub.meetings import anonymising
from hub.meetings.models import Meeting, Participant, TimelineEntry
from hub.runtime import Runtime
from hub.settings import OAuthApp
from oauth.tokens import TokenSet
from sandbox.slack.simulator import sign

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
RESULT = {
    "vad": {"valence": 0.6, "arousal": 0.5, "dominance": 0.4},
    "summary": "Priya Shah spoke most.",
    "alerts": [
        {"type": "arousal_high", "value": 0.9, "threshold": 0.8, "offset_s": 3.0, "speaker": "Priya Shah"},
        {"type": "valence_low", "value": 0.1, "threshold": 0.25, "offset_s": 5.0, "speaker": "Omar Haddad"},
    ],
    "speakers": [{"name": "Priya Shah", "talk_time_s": 30.0}, {"name": "Omar Haddad", "talk_time_s": 20.0}],
    "sentences": [{"speaker": "Priya Shah", "text": "We are ready."}, {"speaker": "Omar Haddad", "text": "Good."}],
}


@dataclass(frozen=True)
class Office:
    """An organisation with a Slack channel, a CRM and one meeting whose result stands in the channel."""

    runtime: Runtime
    organisation: Organisation
    slack: Connection
    crm: Connection
    meeting: Meeting

    def ask(self, text: str, channel: str = "C0DEALROOM", team: str = "T0DEMO") -> dict[str, Any]:
        fields = {"team_id": team, "channel_id": channel, "command": "/echodepth", "text": text}
        answer = self.send(urlencode(fields).encode(), "application/x-www-form-urlencoded")
        assert answer is not None
        body: dict[str, Any] = json.loads(answer)
        assert body["response_type"] == "ephemeral"
        return body

    def send(self, body: bytes, content_type: str = "application/json") -> bytes | None:
        headers = {**sign(body), "content-type": content_type}
        answer = accept(self.runtime, "slack", InboundRequest("POST", "https://hub.example/hooks/slack", headers, body))
        return answer.body if answer else None

    def hear(self, kind: EventKind, change: RecordChange) -> int:
        event = SourceEvent(kind, "62515", f"{kind}:{change}", NOW, records=change)
        row = InboundEvent(
            organisation_id=self.organisation.id,
            connection_id=self.crm.id,
            provider="hubspot",
            key=event.key,
            kind=kind,
            body=seal_event(self.runtime.vault, self.crm.id, event),
            occurred_at=NOW,
            received_at=NOW,
        )
        with self.runtime.database.transaction() as session:
            session.add(row)
        return follow(self.runtime, row.id)


@pytest.fixture
def office(runtime: Runtime) -> Office:
    app = OAuthApp(client_id="c", webhook_secret=SecretStr("demo-slack-signing-secret"))
    hub = replace(runtime, settings=runtime.settings.model_copy(update={"oauth_apps": {"slack": app}}))
    return _office(hub, "Northwind")


def _office(hub: Runtime, name: str, team: str = "T0DEMO") -> Office:
    with hub.database.transaction() as session:
        session.add(organisation := Organisation(name=name, created_at=NOW))
        session.flush()
        slack, crm = _connection(hub, organisation, "slack", team), _connection(hub, organisation, "hubspot", "62515")
        session.add_all([slack, crm])
        session.flush()
        meeting = Meeting(
            organisation_id=organisation.id,
            connection_id=slack.id,
            external_id="u1",
            provider="zoom",
            title=f"Renewal of {name}",
            host_email="dana.reyes@northwind.example",
            created_at=NOW,
            updated_at=NOW,
        )
        session.add(meeting)
        session.flush()
        session.add_all(_people(meeting))
        session.add(analysis := _analysis(meeting))
        session.add(destination := _channel(slack))
        session.flush()
        session.add(_delivery(destination, analysis))
    return Office(hub, organisation, slack, crm, meeting)


def test_last_gives_the_newest_result_that_was_sent_to_this_channel(office: Office) -> None:
    told = office.ask("last")

    assert told["text"] == "Renewal of Northwind: Trust Score 61, 2 alerts"
    assert told["blocks"]


@pytest.mark.parametrize("channel", ["C0GENERAL", ""])
def test_a_channel_that_gets_no_results_hears_none(office: Office, channel: str) -> None:
    assert office.ask("last", channel) == {
        "response_type": "ephemeral",
        "text": "Results are not sent here. An admin can choose where they go in the hub's console.",
    }
    assert "Renewal" not in json.dumps(office.ask("status", channel))


def test_another_workspace_hears_nothing_of_this_one(office: Office) -> None:
    _office(office.runtime, "Contoso", team="T0OTHER")

    assert "Renewal of Contoso" in office.ask("last", team="T0OTHER")["text"]
    assert "Renewal of Northwind" in office.ask("last")["text"]
    assert "not connected" in office.ask("last", team="T0NOBODY")["text"]


def test_status_says_what_arrives_here_and_which_account_needs_somebody(office: Office) -> None:
    with office.runtime.database.transaction() as session:
        session.get_one(Connection, office.crm.id).state = ConnectionState.RECONNECT

    assert office.ask("status")["text"].splitlines() == [
        "Results are sent here: 0 on their way, 0 could not be delivered.",
        "Slack works.",
        "HubSpot has to be connected again.",
    ]


@pytest.mark.parametrize("text", ["", "help", "sing"])
def test_anything_else_gets_help(office: Office, text: str) -> None:
    assert office.ask(text)["text"].startswith("last: the newest result that was sent here")


def test_a_revoked_token_asks_for_a_reconnection(office: Office) -> None:
    event = {"type": "tokens_revoked", "tokens": {"bot": ["U0DEMOHUB1"]}}
    body = {"type": "event_callback", "team_id": "T0DEMO", "event_id": "Ev1", "event_time": 1795082400, "event": event}

    assert office.send(json.dumps(body).encode()) is None

    stored = _one(office.runtime, Connection, office.slack.id)
    assert (stored.state, stored.state_reason) == (
        ConnectionState.RECONNECT,
        "the provider says that it revoked our access",
    )
    assert "not connected" in office.ask("last")["text"]


def test_a_match_follows_its_record_through_a_merge(office: Office) -> None:
    _match(office, "Contact", "501", "priya@contoso.example")

    assert office.hear(EventKind.RECORD_MERGED, RecordChange("Contact", ("501", "502"), "900")) == 1

    [match] = _all(office.runtime, CrmMatch)
    assert (match.record_id, match.record_url) == ("900", "https://app.hubspot.com/contacts/62515/record/0-1/900")
    [entry] = _all(office.runtime, TimelineEntry)
    assert entry.message == "Contact 501 was merged into 900 in the CRM."


def test_two_matches_that_become_one_record_leave_what_a_person_decided(office: Office) -> None:
    _match(office, "Deal", "501", None, chosen_by="usr_1")
    _match(office, "Deal", "900", None)

    office.hear(EventKind.RECORD_MERGED, RecordChange("Deal", ("501",), "900"))

    [match] = _all(office.runtime, CrmMatch)
    assert (match.record_id, match.chosen_by) == ("900", "usr_1")


def test_a_deleted_record_gets_nothing_more(office: Office) -> None:
    _match(office, "Contact", "501", "priya@contoso.example")
    _match(office, "Contact", "777", "omar@contoso.example")

    office.hear(EventKind.RECORD_DELETED, RecordChange("Contact", ("501",)))

    assert _standing(office) == ["777"]
    assert {person.email for person in _all(office.runtime, Participant)} >= {"priya@contoso.example"}


def test_the_same_record_of_another_account_stays(office: Office) -> None:
    other = _office(office.runtime, "Contoso", team="T0OTHER")
    _match(other, "Contact", "501", "priya@contoso.example")

    office.hear(EventKind.RECORD_DELETED, RecordChange("Contact", ("501",)))

    assert _standing(other) == ["501"]


def test_a_record_that_is_found_again_gets_results_again(office: Office) -> None:
    _match(office, "Contact", "501", "priya@contoso.example", chosen_by="usr_1")
    office.hear(EventKind.RECORD_DELETED, RecordChange("Contact", ("501",)))

    record = RecordRef("Contact", "501", "Priya Shah")
    found = Candidate(record, "contact_by_email", "Priya Shah has this address", "priya@contoso.example")
    store_candidates(office.runtime, office.crm, office.meeting.id, [found])

    assert _standing(office) == ["501"]


@pytest.mark.parametrize("order", [("deleted", "forgotten"), ("forgotten", "deleted")])
def test_a_privacy_deletion_forgets_the_person_before_and_after_the_record_is_deleted(
    office: Office, order: tuple[str, str]
) -> None:
    _match(office, "Contact", "501", "priya@contoso.example")
    kinds = {"deleted": EventKind.RECORD_DELETED, "forgotten": EventKind.PERSON_FORGOTTEN}

    for what in order:
        office.hear(kinds[what], RecordChange("Contact", ("501",)))

    assert {person.email for person in _all(office.runtime, Participant)} == {"", "omar@contoso.example"}
    assert _all(office.runtime, CrmMatch) == []


def test_a_privacy_deletion_that_is_cut_off_is_done_when_it_is_followed_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    _match(office, "Contact", "501", "priya@contoso.example")
    with monkeypatch.context() as cut_off:
        cut_off.setattr(anonymising, "_anonymise", _raise)
        with pytest.raises(ConnectionError):
            office.hear(EventKind.PERSON_FORGOTTEN, RecordChange("Contact", ("501",)))

    [event] = _all(office.runtime, InboundEvent)
    follow(office.runtime, event.id)

    assert {person.email for person in _all(office.runtime, Participant)} == {"", "omar@contoso.example"}
    assert _all(office.runtime, CrmMatch) == []


def test_who_asks_to_be_forgotten_is_gone_from_results_people_and_records(office: Office) -> None:
    _match(office, "Contact", "501", "priya@contoso.example")

    office.hear(EventKind.PERSON_FORGOTTEN, RecordChange("Contact", ("501",)))

    stored = json.dumps([row.model_dump(mode="json") for model in KEPT for row in _all(office.runtime, model)])
    assert "Priya" not in stored
    assert "priya@" not in stored
    [analysis] = _all(office.runtime, Analysis)
    assert [row["speaker"] for row in analysis.result["alerts"]] == ["Omar Haddad"]
    assert analysis.result["summary"] == "Somebody spoke most."
    assert {person.email for person in _all(office.runtime, Participant)} == {"", "omar@contoso.example"}
    assert _all(office.runtime, CrmMatch) == []


def test_a_meeting_that_was_about_nobody_else_goes_whole(office: Office) -> None:
    with office.runtime.database.transaction() as session:
        session.delete(session.exec(select(Participant).where(Participant.name == "Omar Haddad")).one())
    _match(office, "Contact", "501", "priya@contoso.example")

    office.hear(EventKind.PERSON_FORGOTTEN, RecordChange("Contact", ("501",)))

    assert [_all(office.runtime, model) for model in KEPT] == [[] for _ in KEPT]


KEPT: tuple[type[Any], ...] = (Meeting, Participant, Analysis, Delivery, CrmMatch, TimelineEntry)


def _connection(hub: Runtime, organisation: Organisation, provider: str, account_id: str) -> Connection:
    row = Connection(
        organisation_id=organisation.id, provider=provider, account_id=account_id, tokens="", created_at=NOW
    )
    row.tokens = seal_tokens(hub.vault, row.id, TokenSet("access"))
    return row


def _people(meeting: Meeting) -> list[Participant]:
    people = [
        Participant(organisation_id="", meeting_id="", name="Dana Reyes", internal=True, host=True),
        Participant(organisation_id="", meeting_id="", name="Priya Shah", email="priya@contoso.example"),
        Participant(organisation_id="", meeting_id="", name="Omar Haddad", email="omar@contoso.example"),
    ]
    for person in people:
        person.organisation_id, person.meeting_id = meeting.organisation_id, meeting.id
        person.speaker = None if person.internal else person.name
    return people


def _analysis(meeting: Meeting) -> Analysis:
    return Analysis(
        organisation_id=meeting.organisation_id,
        meeting_id=meeting.id,
        state=AnalysisState.COMPLETED,
        trust_score=61.0,
        alert_count=2,
        duration_s=90.0,
        result=dict(RESULT),
        created_at=NOW,
        completed_at=NOW + HOUR,
    )


def _channel(slack: Connection) -> Destination:
    return Destination(
        organisation_id=slack.organisation_id,
        connection_id=slack.id,
        name="#deal-room",
        target={"channel": "C0DEALROOM", "name": "deal-room"},
        created_at=NOW,
    )


def _delivery(destination: Destination, analysis: Analysis) -> Delivery:
    return Delivery(
        organisation_id=destination.organisation_id,
        key=f"{analysis.id}:1:{destination.id}",
        kind="destination",
        destination_id=destination.id,
        meeting_id=analysis.meeting_id,
        analysis_id=analysis.id,
        state=DeliveryState.SUCCEEDED,
        receipt={"summary": "Message about Priya Shah."},
        created_at=NOW,
        finished_at=NOW,
    )


def _match(office: Office, record_type: str, record_id: str, email: str | None, chosen_by: str = "rule") -> None:
    row = CrmMatch(
        organisation_id=office.organisation.id,
        meeting_id=office.meeting.id,
        connection_id=office.crm.id,
        provider="hubspot",
        record_type=record_type,
        record_id=record_id,
        record_name="Priya Shah",
        record_url=f"https://app.hubspot.com/contacts/62515/record/0-1/{record_id}",
        participant_email=email,
        rule="contact_by_email",
        reason="Priya Shah has this address",
        chosen_by=chosen_by,
        created_at=NOW,
    )
    with office.runtime.database.transaction() as session:
        session.add(row)


def _standing(office: Office) -> list[str]:
    with office.runtime.database.transaction() as session:
        rows = Matches(session, office.organisation.id).of_meeting(office.meeting.id, office.crm.id)
        assert rows == Matches(session, office.organisation.id).decided(office.meeting.id)
        return [row.record_id for row in rows]


def _raise(*_args: Any) -> None:
    raise ConnectionError("cut off")


def _one(runtime: Runtime, model: type[Any], row_id: str) -> Any:
    with runtime.database.transaction() as session:
        return session.get_one(model, row_id)


def _all(runtime: Runtime, model: type[Any]) -> list[Any]:
    with runtime.database.transaction() as session:
        return list(session.exec(select(model)).all())
