"""An organisation with one row of everything that an address can name."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, select

import hub.models
from hub.accounts.models import ApiKey
from hub.accounts.sessions import Member
from hub.analysis.models import Analysis, AnalysisJob, JobState
from hub.connections.models import Connection
from hub.crm.models import CrmMatch
from hub.deliveries.messages import TEST_EVENT, Event, store_message
from hub.deliveries.models import Delivery, Destination, Message
from hub.deliveries.service import NewEndpoint, create_endpoint
from hub.runtime import Runtime
from hub.sessions.models import LiveSession
from tests.support.apps import seed_allowed_app
from tests.support.console import seed_meeting


@dataclass(frozen=True)
class Tenant:
    """`ids` by the names of path and query parameters."""

    organisation_id: str
    ids: Mapping[str, str]


def seed_everything(runtime: Runtime, member: Member) -> Tenant:
    """Rows of the member's organisation."""
    organisation_id = member.organisation_id
    meeting = seed_meeting(runtime, organisation_id)
    endpoint, _ = create_endpoint(runtime, organisation_id, NewEndpoint("https://example.com/hook"), actor="test")
    now = runtime.clock()
    with runtime.database.transaction() as session:
        key = ApiKey(organisation_id=organisation_id, name="Nightly", key_hash="h", hint="abcd", created_at=now)
        session.add(key)
        session.flush()
        grant = seed_allowed_app(session, member, now)
        live = LiveSession(organisation_id=organisation_id, key_id=key.id, created_at=now, active_at=now)
        job, emotion = (_job(session, organisation_id, key.id, now, kind) for kind in ("video", "emotion"))
        store_message(session, organisation_id, Event(TEST_EVENT, endpoint.id, now, {}))
        session.add(live)
        session.flush()
        ids = {
            "meeting_id": meeting.id, "endpoint_id": endpoint.id, "key_id": key.id, "grant_id": grant.id,
            "client_id": grant.client_id, "session_id": live.id, "job_id": job.id, "request_id": emotion.id,
            "user_id": member.user_id, "organisation_id": organisation_id,
        }  # fmt: skip
        for name, model in _NAMED.items():
            ids[name] = str(session.exec(select(model.id).where(model.organisation_id == organisation_id)).first())
        return Tenant(organisation_id, ids)


_NAMED: Mapping[str, type[Any]] = {
    "connection_id": Connection, "destination_id": Destination, "delivery_id": Delivery, "match_id": CrmMatch,
    "message_id": Message,
}  # fmt: skip


def _job(session: Session, organisation_id: str, key_id: str, now: Any, kind: str) -> AnalysisJob:
    analysis = Analysis(organisation_id=organisation_id, duration_s=1.0, result={"trust_score": 61.5}, created_at=now)
    session.add(analysis)
    session.flush()
    job = AnalysisJob(
        organisation_id=organisation_id, key_id=key_id, kind=kind, state=JobState.COMPLETED, analysis_id=analysis.id,
        created_at=now, finished_at=now,
    )  # fmt: skip
    session.add(job)
    session.flush()
    return job


def everything_of(runtime: Runtime, organisation_id: str) -> Mapping[str, list[str]]:
    """All rows of an organisation as text, by table."""
    with runtime.database.engine.connect() as connection:
        return {table.name: _rows(connection, table, organisation_id) for table in _tables()}


def names_of(runtime: Runtime, organisation_id: str) -> set[str]:
    """The ids of everything that an organisation has: none of them may be told to anybody else."""
    found: set[str] = {organisation_id}
    with runtime.database.engine.connect() as connection:
        for table in _tables():
            own = sa.select(table.c.id).where(table.c.organisation_id == organisation_id)
            found |= set(connection.execute(own).scalars())
    return found


def _tables() -> Iterator[sa.Table]:
    assert hub.models.accounts
    yield from (table for table in SQLModel.metadata.sorted_tables if "organisation_id" in table.c)


def _rows(connection: sa.Connection, table: sa.Table, organisation_id: str) -> list[str]:
    own = sa.select(table).where(table.c.organisation_id == organisation_id).order_by(table.c.id)
    return [str(tuple(row)) for row in connection.execute(own)]
