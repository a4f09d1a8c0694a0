"""Results as Team Chat messages to the meeting's host, in the simulated account."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import tenacity

from connectors.base.errors import ProviderUnavailable, RateLimited, RequestRejected
from connectors.base.records import Moment, Receipt, Report, Target
from hub.connections.access import open_notifier
from hub.runtime import Runtime
from tests.support.reports import a_report
from tests.support.zoom_lab import ZoomLab, zoom_lab

OWNER = Target({"to": "owner"})
HOST = "dana.reyes@northwind.example"


@pytest.fixture
def lab(tmp_path: Path, runtime: Runtime) -> Iterator[ZoomLab]:
    with zoom_lab(tmp_path, runtime) as built:
        yield built


def test_the_host_hears_the_result_with_its_interval_and_a_link(lab: ZoomLab) -> None:
    receipt = _notify(lab, a_report(title="Renewal\n<Acme>"))

    [message] = _messages(lab)
    lines = message["message"].splitlines()
    assert message["to_contact"] == HOST
    assert lines[0] == "Renewal <Acme>"
    assert "Trust Score 72 of 100 (between 64 and 80)" in lines
    assert "Valence 0.61, arousal 0.50, dominance not known" in lines
    assert "• ▼ 10:12 Priya Raman, hesitation: “Hesitated before the price”" in lines
    assert lines[-1] == "Open the analysis: https://hub.example/meetings/mtg_01?tab=a&b=c"
    assert receipt.summary == f"Chat message to {HOST}."


def test_an_abstained_score_is_said_and_never_shown_as_a_number(lab: ZoomLab) -> None:
    _notify(lab, a_report(trust_score=None, trust_interval=None, abstained_reason="Too little speech."))

    assert "No Trust Score: Too little speech." in _messages(lab)[0]["message"]


@pytest.mark.parametrize("kind", ["cut", "500_after"])
def test_a_lost_answer_and_its_retry_leave_exactly_one_message(lab: ZoomLab, kind: str) -> None:
    lab.order("faults", [{"provider": "zoom", "kind": kind, "path": "/chat/users/me/messages", "method": "POST"}])
    with pytest.raises(ProviderUnavailable):
        _notify(lab, a_report())

    receipt = _notify(lab, a_report())

    [message] = _messages(lab)
    assert receipt.ids["message_id"] == message["id"]


@pytest.mark.parametrize("with_receipt", [True, False])
def test_a_later_revision_changes_the_message_in_place(lab: ZoomLab, with_receipt: bool) -> None:
    first = _notify(lab, a_report())

    receipt = _notify(
        lab, a_report(analysis_id="ana_02", revision=2, trust_score=55.0), first if with_receipt else None
    )

    [message] = _messages(lab)
    assert message["id"] == first.ids["message_id"]
    assert "Trust Score 55" in message["message"]
    assert message["message"].startswith("Renewal with Acme (updated, revision 2)")
    assert receipt.ids["revision"] == "2"


@pytest.mark.parametrize("with_receipt", [True, False])
def test_an_older_revision_that_comes_late_changes_nothing(lab: ZoomLab, with_receipt: bool) -> None:
    second = _notify(lab, a_report(analysis_id="ana_02", revision=2, trust_score=55.0))

    _notify(lab, a_report(), second if with_receipt else None)

    [message] = _messages(lab)
    assert "Trust Score 55" in message["message"]


def test_a_revision_of_a_message_that_somebody_deleted_is_sent_anew(lab: ZoomLab) -> None:
    first = _notify(lab, a_report())
    lab.order(f"zoom/chat/{first.ids['message_id']}", None, "DELETE")

    _notify(lab, a_report(analysis_id="ana_02", revision=2), first)

    [message] = _messages(lab)
    assert message["id"] != first.ids["message_id"]


def test_our_message_is_found_among_many_others(lab: ZoomLab) -> None:
    first = _notify(lab, a_report())
    for number in range(60):
        _notify_patiently(lab, a_report(meeting_id=f"mtg_{number}", url=f"https://hub.example/meetings/mtg_{number}"))

    again = _notify_patiently(lab, a_report())

    assert len(_messages(lab)) == 61
    assert again.ids["message_id"] == first.ids["message_id"]


@pytest.mark.parametrize("address", ["", "stranger@elsewhere.example"])
def test_a_host_who_cannot_be_reached_is_said_in_words(lab: ZoomLab, address: str) -> None:
    with pytest.raises(RequestRejected) as raised:
        _notify(lab, a_report(host_email=address))

    assert raised.value.code == "owner_unknown"
    assert "host" in raised.value.message


def test_a_long_report_is_cut_to_what_zoom_takes_and_keeps_its_link(lab: ZoomLab) -> None:
    moments = tuple(Moment(60.0 * n, "A very long sentence about what changed here. " * 5, n) for n in range(9))
    report = a_report(
        moments=moments, title="T" * 500, alerts=a_report().alerts * 9, url="https://hub.example/" + "m" * 500
    )

    _notify(lab, report)

    [message] = _messages(lab)
    assert len(message["message"]) <= 1024
    assert message["message"].endswith(report.url)


def test_people_can_look_at_the_conversation(lab: ZoomLab) -> None:
    _notify(lab, a_report(title="Renewal <b>"))

    page = httpx.get(f"{lab.url}/zoom/chat", trust_env=False, timeout=30)

    assert page.status_code == 200
    assert "Renewal &lt;b&gt;" in page.text
    assert 'href="https://hub.example/meetings/mtg_01?tab=a&amp;b=c"' in page.text


def _notify(lab: ZoomLab, report: Report, previous: Receipt | None = None) -> Receipt:
    async def send() -> Receipt:
        async with open_notifier(lab.runtime, lab.connection.organisation_id, lab.connection.id) as notifier:
            return await notifier.notify(report, OWNER, previous)

    return asyncio.run(send())


@tenacity.retry(retry=tenacity.retry_if_exception_type(RateLimited), wait=tenacity.wait_fixed(1), reraise=True)
def _notify_patiently(lab: ZoomLab, report: Report) -> Receipt:
    """As the outbox does when Zoom's limit for a second is used up."""
    return _notify(lab, report)


def _messages(lab: ZoomLab) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = lab.order("state/zoom", None, "GET")["chat_messages"]
    return found
