"""An account that tells the owners of its meetings tells nobody of the meetings of others."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlmodel import select

from hub.accounts.models import Organisation
from hub.analysis.models import Analysis, AnalysisState
from hub.connections.models import Connection
from hub.deliveries.models import Delivery, Destination
from hub.deliveries.planning import plan
from hub.meetings.models import Meeting, TimelineEntry
from hub.runtime import Runtime

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize("recorded_by", ["zoom", "teams"])
def test_mail_goes_only_to_organisers_of_the_accounts_own_meetings(runtime: Runtime, recorded_by: str) -> None:
    analysis_id = _stored(runtime, recorded_by)

    plan(runtime, analysis_id, complete=True)

    with runtime.database.transaction() as session:
        assert session.exec(select(Delivery)).all() == []
        assert session.exec(select(TimelineEntry)).all() == []


def _stored(runtime: Runtime, recorded_by: str) -> str:
    """An analysed meeting of one account, and a destination of another one."""
    with runtime.database.transaction() as session:
        session.add(organisation := Organisation(name="Northwind", created_at=NOW))
        session.flush()
        owner: dict[str, Any] = {"organisation_id": organisation.id, "created_at": NOW}
        source = Connection(provider=recorded_by, account_id="theirs", tokens="", **owner)
        mailing = Connection(provider="teams", account_id="ours", tokens="", **owner)
        session.add_all([source, mailing])
        session.flush()
        session.add(Destination(connection_id=mailing.id, name="The meeting's organiser, by mail", **owner))
        meeting = Meeting(connection_id=source.id, external_id="m", provider=recorded_by, updated_at=NOW, **owner)
        session.add(meeting)
        session.flush()
        facts: dict[str, Any] = {
            "state": AnalysisState.COMPLETED,
            "completed_at": NOW,
            "duration_s": 60.0,
            "inputs": "f",
            "revision": 1,
        }
        session.add(analysis := Analysis(meeting_id=meeting.id, result={}, **facts, **owner))
        session.flush()
        return analysis.id
