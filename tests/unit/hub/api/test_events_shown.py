"""The bodies of events that the OpenAPI document shows have the fields of real ones."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlmodel import select

from hub.accounts.models import Organisation
from hub.connections.models import Connection
from hub.deliveries.messages import EVENT_TYPES
from hub.deliveries.models import Message
from hub.deliveries.reconnecting import announce_reconnect, announce_refusal
from hub.openapi_events import EVENTS, body
from hub.runtime import Runtime
from hub.sessions.models import LiveSession
from hub.sessions.service.alerting import announce_alert
from tests.support.api import Api, api
from tests.support.console import seed_meeting

NOW = datetime(2026, 11, 19, 15, 4, 5, tzinfo=UTC)
ALERT = {"type": "arousal_high", "value": 0.9, "threshold": 0.8}


@pytest.fixture
def caller(runtime: Runtime) -> Api:
    return api(runtime, plan="professional")


def announced(runtime: Runtime, kind: str) -> dict[str, Any]:
    with runtime.database.transaction() as session:
        row = session.exec(select(Message).where(Message.event_type == kind)).first()
    assert row is not None, kind
    found: dict[str, Any] = json.loads(row.body)
    return found


def test_every_event_is_shown() -> None:
    assert EVENTS.keys() == EVENT_TYPES.keys()


@pytest.mark.parametrize("kind", ["session.created", "session.ended", "session.report_ready", "session.alert"])
def test_events_of_sessions_are_as_shown(runtime: Runtime, caller: Api, kind: str) -> None:
    session_id = caller.post("/v1/sessions", json={"label": "a call"}).json()["id"]
    with runtime.database.transaction() as session:
        announce_alert(session, session.get_one(LiveSession, session_id), "frm_1", 1, ALERT, NOW)
    caller.post(f"/v1/sessions/{session_id}/end")

    found = announced(runtime, kind)

    assert found.keys() == body(kind).keys()
    assert found["session_id"] == session_id


def test_events_of_connections_and_endpoints_are_as_shown(runtime: Runtime, caller: Api) -> None:
    made = caller.post("/v1/webhook-endpoints", json={"url": "https://your-app.example/hooks"}).json()
    caller.post(f"/v1/webhook-endpoints/{made['id']}/pause")
    with runtime.database.transaction() as session:
        organisation_id = session.exec(select(Organisation.id)).one()
    seed_meeting(runtime, organisation_id)
    with runtime.database.transaction() as session:
        connection_id = session.exec(select(Connection.id)).first() or ""
        announce_reconnect(session, connection_id, "The access was withdrawn.", NOW)
        announce_refusal(session, connection_id, "The client secret is wrong.", NOW)

    for kind in ("connection.reconnect_required", "connection.app_refused", "endpoint.disabled"):
        assert announced(runtime, kind).keys() == body(kind).keys()
