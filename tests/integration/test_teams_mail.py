"""Results as mails to the meeting's organiser, in the simulated mailbox."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlmodel import select

from connectors.base.errors import ProviderUnavailable, RequestRejected
from connectors.base.records import Receipt, Report, Target
from hub.analysis.models import Analysis
from hub.connections.access import open_notifier
from hub.connections.models import Connection
from hub.deliveries import receipts
from hub.deliveries.models import Delivery, Destination
from hub.deliveries.sending import send
from hub.meetings.models import Meeting
from hub.runtime import Runtime
from tests.support.console import seed_meeting
from tests.support.reports import a_report
from tests.support.teams_lab import EVERYBODY, MINE, TeamsLab, teams_lab

OWNER = Target({"to": "owner"})


@pytest.fixture
def lab(tmp_path: Path, runtime: Runtime) -> Iterator[TeamsLab]:
    with teams_lab(tmp_path, runtime) as built:
        yield built


@pytest.mark.parametrize("config", [MINE, EVERYBODY], ids=["my_meetings", "whole_organisation"])
def test_the_organiser_gets_the_result_as_html_and_as_text(lab: TeamsLab, config: dict[str, str]) -> None:
    connection = lab.connect(config)

    receipt = asyncio.run(_notify(lab, connection, a_report(title="Renewal <Acme & Söhne>")))

    [mail] = _mails(lab)
    assert mail["to"] == ["dana.reyes@northwind.example"]
    assert mail["subject"] == "Renewal <Acme & Söhne>: Trust Score 72"
    assert "Trust Score 72 of 100 (between 64 and 80)" in mail["text"]
    assert "Renewal &lt;Acme &amp; Söhne&gt;" in mail["html"]
    assert "Renewal <Acme" not in mail["html"]
    assert "https://hub.example/meetings/mtg_01?tab=a&b=c" in mail["text"]
    assert mail["headers"]["X-EchoDepth-Analysis"] == "ana_01"
    assert receipt.summary == "Mail to dana.reyes@northwind.example."


def test_people_can_look_at_the_mail(lab: TeamsLab) -> None:
    connection = lab.connect(EVERYBODY)
    asyncio.run(_notify(lab, connection, a_report()))
    [mail] = _mails(lab)

    pages = [
        httpx.get(f"{lab.url}/teams/mail/{mail['id']}{part}", trust_env=False, timeout=30)
        for part in ("", "/html", "/text")
    ]

    assert all(page.status_code == 200 for page in pages)
    assert "Trust Score" in pages[1].text


def test_a_revision_is_mailed_once(lab: TeamsLab) -> None:
    connection = lab.connect(EVERYBODY)
    first = asyncio.run(_notify(lab, connection, a_report()))

    again = asyncio.run(_notify(lab, connection, a_report(), first))
    second = asyncio.run(_notify(lab, connection, a_report(analysis_id="ana_02", revision=2), first))
    late = asyncio.run(_notify(lab, connection, a_report(), second))

    assert again == first
    assert late == second
    assert [mail["subject"].endswith("(updated)") for mail in _mails(lab)] == [False, True]


def test_a_person_who_sends_a_result_again_gets_another_mail(lab: TeamsLab) -> None:
    delivery_id = _delivery(lab, lab.connect(EVERYBODY))

    counts = []
    for generation in (0, 0, 1):
        _set_generation(lab, delivery_id, generation)
        receipt = asyncio.run(send(lab.runtime, delivery_id))
        _keep(lab, delivery_id, receipt)
        counts.append(len(_mails(lab)))

    assert counts == [1, 1, 2]


@pytest.mark.parametrize("address", ["", "somebody@elsewhere.example"])
def test_an_organiser_who_cannot_be_reached_is_said_in_words(lab: TeamsLab, address: str) -> None:
    connection = lab.connect(EVERYBODY)

    with pytest.raises(RequestRejected) as raised:
        asyncio.run(_notify(lab, connection, a_report(host_email=address)))

    assert raised.value.code == "owner_unknown"


def test_an_outage_is_worth_another_try(lab: TeamsLab) -> None:
    connection = lab.connect(EVERYBODY)
    lab.order("faults", [{"provider": "teams", "kind": "500", "path": "/sendMail"}])

    with pytest.raises(ProviderUnavailable):
        asyncio.run(_notify(lab, connection, a_report()))

    assert _mails(lab) == []


def test_a_report_without_a_score_says_why(lab: TeamsLab) -> None:
    connection = lab.connect(MINE)
    report = a_report(trust_score=None, trust_interval=None, abstained_reason="Too little speech.", started_at=None)

    asyncio.run(_notify(lab, connection, report))

    [mail] = _mails(lab)
    assert "No Trust Score: Too little speech." in mail["text"]
    assert "Too little speech." in mail["html"]
    assert mail["subject"] == "Renewal with Acme: no Trust Score"


def test_a_title_with_line_breaks_adds_no_headers(lab: TeamsLab) -> None:
    connection = lab.connect(EVERYBODY)

    asyncio.run(_notify(lab, connection, a_report(title="Renewal\r\nBcc: everybody@northwind.example")))

    [mail] = _mails(lab)
    assert mail["to"] == ["dana.reyes@northwind.example"]
    assert mail["subject"].startswith("Renewal Bcc:")


async def _notify(lab: TeamsLab, connection: Connection, report: Report, previous: Receipt | None = None) -> Receipt:
    async with open_notifier(lab.runtime, connection.organisation_id, connection.id) as notifier:
        [option] = await notifier.targets()
        assert option.facts == OWNER.facts
        return await notifier.notify(report, OWNER, previous)


def _delivery(lab: TeamsLab, connection: Connection) -> str:
    """A finished meeting, and its result on the way to the organiser."""
    meeting = seed_meeting(lab.runtime, connection.organisation_id)
    with lab.runtime.database.transaction() as session:
        analysis = session.exec(select(Analysis).where(Analysis.meeting_id == meeting.id)).one()
        now: dict[str, Any] = {"organisation_id": connection.organisation_id, "created_at": meeting.created_at}
        session.get_one(Meeting, meeting.id).host_email = "dana.reyes@northwind.example"
        destination = Destination(connection_id=connection.id, name="Owner", target=dict(OWNER.facts), **now)
        session.add(destination)
        session.flush()
        made = Delivery(
            key="again", kind="destination", destination_id=destination.id, meeting_id=meeting.id,
            analysis_id=analysis.id, **now,
        )  # fmt: skip
        session.add(made)
        return made.id


def _set_generation(lab: TeamsLab, delivery_id: str, generation: int) -> None:
    with lab.runtime.database.transaction() as session:
        session.get_one(Delivery, delivery_id).generation = generation


def _keep(lab: TeamsLab, delivery_id: str, receipt: Receipt) -> None:
    with lab.runtime.database.transaction() as session:
        session.get_one(Delivery, delivery_id).receipt = receipts.to_json(receipt)


def _mails(lab: TeamsLab) -> list[dict[str, Any]]:
    mails: list[dict[str, Any]] = lab.state()["mails"]
    return mails
