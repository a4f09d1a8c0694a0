"""A provider that nobody has heard of, added as a folder and nothing else."""

import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import SecretStr

import connectors
from connectors import registry
from connectors.base.errors import SignatureInvalid
from connectors.base.inbound import receive
from connectors.base.manifest import ManifestError
from connectors.base.records import InboundRequest, InboundResponse
from connectors.base.signature import sign
from connectors.base.testing import CLIENT_ID, CLIENT_SECRET, CODE, Answer, fake_provider
from hub import console
from hub import runtime as runtimes
from hub.accounts.models import Organisation
from hub.app import create_app
from hub.connections.access import open_source
from hub.connections.checking import check_all
from hub.connections.config import read_config
from hub.connections.errors import ConfigInvalid
from hub.connections.service.finish import Visitor, finish_connecting
from hub.connections.service.start import start_connecting
from hub.runtime import Runtime
from hub.settings import OAuthApp, Settings
from tests.connectors.recorded import as_file, replayed
from tests.unit.hub.console.conftest import browser_with, found

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
MANIFEST = """
id = "quillcast"
name = "Quillcast"
aliases = ["quill_api"]
category = "meetings"
capabilities = ["source"]
[hosts]
api = "https://api.quillcast.example"
[oauth]
authorize_url = "{api}/authorize"
token_url = "{api}/token"
scope_separator = ","
client_auth = "body"
account = { region = "tenant.region" }
[[oauth.scopes]]
name = "calls.read"
reason = "To read the calls that were recorded."
[webhook.signature]
header = "x-quill-signature"
template = "{body}"
algorithm = "sha512"
encoding = "base64"
[config.team]
label = "Which team"
type = "choice"
choices = ["sales", "everybody"]
default = "sales"
"""
CONNECTOR = """
from datetime import UTC, datetime
from connectors.base.records import Account, EventKind, RecordingRef, SourceEvent

class QuillcastConnector:
    def __init__(self, client):
        self._client = client

    async def check(self):
        body = (await self._client.request("GET", "whoami")).json()
        return Account(body["tenant"], body["name"])

    @classmethod
    def parse(cls, body):
        at = datetime(2026, 11, 20, tzinfo=UTC)
        call = body["call"]
        return (SourceEvent(EventKind.RECORDING_COMPLETED, "t1", f"call:{call}", at, RecordingRef(call)),)
"""


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def sixth_provider(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder, on the path where connectors are found."""
    folder = tmp_path / "more" / "quillcast"
    folder.mkdir(parents=True)
    (folder / "manifest.toml").write_text(MANIFEST)
    (folder / "connector.py").write_text(CONNECTOR)
    (folder / "__init__.py").touch()
    (folder / "logo.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    monkeypatch.setattr(connectors, "__path__", [*connectors.__path__, str(folder.parent)])
    yield folder
    for name in [name for name in sys.modules if name.startswith("connectors.quillcast")]:
        del sys.modules[name]


def test_the_console_finds_it_among_the_others(sixth_provider: Path) -> None:
    names = [manifest.name for manifest in registry.all_manifests()]

    assert "Quillcast" in names
    assert len(names) > 1


def test_its_events_are_verified_and_read(sixth_provider: Path) -> None:
    webhook = registry.manifest("quillcast").webhook
    assert webhook is not None
    assert webhook.signature is not None
    plain = InboundRequest("POST", "https://hub.example/hooks/quillcast", {}, b'{"call": "c7"}')
    signed = replace(plain, headers={"x-quill-signature": sign(webhook.signature, plain, "secret", "")})

    events = receive("quillcast", signed, "secret", NOW)

    assert not isinstance(events, InboundResponse)
    assert [event.key for event in events] == ["call:c7"]
    with pytest.raises(SignatureInvalid):
        receive("quillcast", plain, "secret", NOW)


def test_its_recorded_calls_are_replayed_by_its_name_and_its_other_one(sixth_provider: Path) -> None:
    event = replayed("quillcast", as_file(body={"call": "c7"}))
    forged = replayed("quill_api", as_file(headers={"x-quill-signature": "AAAA"}, body={"call": "c7"}))
    limited = replayed("quillcast", as_file(status=429, headers={"Retry-After": "3"}, body={}))
    other = replayed("quillcast", as_file(status=200, body={"calls": []}))
    known = replayed("quillcast", as_file(status=200, body={"tenant": "t1", "name": "Harbourlight"}))
    ended = replayed("quillcast", as_file(status=400, body={"error": "invalid_grant"}))

    assert [each["key"] for each in event["events"]] == ["call:c7"]
    assert forged["error"]["class"] == "SignatureInvalid"
    assert (limited["error"]["class"], limited["next"]["wait_s"]) == ("RateLimited", 3.0)
    assert other == {"outcome": "response", "response": {"members": ["calls"]}}
    assert known["response"]["account"]["name"] == "Harbourlight"
    assert ended["next"]["action"] == "reconnect"


def test_its_hook_lets_signed_events_in_and_refuses_others(sixth_provider: Path, settings: Settings) -> None:
    app = OAuthApp(client_id="c", webhook_secret=SecretStr("secret"))
    runtime = runtimes.build(settings.model_copy(update={"oauth_apps": {"quillcast": app}}))
    body = b'{"call": "c7"}'
    rules = registry.manifest("quillcast").webhook
    assert rules is not None
    assert rules.signature is not None
    proof = sign(rules.signature, InboundRequest("POST", "", {}, body), "secret", "")

    with TestClient(create_app(runtime), client=("127.0.0.1", 50000)) as client:
        taken = client.post("/hooks/quillcast", content=body, headers={"x-quill-signature": proof})
        refused = client.post("/hooks/quillcast", content=body, headers={"x-quill-signature": "AAAA"})
        unknown = client.post("/hooks/quill_api", content=body)

    runtime.database.close()
    assert (taken.status_code, refused.status_code, unknown.status_code) == (200, 401, 404)


def test_its_connect_form_is_drawn_and_its_answers_are_read(sixth_provider: Path, runtime: Runtime) -> None:
    manifest = registry.manifest("quillcast")
    hub = _hub_for(runtime, {"api": "http://127.0.0.1:9/api"})

    app = FastAPI()
    app.state.runtime = hub
    app.include_router(console.router)
    with browser_with(app, found(hub)[0]) as browser:
        page, logo = browser.get("/connections"), browser.get("/logos/quillcast.svg")

    assert (page.status_code, logo.status_code) == (200, 200)
    for words in ("Quillcast", "Which team", "everybody", "To read the calls that were recorded."):
        assert words in page.text
    assert read_config(manifest, {"team": "everybody"}) == {"team": "everybody"}
    with pytest.raises(ConfigInvalid, match="Which team"):
        read_config(manifest, {"team": "nobody"})


@pytest.mark.anyio
async def test_an_account_of_it_is_connected_and_used(sixth_provider: Path, runtime: Runtime) -> None:
    with fake_provider(registry.manifest("quillcast")) as provider:
        provider.answers["GET /api/whoami"] = Answer(body={"tenant": "t1", "name": "Harbourlight"})
        hub = _hub_for(runtime, provider.hosts)
        visitor = _visitor(hub)
        url = start_connecting(
            hub, organisation_id=visitor.organisation_id, session_id=visitor.session_id, provider="quillcast"
        )
        query = dict(parse_qsl(urlsplit(url).query))
        provider.challenge = query["code_challenge"]

        kept = await finish_connecting(hub, visitor, "quillcast", {"state": query["state"], "code": CODE})

        [checked] = await check_all(hub, "quill_api")
        assert (checked.works, checked.account) == (True, "Harbourlight")
        assert query["scope"] == "calls.read"
        assert (kept.connection.account_id, kept.connection.account) == ("t1", {"region": "fact-region"})
        async with open_source(hub, visitor.organisation_id, kept.connection.id) as source:
            assert (await source.check()).name == "Harbourlight"


def test_a_bad_manifest_stops_the_start_and_says_where_and_why(sixth_provider: Path) -> None:
    (sixth_provider / "manifest.toml").write_text(MANIFEST.replace("{api}/token", "{web}/token").replace("calls.", ""))
    registry._scan.cache_clear()

    with pytest.raises(ManifestError) as raised:
        registry.all_manifests()

    assert str(sixth_provider / "manifest.toml") in str(raised.value)
    assert "web" in str(raised.value)


def _hub_for(runtime: Runtime, hosts: dict[str, str]) -> Runtime:
    app = OAuthApp(client_id=CLIENT_ID, client_secret=SecretStr(CLIENT_SECRET), hosts=hosts)
    return replace(runtime, settings=runtime.settings.model_copy(update={"oauth_apps": {"quillcast": app}}))


def _visitor(runtime: Runtime) -> Visitor:
    with runtime.database.transaction() as session:
        session.add(organisation := Organisation(name="Harbourlight", created_at=runtime.clock()))
        session.flush()
        return Visitor(organisation.id, "cse_test", "usr_test")
