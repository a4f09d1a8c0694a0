"""Known secrets go through the hub's main ways; none may be found in logs, on standard output, in errors or at rest."""

import asyncio
import io
import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import structlog
from fastapi.testclient import TestClient
from pydantic import SecretStr
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from connectors import registry
from connectors.base.records import InboundRequest
from connectors.base.testing import Answer, FakeProvider, fake_provider
from hub import runtime as runtimes
from hub.accounts import service as accounts
from hub.accounts.models import Organisation, User
from hub.app import create_app
from hub.connections.models import Connection
from hub.connections.sealing import seal_tokens
from hub.connections.service.keep_alive import keep_alive
from hub.deliveries.service import NewEndpoint, create_endpoint, send_test_event
from hub.kit import logging
from hub.meetings.models import Meeting, MeetingState
from hub.runtime import Runtime
from hub.settings import OAuthApp, Settings
from oauth.tokens import TokenSet
from tests.support.stage import ACCOUNT_ID, recording_completed, zoom_signature
from tests.support.waiting import until

ACCESS = "access-0123456789-abcdefghijklmnopqrstuvwxyz"
REFRESH = "refresh-0123456789-abcdefghijklmnopqrstuvwxyz"
DOWNLOAD = "download-0123456789-abcdefghijklmnopqrstuvwxyz"
CLIENT = "client-secret-0123456789-abcdefghijklmnopqrstuvwxyz"
WEBHOOK = "webhook-secret-0123456789-abcdefghijklmnopqrstuvwxyz"
PASSWORD = "password 0123456789 abcdefghijklmnopqrstuvwxyz"
GUESS = "guess 0123456789 abcdefghijklmnopqrstuvwxyz"
KNOWN = [ACCESS, REFRESH, DOWNLOAD, CLIENT, WEBHOOK, PASSWORD, GUESS]


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What the hub logs."""
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    logging.configure("json")
    yield written
    structlog.reset_defaults()


@pytest.fixture
def provider() -> Iterator[FakeProvider]:
    """A provider that repeats what it was sent in its refusals, as some do."""
    with fake_provider(registry.manifest("zoom")) as running:
        running.access_token = ACCESS
        running.api_fault = Answer(400, {"code": 300, "message": f"the token {ACCESS} may not read {DOWNLOAD}"})
        yield running


@pytest.fixture
def hub(settings: Settings, provider: FakeProvider, log: io.StringIO) -> Iterator[tuple[TestClient, Runtime]]:
    app = OAuthApp(
        client_id="c", client_secret=SecretStr(CLIENT), webhook_secret=SecretStr(WEBHOOK), hosts=provider.hosts
    )
    runtime = runtimes.build(settings.model_copy(update={"oauth_apps": {"zoom": app}}))
    with TestClient(create_app(runtime), client=("127.0.0.1", 50000)) as client:
        yield client, runtime
    runtime.database.close()


def test_no_secret_is_in_logs_or_at_rest(
    hub: tuple[TestClient, Runtime], provider: FakeProvider, log: io.StringIO, capfd: pytest.CaptureFixture[str]
) -> None:
    client, runtime = hub
    cookie, api_key = _sign_in(client, runtime)
    connection = _connect(runtime)
    endpoint_secret = _subscribe(runtime, connection.organisation_id)
    _announce_recording(client)
    until(lambda: _meeting(runtime).state is MeetingState.FAILED)
    provider.token_fault = Answer(400, {"error": "invalid_grant", "error_description": f"{REFRESH} is revoked"})
    asyncio.run(keep_alive(replace(runtime, clock=lambda: datetime.now(UTC) + timedelta(days=3))))

    printed = log.getvalue() + "".join(capfd.readouterr())
    stored = b"".join(file.read_bytes() for file in runtime.settings.data_dir.rglob("hub.db*"))

    assert "connection.not_kept_alive" in printed
    assert "…" in _meeting(runtime).state_reason, "the provider's words are shown, with what looks like a token masked"
    for secret in (*KNOWN, cookie, api_key, endpoint_secret, endpoint_secret.removeprefix("whsec_")):
        assert secret not in printed
        assert secret.encode() not in stored


def test_no_secret_is_in_the_text_of_values_and_errors(runtime: Runtime) -> None:
    app = OAuthApp(client_id="c", client_secret=SecretStr(CLIENT), webhook_secret=SecretStr(WEBHOOK))
    settings = runtime.settings.model_copy(update={"oauth_apps": {"zoom": app}})
    values = [
        settings,
        replace(runtime, settings=settings),
        TokenSet(ACCESS, REFRESH),
        InboundRequest("POST", "/hooks/zoom", {"authorization": WEBHOOK}, DOWNLOAD.encode()),
        _broken_constraint(runtime),
    ]

    texts = [f"{value!r} {value}" for value in values]

    master = runtime.settings.master_key
    assert master is not None
    for secret in (*KNOWN, master.get_secret_value()):
        assert not [text for text in texts if secret in text]


def _broken_constraint(runtime: Runtime) -> IntegrityError:
    row: dict[str, Any] = {
        "email": "dana@northwind.example",
        "password_hash": PASSWORD,
        "created_at": datetime.now(UTC),
    }
    with pytest.raises(IntegrityError) as raised, runtime.database.transaction() as session:
        session.add_all([User(**row), User(**row)])
    assert "dana@northwind.example" not in str(raised.value)
    return raised.value


def _sign_in(client: TestClient, runtime: Runtime) -> tuple[str, str]:
    link = accounts.first_run_link(runtime)
    assert link is not None
    founder = {"organisation": "Northwind", "domains": "northwind.example", "name": "Dana"}
    person = {"email": "dana@northwind.example", "password": PASSWORD}
    client.post("/first-run", data={"token": parse_qs(urlsplit(link).query)["token"][0], **founder, **person})
    client.post("/sign-in", data={**person, "password": GUESS})
    assert client.post("/sign-in", data=person, follow_redirects=False).status_code == 303
    return client.cookies["hub_session"], accounts.create_operator_key(runtime)


def _connect(runtime: Runtime) -> Connection:
    now = datetime.now(UTC)
    with runtime.database.transaction() as session:
        organisation = session.exec(select(Organisation)).one()
        connection = Connection(
            organisation_id=organisation.id, provider="zoom", account_id=ACCOUNT_ID, tokens="", created_at=now
        )
        connection.tokens = seal_tokens(runtime.vault, connection.id, TokenSet(ACCESS, REFRESH))
        session.add(connection)
    return connection


def _subscribe(runtime: Runtime, organisation_id: str) -> str:
    """An address that cannot be reached."""
    endpoint, secret = create_endpoint(
        runtime, organisation_id, NewEndpoint("https://127.0.0.1.invalid/"), actor="test"
    )
    send_test_event(runtime, organisation_id, endpoint.id)
    return secret


def _announce_recording(client: TestClient) -> None:
    body = json.dumps({**json.loads(recording_completed("uuid-1")), "download_token": DOWNLOAD}).encode()
    assert client.post("/hooks/zoom", content=body, headers=zoom_signature(body, WEBHOOK)).status_code == 200
    assert client.post("/hooks/zoom", content=body, headers=zoom_signature(body, GUESS)).status_code == 401


def _meeting(runtime: Runtime) -> Meeting:
    with runtime.database.transaction() as session:
        return session.exec(select(Meeting)).one()
