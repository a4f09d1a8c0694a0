"""The overview says what needs a person: results that are late, and accounts that do not work."""

from datetime import timedelta

from fastapi import FastAPI
from sqlmodel import select

from hub.accounts.sessions import Member
from hub.connections.models import Connection, ConnectionState
from hub.deliveries.models import Destination
from hub.meetings.models import Meeting, MeetingState
from hub.runtime import Runtime
from tests.unit.hub.console.conftest import browser_with


def test_a_result_that_will_be_late_and_one_that_is_are_shown(
    runtime: Runtime, app: FastAPI, owner: tuple[str, Member]
) -> None:
    _recorded(runtime, owner[1], "Renewal", hours_ago=22)
    _recorded(runtime, owner[1], "Kick-off", hours_ago=25)

    page = browser_with(app, owner[0]).get("/").text

    assert "Renewal: The result has to be at the organiser by" in page
    assert "Kick-off: The result had to be at the organiser by" in page
    assert page.index("Kick-off: The") < page.index("Renewal: The")


def test_many_late_results_are_counted(runtime: Runtime, app: FastAPI, owner: tuple[str, Member]) -> None:
    for number in range(5):
        _recorded(runtime, owner[1], f"Call {number}", hours_ago=22)

    assert "2 more results are as pressing" in browser_with(app, owner[0]).get("/").text


def test_a_refused_app_is_shown_with_its_reason(runtime: Runtime, app: FastAPI, owner: tuple[str, Member]) -> None:
    connection = _connected(runtime, owner[1])
    with runtime.database.transaction() as session:
        row = session.get_one(Connection, connection.id)
        row.state, row.state_reason = ConnectionState.REFUSED, "Microsoft Teams refuses this hub's app"
    browser = browser_with(app, owner[0])

    assert "Microsoft Teams refuses this hub&#39;s app" in browser.get("/").text
    assert "App refused" in browser.get("/connections").text
    assert f'action="/connections/{connection.id}/check"' in browser.get("/connections").text


def _connected(runtime: Runtime, member: Member) -> Connection:
    now = runtime.clock()
    with runtime.database.transaction() as session:
        row = Connection(
            organisation_id=member.organisation_id, provider="teams", account_id="t", tokens="", created_at=now
        )
        session.add(row)
        session.flush()
        session.add(
            Destination(
                organisation_id=member.organisation_id, connection_id=row.id, name="the organiser", created_at=now
            )
        )
        return row


def _recorded(runtime: Runtime, member: Member, title: str, *, hours_ago: float) -> None:
    """A meeting whose recording could not be analysed yet."""
    with runtime.database.transaction() as session:
        found = session.exec(select(Connection)).first()
    connection = found or _connected(runtime, member)
    at = runtime.clock() - timedelta(hours=hours_ago)
    with runtime.database.transaction() as session:
        session.add(
            Meeting(
                organisation_id=member.organisation_id, connection_id=connection.id, external_id=title, title=title,
                provider="teams", state=MeetingState.WAITING, ended_at=at, created_at=at, updated_at=at,
            )
        )  # fmt: skip
