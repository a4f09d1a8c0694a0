"""A hub that is connected to a simulated CRM, with a meeting whose result waits to be delivered."""

import asyncio
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qsl, urlsplit

import httpx
from dbos import run_dbos_database_migrations
from pydantic import SecretStr
from sqlmodel import select

from connectors.base.errors import ConnectorError
from connectors.base.records import Receipt
from hub.accounts.models import Organisation
from hub.analysis.models import Analysis, AnalysisState
from hub.connections.access import open_destination
from hub.connections.models import Connection
from hub.connections.service.finish import Visitor, finish_connecting
from hub.connections.service.start import start_connecting
from hub.crm.models import CrmMatch
from hub.crm.repository import Matches
from hub.crm.service import match_meeting
from hub.deliveries import outbox
from hub.deliveries.models import Delivery, DeliveryState, Destination
from hub.deliveries.outbox import Outcome, Try
from hub.deliveries.planning import plan
from hub.deliveries.sending import Unneeded, send
from hub.deliveries.service import NewDestination, create_destination
from hub.meetings.models import Meeting, MeetingState, Participant, TimelineEntry
from hub.runtime import Runtime
from hub.settings import OAuthApp
from sandbox.serving import running

BEGAN = datetime(2026, 11, 18, 10, 0, tzinfo=UTC)
PRIYA, JOE, NOVA = "priya.shah@contoso.example", "joe.meyer@contoso.example", "nova.lind@contoso.example"
HOSTS = {
    "salesforce": {"login": ""},
    "hubspot": {"web": "/hubspot", "api": "/hubspot/api"},
}


@dataclass
class CrmLab:
    """The simulator, the hub, and how to pull their strings."""

    provider: str
    base: str
    runtime: Runtime
    organisation_id: str = ""
    connection_id: str = ""
    destination_id: str = ""
    later: timedelta = field(default_factory=timedelta)
    begun_s: float = field(default_factory=time.monotonic)

    @property
    def now(self) -> Runtime:
        """The hub at the lab's own time, which goes on as it does outside: limits of providers wait for it."""
        return replace(self.runtime, clock=self._clock)

    def _clock(self) -> datetime:
        return BEGAN + timedelta(hours=1, seconds=time.monotonic() - self.begun_s) + self.later

    def sandbox(self, method: str, path: str, body: Any = None) -> Any:
        """Pull a string of the simulator."""
        answer = httpx.request(method, f"{self.base}/_sandbox{path}", json=body, trust_env=False, timeout=30)
        return answer.raise_for_status().json() if answer.content else None

    def records(self, kind: str) -> list[dict[str, Any]]:
        """What the CRM holds, each record as plain values with its `id`."""
        rows = self.sandbox("GET", f"/state/{self.provider}")["records"][kind]
        return [{"id": row.get("id") or row.get("Id"), **(row.get("properties") or row)} for row in rows]

    def contact(self, first_name: str) -> dict[str, Any]:
        """One contact."""
        kind, name = ("contacts", "firstname") if self.provider == "hubspot" else ("Contact", "FirstName")
        return next(row for row in self.records(kind) if row.get(name) == first_name)

    async def ask(self, method: str, path: str, body: Any = None) -> Any:
        """What somebody else who uses the CRM does."""
        async with open_destination(self.now, self.organisation_id, self.connection_id) as crm:
            client = cast("Any", crm)._client
            token = await client.access_token()
            root = client.account.get("instance_url", "") + "/services/data/v62.0"
            root = root if self.provider == "salesforce" else client.hosts["api"]
        async with httpx.AsyncClient(trust_env=False, headers={"authorization": f"Bearer {token}"}, timeout=30) as http:
            answer = (await http.request(method, f"{root}{path}", json=body)).raise_for_status()
        return answer.json() if answer.content else None

    async def deliver(self, analysis_id: str) -> list[Delivery]:
        """Match, plan, and make every attempt that is due, as the workflows do one after the other."""
        with self.runtime.database.transaction() as session:
            analysis = session.get_one(Analysis, analysis_id)
        await match_meeting(self.now, self.organisation_id, str(analysis.meeting_id))
        plan(self.now, analysis_id, complete=True)
        return [await self.attempt(row.id) for row in self.deliveries() if row.state is DeliveryState.PENDING]

    async def attempt(self, delivery_id: str) -> Delivery:
        """One attempt of a delivery."""
        with self.runtime.database.transaction() as session:
            row = session.get_one(Delivery, delivery_id)
            this = Try(row.id, row.generation, 0)
            outbox.begin(session, this, self.now.clock())
        receipt, error = await self._send(this)
        with self.runtime.database.transaction() as session:
            if receipt is None and error is None:
                outbox.skip(session, session.get_one(Delivery, delivery_id), "unneeded", self.now.clock())
            else:
                outbox.finish(session, this, Outcome(receipt, error, 1), self.now.clock())
            return session.get_one(Delivery, delivery_id)

    async def _send(self, this: Try) -> tuple[Receipt | None, ConnectorError | None]:
        try:
            return await send(self.now, this.delivery_id), None
        except Unneeded:
            return None, None
        except ConnectorError as error:
            return None, error

    def deliveries(self) -> Sequence[Delivery]:
        """Every delivery, oldest first."""
        with self.runtime.database.transaction() as session:
            return session.exec(select(Delivery).order_by(cast("Any", Delivery.id))).all()

    def matches(self, meeting_id: str) -> Sequence[CrmMatch]:
        """The records that stand."""
        with self.runtime.database.transaction() as session:
            return Matches(session, self.organisation_id).of_meeting(meeting_id)

    def told(self, meeting_id: str, step: str) -> list[str]:
        """What the timeline says of a step."""
        with self.runtime.database.transaction() as session:
            entries = session.exec(select(TimelineEntry).where(TimelineEntry.meeting_id == meeting_id)).all()
        return [entry.message for entry in entries if entry.step == step]

    def a_meeting(self, *emails: str, scores: dict[str, float] | None = None, **values: Any) -> tuple[Meeting, str]:
        """A finished meeting of Dana's with these guests and its analysis' id; `scores` gives speakers of their own."""
        with self.runtime.database.transaction() as session:
            meeting = Meeting(
                organisation_id=self.organisation_id, external_id=f"m-{len(emails)}-{BEGAN}", provider="zoom",
                title="Renewal", host_email="dana.reyes@northwind.example", started_at=BEGAN,
                ended_at=BEGAN + timedelta(minutes=30), duration_s=1800, state=MeetingState.COMPLETED, revision=1,
                created_at=BEGAN, updated_at=BEGAN, **values,
            )  # fmt: skip
            session.add(meeting)
            session.flush()
            session.add_all(_people(meeting, emails))
            return meeting, self.a_result(session, meeting, scores or {}).id

    def a_result(self, session: Any, meeting: Meeting, scores: dict[str, float], revision: int = 1) -> Analysis:
        """A completed analysis."""
        row = Analysis(
            organisation_id=self.organisation_id, meeting_id=meeting.id, revision=revision, inputs=f"i{revision}",
            state=AnalysisState.COMPLETED, trust_score=72.4, duration_s=1800, created_at=BEGAN,
            completed_at=BEGAN + timedelta(hours=1), result=_result(scores),
        )  # fmt: skip
        session.add(row)
        session.flush()
        return row


def _people(meeting: Meeting, emails: Sequence[str]) -> list[Participant]:
    owner: dict[str, Any] = {"organisation_id": meeting.organisation_id, "meeting_id": meeting.id}
    host = Participant(name="Dana", email="dana.reyes@northwind.example", internal=True, host=True, **owner)
    guests = [Participant(name=email, email=email, speaker=email, **owner) for email in emails]
    return [host, *guests]


def _result(scores: dict[str, float]) -> dict[str, Any]:
    vad = {"valence": 0.61, "arousal": 0.5, "dominance": 0.4}
    speakers = [
        {"name": email, "observed": True, "talk_time_s": 300.0, "trust_score": score,
         "trust_interval": [score - 5, score + 5], "vad": vad}
        for email, score in scores.items()
    ]  # fmt: skip
    return {"trust_interval": [64.1, 80.2], "vad": vad, "alerts": [], "speakers": speakers, "summary": "A calm call."}


@contextmanager
def crm_lab(directory: Path, runtime: Runtime, provider: str) -> Iterator[CrmLab]:
    """The simulator running, the account connected and provisioned, one destination."""
    with running(directory / "sandbox") as base:
        hosts = {name: f"{base}{path}" for name, path in HOSTS[provider].items()}
        app = OAuthApp(
            client_id=f"demo-{provider}-client", client_secret=SecretStr(f"demo-{provider}-secret"), hosts=hosts
        )
        settings = runtime.settings.model_copy(update={"oauth_apps": {provider: app}})
        run_dbos_database_migrations(runtime.database.url)  # work is put on queues, but nothing takes it from there
        lab = CrmLab(provider, base, replace(runtime, settings=settings))
        lab.runtime = lab.now  # windows that were counted by another clock would be waited for
        if provider == "hubspot":
            fast = {"calls_per_ten_seconds": 10_000, "searches_per_second": 1000, "search_lag_seconds": 0}
            lab.sandbox("PUT", "/options/hubspot", fast)
        _populate(lab)
        yield lab


def _populate(lab: CrmLab) -> None:
    organisation = Organisation(name="Northwind", domains=["northwind.example"], created_at=BEGAN)
    with lab.runtime.database.transaction() as session:
        session.add(organisation)
        session.flush()
        lab.organisation_id = organisation.id
    lab.connection_id = _connect(lab).id
    asyncio.run(_provision(lab))
    new = NewDestination(lab.connection_id, "CRM")
    lab.destination_id = create_destination(lab.now, lab.organisation_id, new, actor="test").id


async def _provision(lab: CrmLab) -> None:
    async with open_destination(lab.now, lab.organisation_id, lab.connection_id) as crm:
        await crm.provision(dry_run=False)


def _connect(lab: CrmLab) -> Connection:
    start = start_connecting(lab.now, organisation_id=lab.organisation_id, session_id="test", provider=lab.provider)
    with httpx.Client(trust_env=False, timeout=30) as browser:
        page = browser.get(start).raise_for_status().text
        request_id = re.search(r'name="request_id" value="([^"]+)"', page)
        assert request_id, page
        form = {"request_id": request_id[1], "decision": "allow"}
        back = browser.post(start.partition("?")[0], data=form).headers["location"]
    query = dict(parse_qsl(urlsplit(back).query))
    visitor = Visitor(lab.organisation_id, "test", "usr_test")
    return asyncio.run(finish_connecting(lab.now, visitor, lab.provider, query)).connection


def destination_of(lab: CrmLab) -> Destination:
    """The lab's destination as it stands."""
    with lab.runtime.database.transaction() as session:
        return session.get_one(Destination, lab.destination_id)
