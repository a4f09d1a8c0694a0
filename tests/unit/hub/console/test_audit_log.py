"""The audit log as people read and export it."""

import csv
import io
import re
from datetime import datetime
from pathlib import Path

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from hub.accounts import audit
from hub.accounts.repository import AuditEntries
from hub.accounts.sessions import Member
from hub.connections.models import Connection
from hub.console.audit_text import _SENTENCES, AREAS, told
from hub.deliveries import service
from hub.deliveries.service import NewDestination, NewEndpoint
from hub.runtime import Runtime
from tests.support.console import seed_meeting

Owner = tuple[str, Member]
SOURCES = Path(__file__).parents[4] / "hub"


def record(runtime: Runtime, owner: Owner, action: str, subject: str = "", **details: object) -> None:
    member = owner[1]
    with runtime.database.transaction() as session:
        audit.record(
            session, organisation_id=member.organisation_id, actor=member.user_id, action=action, subject=subject,
            at=runtime.clock(), details=details,
        )  # fmt: skip


def test_every_action_of_the_hub_has_a_sentence_and_an_area() -> None:
    texts = [path.read_text(encoding="utf-8") for path in SOURCES.rglob("*.py") if path.parent.name != "console"]
    written = " ".join(text for text in texts if "audit.record(" in text or "record_member(" in text)
    nouns = {action.partition(".")[0] for action in _SENTENCES} | {"organisation"}
    actions = set(re.findall(rf'"((?:{"|".join(nouns)})\.[a-z_]+)"', written)) - NO_ACTIONS

    assert actions - _SENTENCES.keys() == {"organisation.changed"}
    begun = tuple(name for area in AREAS.values() for name in area.actions)
    assert [action for action in actions if not action.startswith(begun)] == []


NO_ACTIONS = {"connection.not_revoked"}
"""What the log of the process calls that, beside what the audit log says."""


def test_what_was_done_is_said_with_names(runtime: Runtime, owner: Owner, browser_of_owner: TestClient) -> None:
    organisation_id, dana = owner[1].organisation_id, owner[1].user_id
    meeting = seed_meeting(runtime, organisation_id)
    endpoint, _ = service.create_endpoint(
        runtime, organisation_id, NewEndpoint("https://example.com/hook?token=secret"), actor=dana
    )
    service.delete_endpoint(runtime, organisation_id, endpoint.id, actor="hub")
    with runtime.database.transaction() as session:
        connection = session.exec(select(Connection).where(Connection.provider == "salesforce")).one()
    new = NewDestination(connection.id, "#deals", target={"channel": "C1"})
    destination = service.create_destination(runtime, organisation_id, new, actor=dana)
    service.delete_destination(runtime, organisation_id, destination.id, actor=dana)
    record(runtime, owner, "meeting.reprocessed", meeting.id)
    record(runtime, owner, "connection.created", connection.id, provider="salesforce", account="Northwind")

    page = browser_of_owner.get("/settings/audit").text

    for sentence in (
        "Added the webhook https://example.com/hook<", "Removed the webhook https://example.com/hook<",
        "Added the destination #deals", "Removed the destination #deals",
        "Had Renewal and rollout, Contoso analysed again", "Connected Salesforce (Northwind)",
    ):  # fmt: skip
        assert sentence in page
    assert "token=secret" not in page
    assert 'data-label="Who">The hub<' in page


@pytest.mark.parametrize("action", sorted({*_SENTENCES, "organisation.changed", "something.new"}))
def test_an_entry_without_details_is_told_all_the_same(runtime: Runtime, owner: Owner, action: str) -> None:
    record(runtime, owner, action, "con_gone")
    with runtime.database.transaction() as session:
        rows = AuditEntries(session, owner[1].organisation_id)
        (entry,) = told(session, owner[1].organisation_id, [row for row in rows.all() if row.action == action][-1:])
    assert entry.what
    assert "{" not in entry.what


def test_the_log_is_read_page_by_page_and_by_area(runtime: Runtime, owner: Owner, browser_of_owner: TestClient) -> None:
    for number in range(60):
        record(runtime, owner, "api_key.revoked", "key_1", name=f"key {number}.", hint="abcd")
    record(runtime, owner, "member.signed_in", owner[1].user_id)

    first = browser_of_owner.get("/settings/audit?about=keys").text
    assert "key 59." in first
    assert "Signed in" not in first
    earlier = re.search(r'href="(/settings/audit\?about=keys&amp;cursor=\w+)"', first)
    assert earlier is not None
    second = browser_of_owner.get(earlier[1].replace("&amp;", "&")).text
    assert "key 0." in second
    assert "key 59." not in second
    assert "Nothing here" in browser_of_owner.get("/settings/audit?about=deliveries").text


def test_the_export_is_whole_and_runs_nothing(runtime: Runtime, owner: Owner, browser_of_owner: TestClient) -> None:
    for number in range(210):
        record(runtime, owner, "api_key.revoked", "=HYPERLINK(1)", name=f"key {number}", hint="abcd")

    answer = browser_of_owner.get("/settings/audit.csv?about=keys")

    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert answer.headers["content-type"].startswith("text/csv")
    assert {row["what"] for row in rows} == {f"Revoked the API key key {number} (\u2026abcd)" for number in range(210)}
    assert {row["subject"] for row in rows} == {"'=HYPERLINK(1)"}
    assert datetime.fromisoformat(rows[0]["at"]).tzinfo is not None
