"""A whole stage for tests of the way of a recording: simulators, a subscriber, a store, and hub processes to kill."""

import asyncio
import hashlib
import hmac
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlsplit

import httpx
from sqlmodel import select

from hub.accounts.models import Organisation
from hub.analysis.models import Analysis
from hub.connections.access import open_destination
from hub.connections.models import Connection
from hub.connections.service.access import ConnectionKey
from hub.connections.service.finish import Visitor, finish_connecting
from hub.connections.service.start import start_connecting
from hub.connections.service.subscribe import keep_subscribed
from hub.deliveries.models import Delivery, DeliveryState, Destination
from hub.deliveries.service import NewDestination, NewEndpoint, create_destination, create_endpoint
from hub.kit.crypto import new_master_key
from hub.kit.repository import TenantModel
from hub.meetings.models import Meeting, TimelineEntry
from hub.runtime import Runtime
from hub.settings import Settings
from sandbox.demo.settings import app_environment
from sandbox.serving import free_port, running
from tests.support.stores import ready_runtime
from tests.support.subscriber import Subscriber, subscribing
from tests.support.waiting import PATIENCE_S, until

ROOT = Path(__file__).parents[2]
WEBHOOK_SECRET = "demo-zoom-webhook-secret"
ACCOUNT_ID = "demo-zoom-account"
CHANNEL = {"channel": "C0DEALROOM", "name": "deal-room"}
EVERYTHING = ("zoom", "teams", "salesforce", "hubspot", "slack")
SOURCES = ("zoom", "teams")
CRMS = ("salesforce", "hubspot")
TARGETS = {"slack": CHANNEL, "zoom": {"to": "owner"}, "teams": {"to": "owner"}}
PEOPLE = [
    {"name": "Dana Reyes", "email": "dana.reyes@northwind.example", "internal": True},
    {"name": "Priya Shah", "email": "priya.shah@contoso.example"},
]

SIMULATORS_WAIT_S = {
    ("zoom", "webhook_timeout"): 60.0,
    ("teams", "validation_seconds"): 60.0,
    ("teams", "notification_seconds"): 60.0,
    ("hubspot", "webhook_timeout"): 60.0,
}
"""How long simulators wait for our answers: how fast those are is no matter of these tests either."""

Row = TypeVar("Row", bound=TenantModel)


@dataclass
class HubProcess:
    """A running hub command."""

    process: subprocess.Popen[bytes]
    log: Path

    def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        self.process.kill()
        self.process.wait(timeout=10)

    def terminate(self) -> int:
        """SIGTERM; gives the exit status."""
        self.process.terminate()
        return self.process.wait(timeout=30)


@dataclass
class Stage:
    """Everything a test needs to play a meeting and look at what became of it."""

    directory: Path
    sandbox_url: str
    subscriber: Subscriber
    settings: Settings
    environment: Mapping[str, str]
    runtime: Runtime
    organisation_id: str = ""
    hubs: list[HubProcess] = field(default_factory=list)

    @property
    def hub_url(self) -> str:
        return self.settings.base_url

    def start_hub(self, command: str = "serve", crash_at: str = "", **extra: str) -> HubProcess:
        """Start `hub serve` or `hub worker`; `crash_at` as in the launcher, without the marker."""
        log = self.directory / f"hub-{len(self.hubs)}.log"
        environment = {**self.environment, **extra}
        if crash_at:
            environment["CRASH_AT"] = f"{crash_at}:{self.directory / 'crashed'}"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, ROOT / "tests" / "support" / "launcher.py", command],
                env=environment, stdout=output, stderr=subprocess.STDOUT, cwd=self.directory,
            )  # fmt: skip
        hub = HubProcess(process, log)
        self.hubs.append(hub)
        if command == "serve":
            self._await_health(hub)
        return hub

    def play(self, **order: Any) -> str:
        """Record a meeting at the simulator and announce it to the hub; gives the provider's id of it."""
        body = {
            "topic": "Renewal", "video": "short.mp4", "transcript": "short.vtt", "participants": PEOPLE,
            "webhook_url": f"{self.hub_url}/hooks/zoom", "transcript_delay_s": 0, **order,
        }  # fmt: skip
        answer = httpx.post(f"{self.sandbox_url}/_sandbox/zoom/meetings", json=body, timeout=120).raise_for_status()
        created = answer.json()
        assert not created["webhook_problem"], created
        return str(created["meeting"]["uuid"])

    def play_in_teams(self, **order: Any) -> str:
        """Record a Teams meeting, which goes to whoever subscribed; gives the hub's id for it at the provider."""
        body = {
            "subject": "Renewal", "video": "short.mp4", "transcript": "short.vtt", "participants": PEOPLE,
            "transcript_delay_s": 0, **order,
        }  # fmt: skip
        answer = httpx.post(f"{self.sandbox_url}/_sandbox/teams/meetings", json=body, timeout=120).raise_for_status()
        return str(answer.json()["meeting"]["id"])

    def subscribe(self) -> None:
        """Let Teams tell the running hub of new recordings, as connecting in the console does."""
        [connection] = [row for row in self.rows(Connection) if row.provider == "teams"]
        key = ConnectionKey(connection.organisation_id, connection.id)
        assert asyncio.run(keep_subscribed(self.runtime, key, "teams", asked=False))

    def state(self, provider: str) -> dict[str, Any]:
        """What the simulator holds."""
        state: dict[str, Any] = httpx.get(f"{self.sandbox_url}/_sandbox/state/{provider}", timeout=30).json()
        return state

    def fault(self, **order: Any) -> None:
        """Order a fault at a simulator."""
        httpx.post(f"{self.sandbox_url}/_sandbox/faults", json=[order], timeout=30).raise_for_status()

    def set_option(self, provider: str, name: str, value: object) -> None:
        """Change how a simulator behaves."""
        address = f"{self.sandbox_url}/_sandbox/options/{provider}"
        httpx.put(address, json={name: value}, timeout=30).raise_for_status()

    def revoke(self, provider: str) -> None:
        """Kill every token at the provider, as its owner could."""
        httpx.post(f"{self.sandbox_url}/_sandbox/revoke/{provider}", timeout=30).raise_for_status()

    def rows(self, model: type[Row]) -> Sequence[Row]:
        """All rows of a table."""
        with self.runtime.database.transaction() as session:
            return session.exec(select(model)).all()

    def revision(self) -> int:
        """The highest completed revision; 0 also while nothing is known yet."""
        return max((meeting.revision for meeting in self.rows(Meeting)), default=0)

    def meeting(self) -> Meeting:
        """The only meeting."""
        (meeting,) = self.rows(Meeting)
        return meeting

    def until(
        self, condition: Callable[[], object], what: str, *, within_s: float = PATIENCE_S, every_s: float = 0.1
    ) -> None:
        """Wait for it; on failure the hubs' logs are part of the message."""
        until(condition, what, within_s=within_s, every_s=every_s, logs=self.logs)

    def logs(self) -> str:
        """The timeline, and the end of what the hubs printed."""
        steps = [f"{row.at} {row.step} {row.message}" for row in self.rows(TimelineEntry)]
        printed = [f"--- {hub.log.name}\n{hub.log.read_text()[-6000:]}" for hub in self.hubs]
        return "\n".join([*steps, *printed])

    def has(self, provider: str) -> bool:
        """Whether an account of this provider is connected."""
        return any(row.provider == provider for row in self.rows(Connection))

    def is_everything_delivered(self) -> bool:
        """Whether the result is announced, each destination has its newest revision, and nothing is on its way."""
        analyses, rows = self.rows(Analysis), self.rows(Delivery)
        newest = {row.meeting_id: row.id for row in sorted(analyses, key=lambda row: row.revision)}
        wanted = {(analysis, row.id) for analysis in newest.values() for row in self.rows(Destination)}
        planned = {(row.analysis_id, row.destination_id) for row in rows}
        announced = bool(self.subscriber.ids("analysis.completed"))
        on_the_way = any(row.state is DeliveryState.PENDING for row in rows)
        return announced and wanted <= planned and not on_the_way

    def messages_in_slack(self) -> list[dict[str, Any]]:
        """What the app posted in the channel, without replies in threads."""
        posted = [message for message in self.state("slack")["messages"] if message["channel"] == CHANNEL["channel"]]
        return [message for message in posted if not message["thread_ts"]]

    def tasks_in_salesforce(self) -> list[dict[str, Any]]:
        """The calls that were logged."""
        tasks: list[dict[str, Any]] = self.state("salesforce")["records"]["Task"]
        return tasks

    def analysis_processes(self) -> list[int]:
        """Analysis children that work in this stage's directory."""
        found = []
        for path in Path("/proc").glob("[0-9]*"):
            try:
                inside = (path / "cwd").readlink().is_relative_to(self.settings.media_dir)
            except OSError:
                continue
            if inside:
                found.append(int(path.name))
        return found

    def media_files(self) -> list[Path]:
        """What lies where recordings are kept while they are analysed, but for the mark that tells storages apart."""
        return [path for path in self.settings.media_dir.rglob("*") if path.is_file() and path.name != ".storage"]

    def _await_health(self, hub: HubProcess) -> None:
        def is_up() -> bool:
            if hub.process.poll() is not None:
                raise AssertionError(f"the hub ended with {hub.process.returncode}\n{self.logs()}")
            try:
                return httpx.get(f"{self.hub_url}/readyz", timeout=2).is_success
            except httpx.TransportError:
                return False

        self.until(is_up, "the hub is up")


@contextmanager
def staging(
    directory: Path,
    recordings: Path,
    *,
    database_url: str = "",
    providers: Sequence[str] = ("zoom", "slack", "salesforce"),
    owners: bool = False,
    **more: str,
) -> Iterator[Stage]:
    """Simulators and subscriber running, accounts connected, destinations made; no hub yet.

    With `owners`, the accounts that meetings come from also tell their owners the results.
    """
    with running(directory / "sandbox", recordings) as base, subscribing() as subscriber:
        environment = hub_environment(directory, base, database_url, more)
        settings = _settings(environment)
        runtime = ready_runtime(settings)
        stage = Stage(directory, base, subscriber, settings, environment, runtime)
        for (provider, option), seconds in SIMULATORS_WAIT_S.items():
            stage.set_option(provider, option, seconds)
        stage.organisation_id = found_organisation(stage, providers, owners=owners)
        try:
            yield stage
        finally:
            for hub in stage.hubs:
                if hub.process.poll() is None:
                    hub.kill()
            runtime.database.close()


def zoom_signature(body: bytes, secret: str = WEBHOOK_SECRET, at: float | None = None) -> dict[str, str]:
    """The headers Zoom puts on a webhook."""
    timestamp = str(int(at if at is not None else time.time()))
    digest = hmac.new(secret.encode(), f"v0:{timestamp}:".encode() + body, hashlib.sha256).hexdigest()
    return {"x-zm-request-timestamp": timestamp, "x-zm-signature": f"v0={digest}", "content-type": "application/json"}


def recording_completed(uuid: str, account_id: str = ACCOUNT_ID) -> bytes:
    """A `recording.completed` body for a meeting with one video file."""
    file = {"id": f"file-{uuid}", "file_type": "MP4", "status": "completed", "recording_type": "active_speaker"}
    meeting = {
        "uuid": uuid, "id": 1, "account_id": account_id, "host_id": "h", "topic": "t", "duration": 1,
        "start_time": "2026-09-15T14:00:00Z", "recording_files": [file],
    }  # fmt: skip
    event = {"event": "recording.completed", "event_ts": int(time.time() * 1000), "download_token": "x"}
    return json.dumps({**event, "payload": {"account_id": account_id, "object": meeting}}).encode()


def hub_environment(directory: Path, base: str, database_url: str, more: Mapping[str, str]) -> dict[str, str]:
    """The variables of a hub whose providers are the simulators at `base`."""
    values = {
        "HUB_PORT": str(free_port()),
        "HUB_DATA_DIR": str(directory / "hub"),
        "HUB_DATABASE_URL": database_url,
        "HUB_MASTER_KEY": new_master_key(),
        "HUB_ALLOW_PRIVATE_WEBHOOK_TARGETS": "true",
        "HUB_LIVENESS_TTL_S": "3",
        "HUB_RECONCILE_EVERY_S": "3600",
        "PYTHONPATH": str(ROOT),
        **app_environment(base),
        **more,
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HUB_", "PYTEST"))}
    return {**kept, **values}


def _settings(environment: Mapping[str, str]) -> Settings:
    former = dict(os.environ)
    os.environ.update({name: value for name, value in environment.items() if name.startswith("HUB_")})
    try:
        return Settings()
    finally:
        os.environ.clear()
        os.environ.update(former)


def found_organisation(
    stage: Stage,
    providers: Sequence[str],
    *,
    owners: bool = False,
    bare: bool = False,
    targets: Mapping[str, dict[str, str]] = TARGETS,
) -> str:
    """An organisation with connected accounts, destinations and a subscriber; gives its id.

    A `bare` one has neither fields in its CRM nor a subscriber.
    """
    organisation = Organisation(name="Northwind", domains=["northwind.example"], created_at=datetime.now(UTC))
    with stage.runtime.database.transaction() as session:
        session.add(organisation)
        session.flush()
    connections = {provider: connect(stage, provider, organisation.id) for provider in providers}
    for provider, connection in connections.items():
        if provider not in SOURCES or owners:
            new = NewDestination(connection.id, provider, target=targets.get(provider, {}))
            create_destination(stage.runtime, organisation.id, new, actor="test")
        if provider in CRMS and not bare:
            asyncio.run(_provision(stage, connection))
    if not bare:
        create_endpoint(stage.runtime, organisation.id, NewEndpoint(stage.subscriber.url), actor="test")
    return organisation.id


async def _provision(stage: Stage, connection: Connection) -> None:
    async with open_destination(stage.runtime, connection.organisation_id, connection.id) as crm:
        await crm.provision(dry_run=False)


def connect(stage: Stage, provider: str, organisation_id: str = "") -> Connection:
    """Authorise as a person would: over the simulator's consent page."""
    owner = organisation_id or stage.organisation_id
    start = start_connecting(stage.runtime, organisation_id=owner, session_id="test", provider=provider)
    with httpx.Client(trust_env=False, timeout=30) as browser:
        page = browser.get(start).raise_for_status().text
        request_id = re.search(r'name="request_id" value="([^"]+)"', page)
        assert request_id, page
        form = {"request_id": request_id[1], "decision": "allow"}
        back = browser.post(start.partition("?")[0], data=form).headers["location"]
    query = dict(parse_qsl(urlsplit(back).query))
    visitor = Visitor(owner, "test", "usr_test")
    kept = asyncio.run(finish_connecting(stage.runtime, visitor, provider, query))
    return kept.connection
