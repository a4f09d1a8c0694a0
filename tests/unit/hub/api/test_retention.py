"""What the API keeps goes after its time: failed inputs and messages of sessions too."""

from datetime import timedelta
from typing import Any

from sqlmodel import select

from hub.accounts.models import ApiKey
from hub.analysis.housekeeping import forget_expired_analyses
from hub.analysis.models import AnalysisJob, JobState
from hub.deliveries.forgetting import forget_expired_messages
from hub.deliveries.messages import Event, announce
from hub.deliveries.models import Delivery, DeliveryState, Message
from hub.runtime import Runtime
from tests.support.api import a_key


def a_job(runtime: Runtime, state: JobState, age_days: int) -> str:
    with runtime.database.transaction() as session:
        key = session.exec(select(ApiKey)).one()
        row = AnalysisJob(
            organisation_id=key.organisation_id, key_id=key.id, kind="text", state=state,
            created_at=runtime.clock() - timedelta(days=age_days),
        )  # fmt: skip
        session.add(row)
        session.flush()
        return row.id


def test_inputs_that_failed_or_were_cancelled_go_after_their_time_and_others_stay(runtime: Runtime) -> None:
    a_key(runtime)
    old = [a_job(runtime, state, 366) for state in (JobState.FAILED, JobState.CANCELLED, JobState.RUNNING)]
    young = a_job(runtime, JobState.FAILED, 364)

    assert forget_expired_analyses(runtime) == 2

    with runtime.database.transaction() as session:
        assert set(session.exec(select(AnalysisJob.id)).all()) == {old[2], young}


def a_message(runtime: Runtime, organisation_id: str, age_days: int, state: DeliveryState) -> str:
    at = runtime.clock() - timedelta(days=age_days)
    with runtime.database.transaction() as session:
        message = announce(session, organisation_id, Event("session.ended", f"{age_days}:{state}", at))
        own: dict[str, Any] = {"organisation_id": organisation_id, "key": message.id, "message_id": message.id}
        session.add(Delivery(**own, kind="webhook", state=state, created_at=at))
        return message.id


def test_messages_of_sessions_go_after_their_time_unless_they_are_on_their_way(runtime: Runtime) -> None:
    a_key(runtime)
    with runtime.database.transaction() as session:
        organisation_id = session.exec(select(ApiKey)).one().organisation_id
    ids = [
        a_message(runtime, organisation_id, days, state)
        for days, state in (
            (366, DeliveryState.SUCCEEDED),
            (366, DeliveryState.PENDING),
            (364, DeliveryState.SUCCEEDED),
        )
    ]

    assert forget_expired_messages(runtime) == 1

    with runtime.database.transaction() as session:
        assert set(session.exec(select(Message.id)).all()) == set(ids[1:])
        assert ids[0] not in session.exec(select(Delivery.message_id)).all()
