"""A simulated tenant with a hub that is connected to it, and a small server where notifications arrive."""

import asyncio
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
from pydantic import SecretStr

from connectors.base.errors import ConnectorError, SignatureInvalid
from connectors.base.inbound import receive
from connectors.base.records import InboundRequest, InboundResponse, SourceEvent
from hub.accounts.models import Organisation
from hub.connections.access import open_source
from hub.connections.models import Connection
from hub.connections.repository import ConnectionRepository
from hub.connections.service.access import ConnectionKey
from hub.connections.service.finish import Visitor, finish_connecting
from hub.connections.service.start import start_connecting
from hub.ingest.opening import opening_for
from hub.runtime import Runtime
from hub.settings import OAuthApp
from sandbox.serving import running
from tests.support.waiting import until

SECRET = "a-teams-webhook-secret"
MINE = {"access": "my meetings"}
EVERYBODY = {"access": "whole organisation"}
TENANT = "6f2f8c1e-0b7d-4a55-9c0e-3d1a7be4c920"
DANA = "976f4b31-fd01-4e0b-9178-29cc40c14438"
PEOPLE = [
    {"name": "Dana Reyes", "email": "dana.reyes@northwind.example", "internal": True},
    {"name": "Priya Shah", "email": "priya.shah@contoso.example"},
    {"name": "Sam (guest)"},
]
MEDIA = bytes(range(256)) * 4096
TRANSCRIPT = "WEBVTT\r\n\r\n1\r\n00:00:01.000 --> 00:01:02.000\r\nDana Reyes: Good morning.\r\n"


@dataclass
class Receiver:
    """What arrived at our address, verified and read as the hub does it."""

    runtime: Runtime | None = None
    events: list[SourceEvent] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    refused: list[ConnectorError] = field(default_factory=list)
    url: str = ""

    def take(self, request: InboundRequest) -> InboundResponse:
        assert self.runtime is not None
        self.bodies.append(request.body)
        try:
            found = receive("teams", request, SECRET, datetime.now(UTC), opening_for(self.runtime, "teams"))
        except ConnectorError as error:
            self.refused.append(error)
            return InboundResponse(401 if isinstance(error, SignatureInvalid) else 400, b"")
        if isinstance(found, InboundResponse):
            return found
        self.events += found
        return InboundResponse(202, b"")

    def until(self, count: int) -> list[SourceEvent]:
        """The first events, as soon as there are so many."""
        until(lambda: len(self.events) >= count or bool(self.refused), f"{count} events")
        assert not self.refused, self.refused
        return self.events


@dataclass
class TeamsLab:
    """The simulator, a hub, and how to pull their strings."""

    url: str
    runtime: Runtime
    receiver: Receiver
    organisation_id: str

    def order(self, path: str, body: Any = None, method: str = "POST") -> Any:
        answer = httpx.request(method, f"{self.url}/_sandbox/{path}", json=body, trust_env=False, timeout=30)
        answer.raise_for_status()
        return answer.json()

    def play(self, **changes: Any) -> dict[str, Any]:
        """Record a meeting; its transcript is ready when this returns."""
        order = {"subject": "Renewal", "video": "call.mp4", "transcript": "call.vtt", "duration_s": 90}
        order |= {"participants": PEOPLE, "transcript_delay_s": 0} | changes
        call: dict[str, Any] = self.order("teams/meetings", order)["meeting"]
        if order["transcript"]:
            until(lambda: any(m["id"] == call["id"] and m["transcript_ready"] for m in self.state()["meetings"]), "it")
        return call

    def _is_transcribed(self, call_id: str) -> bool:
        return any(call["id"] == call_id and call["transcript_ready"] for call in self.state()["meetings"])

    def state(self) -> dict[str, Any]:
        state: dict[str, Any] = self.order("state/teams", None, "GET")
        return state

    def connect(self, config: dict[str, str], organisation_id: str = "", decision: str = "allow") -> Connection:
        """Authorise as a person or an administrator would, over the simulator's page."""
        organisation_id = organisation_id or self.organisation_id
        start = start_connecting(
            self.runtime, organisation_id=organisation_id, session_id="s", provider="teams", config=config
        )
        with httpx.Client(trust_env=False, timeout=30) as browser:
            page = browser.get(start).raise_for_status().text
            request_id = re.search(r'name="request_id" value="([^"]+)"', page)
            assert request_id, page
            form = {"request_id": request_id[1], "decision": decision}
            back = browser.post(start.partition("?")[0], data=form).headers["location"]
        query = dict(parse_qsl(urlsplit(back).query))
        visitor = Visitor(organisation_id, "s", "usr_test")
        return asyncio.run(finish_connecting(self.runtime, visitor, "teams", query)).connection

    def source(self, connection: Connection) -> Any:
        return open_source(self.runtime, connection.organisation_id, connection.id)

    def stored(self, connection: Connection) -> Connection:
        with self.runtime.database.transaction() as session:
            found = ConnectionRepository(session, connection.organisation_id).get(connection.id)
        assert found is not None
        return found

    def with_keys(self, pem: str) -> "TeamsLab":
        """The same with keys for encrypted events."""
        app = self.runtime.settings.app("teams").model_copy(update={"webhook_keys": SecretStr(pem)})
        hub = replace(self.runtime, settings=self.runtime.settings.model_copy(update={"oauth_apps": {"teams": app}}))
        self.receiver.runtime = hub
        return replace(self, runtime=hub)


@contextmanager
def teams_lab(tmp_path: Path, runtime: Runtime) -> Iterator[TeamsLab]:
    """Everything running; nothing connected yet."""
    recordings = tmp_path / "recordings"
    recordings.mkdir()
    (recordings / "call.mp4").write_bytes(MEDIA)
    (recordings / "call.vtt").write_text(TRANSCRIPT)
    with running(tmp_path / "sandbox", recordings) as url, _receiving() as receiver:
        receiver.runtime = hub = _hub_for(runtime, url, receiver.url)
        yield TeamsLab(url, hub, receiver, new_organisation(hub))


def new_organisation(runtime: Runtime) -> str:
    """Another tenant of ours."""
    with runtime.database.transaction() as session:
        session.add(organisation := Organisation(name="Northwind", created_at=runtime.clock()))
        session.flush()
        return organisation.id


def key_of(connection: Connection) -> ConnectionKey:
    return ConnectionKey(connection.organisation_id, connection.id)


def app_of(url: str) -> OAuthApp:
    """The app registration at the simulator."""
    return OAuthApp(
        client_id="demo-teams-client",
        client_secret=SecretStr("demo-teams-secret"),
        webhook_secret=SecretStr(SECRET),
        hosts={"login": f"{url}/microsoft/login", "api": f"{url}/microsoft/graph/v1.0"},
    )


def _hub_for(runtime: Runtime, url: str, hook_url: str) -> Runtime:
    update = {"oauth_apps": {"teams": app_of(url)}, "public_url": hook_url}
    return replace(runtime, settings=runtime.settings.model_copy(update=update))


@contextmanager
def _receiving() -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            answer = receiver.take(InboundRequest("POST", f"{receiver.url}{self.path}", headers, body))
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, format: str, *args: object) -> None:
            """Keep test output quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    receiver.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
