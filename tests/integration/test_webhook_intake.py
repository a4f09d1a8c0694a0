"""Provider webhooks come in more than once, in any order, and from people who only pretend."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr
from sqlmodel import func, select

from hub import runtime as runtimes
from hub.accounts.models import Organisation
from hub.app import create_app
from hub.connections.models import Connection, ConnectionState
from hub.connections.sealing import seal_tokens
from hub.ingest.models import InboundEvent
from hub.meetings.deleting import delete_meeting
from hub.meetings.models import Meeting, MeetingState
from hub.runtime import Runtime
from hub.settings import OAuthApp, Settings
from oauth.tokens import TokenSet
from tests.support.stage import ACCOUNT_ID, WEBHOOK_SECRET, recording_completed, zoom_signature
from tests.support.stores import queued
from tests.support.waiting import until


@pytest.fixture
def hub(settings: Settings) -> Iterator[tuple[TestClient, Runtime]]:
    """A running hub whose provider cannot be reached: what comes in is stored, and stays waiting."""
    nowhere = {"web": "http://127.0.0.1:9/zoom", "api": "http://127.0.0.1:9/zoom/v2"}
    app = OAuthApp(client_id="c", webhook_secret=SecretStr(WEBHOOK_SECRET), hosts=nowhere)
    runtime = runtimes.build(settings.model_copy(update={"oauth_apps": {"zoom": app}}))
    with TestClient(create_app(runtime), client=("127.0.0.1", 50000)) as client:
        yield client, runtime
    runtime.database.close()


def _connect(runtime: Runtime, name: str = "Northwind") -> Connection:
    now = datetime.now(UTC)
    with runtime.database.transaction() as session:
        organisation = Organisation(name=name, created_at=now)
        session.add(organisation)
        session.flush()
        connection = Connection(
            organisation_id=organisation.id,
            provider="zoom",
            account_id=ACCOUNT_ID,
            tokens="",
            created_at=now,
            account={"user_id": "u"},
        )
        connection.tokens = seal_tokens(runtime.vault, connection.id, TokenSet("access"))
        session.add(connection)
    return connection


def _post(client: TestClient, body: bytes, **signing: object) -> int:
    headers = zoom_signature(body, **signing)  # type: ignore[arg-type]
    return client.post("/hooks/zoom", content=body, headers=headers).status_code


def _count(runtime: Runtime, model: type[InboundEvent] | type[Meeting]) -> int:
    with runtime.database.transaction() as session:
        return session.exec(select(func.count()).select_from(model)).one()


def _state(runtime: Runtime, meeting_id: str) -> MeetingState:
    with runtime.database.transaction() as session:
        return session.get_one(Meeting, meeting_id).state


def test_the_same_webhook_five_times_is_one_event_and_one_meeting(hub: tuple[TestClient, Runtime]) -> None:
    client, runtime = hub
    _connect(runtime)
    body = recording_completed("uuid-1")

    statuses = [_post(client, body) for _ in range(5)]

    assert statuses == [200] * 5
    assert _count(runtime, InboundEvent) == 1
    assert _count(runtime, Meeting) == 1


def test_a_wrong_signature_is_refused_and_nothing_is_stored(hub: tuple[TestClient, Runtime]) -> None:
    client, runtime = hub
    _connect(runtime)

    status = _post(client, recording_completed("uuid-1"), secret="somebody else's")

    assert status == 401
    assert _count(runtime, InboundEvent) == 0


def test_a_replayed_old_webhook_is_refused(hub: tuple[TestClient, Runtime]) -> None:
    client, runtime = hub
    _connect(runtime)

    assert _post(client, recording_completed("uuid-1"), at=1_700_000_000.0) == 401


def test_an_account_that_nobody_connected_is_acknowledged_and_ignored(hub: tuple[TestClient, Runtime]) -> None:
    client, runtime = hub

    assert _post(client, recording_completed("uuid-1", account_id="stranger")) == 200
    assert _count(runtime, InboundEvent) == 0


def test_two_organisations_with_the_same_account_each_get_the_event(hub: tuple[TestClient, Runtime]) -> None:
    client, runtime = hub
    _connect(runtime, "Northwind")
    _connect(runtime, "Northwind Labs")

    assert _post(client, recording_completed("uuid-1")) == 200
    assert _count(runtime, Meeting) == 2


def test_a_transcript_that_comes_before_its_recording_makes_one_meeting(hub: tuple[TestClient, Runtime]) -> None:
    client, runtime = hub
    _connect(runtime)
    recording = json.loads(recording_completed("uuid-1"))
    transcript = json.loads(recording_completed("uuid-1")) | {"event": "recording.transcript_completed"}
    transcript["payload"]["object"]["recording_files"] = [
        {"id": "t", "file_type": "TRANSCRIPT", "file_extension": "VTT", "status": "completed"}
    ]

    statuses = [_post(client, json.dumps(event).encode()) for event in (transcript, recording)]

    assert statuses == [200, 200]
    assert _count(runtime, Meeting) == 1
    assert _count(runtime, InboundEvent) == 2


def test_a_deleted_meeting_is_not_brought_back_by_its_transcript_or_by_a_redelivery(
    hub: tuple[TestClient, Runtime],
) -> None:
    client, runtime = hub
    connection = _connect(runtime)
    recording = recording_completed("uuid-1")
    transcript = recording.replace(b"recording.completed", b"recording.transcript_completed")
    _post(client, recording)
    with runtime.database.transaction() as session:
        meeting_id = session.exec(select(Meeting.id)).one()
    until(lambda: _state(runtime, meeting_id) is not MeetingState.FETCHING)

    delete_meeting(runtime, connection.organisation_id, meeting_id, actor="usr_1")
    assert _count(runtime, InboundEvent) == 0
    statuses = [_post(client, body) for body in (transcript, recording, recording_completed("uuid-2"))]

    assert statuses == [200, 200, 200]
    with runtime.database.transaction() as session:
        assert session.exec(select(Meeting.external_id)).all() == ["uuid-2"]


def test_an_oversized_body_is_refused(hub: tuple[TestClient, Runtime]) -> None:
    client, _ = hub
    body = b"{" + b" " * (2 * 1024 * 1024) + b"}"

    assert _post(client, body) == 413


def test_an_unknown_provider_is_not_found(hub: tuple[TestClient, Runtime]) -> None:
    client, _ = hub

    answer = client.post("/hooks/nobody", content=b"{}")

    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "not_found"
    assert answer.json()["error"]["request_id"] == answer.headers["x-request-id"]


def test_removing_the_app_revokes_the_connection_and_deletes_its_meetings(hub: tuple[TestClient, Runtime]) -> None:
    client, runtime = hub
    connection = _connect(runtime)
    _post(client, recording_completed("uuid-1"))

    assert _post(client, _deauthorized("u")) == 200

    with runtime.database.transaction() as session:
        stored = session.get_one(Connection, connection.id)
    assert stored.state is ConnectionState.REVOKED
    until(lambda: _count(runtime, Meeting) == 0)


def test_a_colleague_who_removes_the_app_for_themselves_ends_nothing_unproven(
    hub: tuple[TestClient, Runtime],
) -> None:
    client, runtime = hub
    connection = _connect(runtime)
    _post(client, recording_completed("uuid-1"))

    assert _post(client, _deauthorized("a-colleague")) == 200

    with runtime.database.transaction() as session:
        assert session.get_one(Connection, connection.id).state is ConnectionState.ACTIVE
    assert _count(runtime, Meeting) == 1
    assert any(each.startswith("prove:") for each in queued(runtime))


def _deauthorized(user_id: str) -> bytes:
    payload = {
        "account_id": ACCOUNT_ID, "user_id": user_id, "signature": "s", "client_id": "c",
        "deauthorization_time": "2026-09-15T14:00:00Z",
    }  # fmt: skip
    return json.dumps({"event": "app_deauthorized", "payload": payload}).encode()
