"""A simulated Zoom account with a hub that is connected to it."""

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
from pydantic import SecretStr

from hub.accounts.models import Organisation
from hub.connections.access import open_source
from hub.connections.models import Connection
from hub.connections.repository import ConnectionRepository
from hub.connections.service.finish import Visitor, finish_connecting
from hub.connections.service.start import start_connecting
from hub.runtime import Runtime
from hub.settings import OAuthApp
from sandbox.serving import running

MEDIA = bytes(range(256)) * 4096
TRANSCRIPT = "WEBVTT\r\n\r\n1\r\n00:00:01.000 --> 00:00:02.000\r\nMira Okafor: Good morning.\r\n"
SECRET = "demo-zoom-webhook-secret"
GUEST = {"name": "Sam (Pellworm) | guest", "email": "sam@pellworm.example", "registered": False, "rejoined": True}
HARD_UUID = "/tR3//kd0QyWz1pLm5vHsA=="


@dataclass
class ZoomLab:
    """The simulator and a hub that is connected to it."""

    url: str
    runtime: Runtime
    connection: Connection

    def source(self) -> Any:
        """The connector, open."""
        return open_source(self.runtime, self.connection.organisation_id, self.connection.id)

    def order(self, path: str, body: Any, method: str = "POST") -> Any:
        """Something that the simulator is to do."""
        answer = httpx.request(method, f"{self.url}/_sandbox/{path}", json=body, trust_env=False, timeout=30)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def play(self, **changes: Any) -> dict[str, Any]:
        """Record a meeting."""
        order = {
            "topic": "Renewal",
            "uuid": HARD_UUID,
            "duration_s": 90,
            "video": "call.mp4",
            "transcript": "call.vtt",
            "transcript_delay_s": 0,
            "participants": [
                {"name": "Dana Reyes", "email": "dana.reyes@northwind.example", "internal": True},
                GUEST,
            ],
            "announce": False,
        } | changes
        meeting: dict[str, Any] = self.order("zoom/meetings", order)["meeting"]
        return meeting

    def state(self) -> Connection:
        """The connection as it stands."""
        with self.runtime.database.transaction() as session:
            found = ConnectionRepository(session, self.connection.organisation_id).get(self.connection.id)
        assert found is not None
        return found


@contextmanager
def zoom_lab(tmp_path: Path, runtime: Runtime) -> Iterator[ZoomLab]:
    """The simulator and a hub that is connected to it."""
    recordings = tmp_path / "recordings"
    recordings.mkdir()
    (recordings / "call.mp4").write_bytes(MEDIA)
    (recordings / "call.vtt").write_text(TRANSCRIPT)
    with running(tmp_path / "sandbox", recordings) as url:
        hub = _hub_for(runtime, url)
        yield ZoomLab(url, hub, asyncio.run(connect(hub)))


def _hub_for(runtime: Runtime, url: str) -> Runtime:
    app = OAuthApp(
        client_id="demo-zoom-client",
        client_secret=SecretStr("demo-zoom-secret"),
        webhook_secret=SecretStr(SECRET),
        hosts={"web": f"{url}/zoom", "api": f"{url}/zoom/v2"},
    )
    return replace(runtime, settings=runtime.settings.model_copy(update={"oauth_apps": {"zoom": app}}))


async def connect(runtime: Runtime, organisation_id: str | None = None) -> Connection:
    """Through the provider's page, as a person would."""
    visitor = Visitor(organisation_id or _organisation(runtime), "cse_test", "usr_test")
    url = start_connecting(
        runtime, organisation_id=visitor.organisation_id, session_id=visitor.session_id, provider="zoom"
    )
    async with httpx.AsyncClient(trust_env=False, timeout=30) as browser:
        page = await browser.get(url)
        found = re.search(r'name="request_id" value="([^"]+)"', page.text)
        assert found, page.text
        decided = await browser.post(url, data={"request_id": found[1], "decision": "allow"})
    query = dict(httpx.URL(decided.headers["location"]).params)
    return (await finish_connecting(runtime, visitor, "zoom", query)).connection


def _organisation(runtime: Runtime) -> str:
    with runtime.database.transaction() as session:
        session.add(organisation := Organisation(name="Northwind", created_at=runtime.clock()))
        session.flush()
        return organisation.id
