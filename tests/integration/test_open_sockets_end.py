"""A key or token that ends closes the WebSockets that it opened, within seconds and whatever they are doing."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select
from starlette.websockets import WebSocketDisconnect

from hub import runtime as runtimes
from hub.accounts.models import ApiKey
from hub.accounts.oauth_server.models import OAuthToken
from hub.accounts.open_sockets import ACCESS_ENDED
from hub.accounts.service import revoke_api_key
from hub.runtime import Runtime
from hub.sessions.models import LiveSession, SessionState
from hub.settings import Settings
from tests.support.api import Api, a_key, working_api
from tests.support.apps import a_person, an_app, call, tokens
from tests.support.stores import ready_runtime
from tests.support.waiting import until

STREAMS = ["/v1/sessions/{session}/stream", "/v1/stream/video", "/v1/stream/audio"]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Runtime, Api]]:
    built = ready_runtime(Settings(data_dir=tmp_path_factory.mktemp("hub")))
    runtimes.install(built)
    with working_api(built) as api:
        yield built, api
    built.database.close()


def connect(api: Api, key: str, stream: str) -> Any:
    opened = Api(api.http, key).post("/v1/sessions", json={}).json()["session_id"] if "{session}" in stream else ""
    return api.http.websocket_connect(stream.format(session=opened), subprotocols=["echo-depth-v1", f"token.{key}"])


def wait_for_close(socket: Any) -> int:
    """Read until the server closes; gives the code."""
    with pytest.raises(WebSocketDisconnect) as closed:
        read_on(socket)
    return int(closed.value.code)


def read_on(socket: Any) -> None:
    while True:
        socket.receive_json()


def revoke(runtime: Runtime, name: str) -> None:
    with runtime.database.transaction() as session:
        key = session.exec(select(ApiKey).where(ApiKey.name == name)).one()
        revoke_api_key(session, key, actor="test", now=runtime.clock())


def state_of(runtime: Runtime, session_id: str) -> str:
    with runtime.database.transaction() as session:
        return session.get_one(LiveSession, session_id).state


@pytest.mark.parametrize("stream", STREAMS)
def test_a_revoked_key_closes_its_streams(service: tuple[Runtime, Api], stream: str) -> None:
    runtime, api = service
    key = a_key(runtime, name=stream)
    with connect(api, key, stream) as socket:
        revoke(runtime, stream)

        assert wait_for_close(socket) == ACCESS_ENDED


def test_a_stream_that_is_busy_is_closed_too(service: tuple[Runtime, Api]) -> None:
    runtime, api = service
    key = a_key(runtime, name="busy")
    with connect(api, key, "/v1/stream/audio") as socket:
        revoke(runtime, "busy")
        for _ in range(8):
            socket.send_bytes(b"\x00\x00" * 16_000)

        assert wait_for_close(socket) == ACCESS_ENDED


def test_the_session_behind_a_closed_stream_ends(service: tuple[Runtime, Api]) -> None:
    runtime, api = service
    key = a_key(runtime, name="behind")
    with connect(api, key, "/v1/stream/video") as socket:
        session_id = socket.receive_json()["session_id"]
        revoke(runtime, "behind")
        wait_for_close(socket)

    until(lambda: state_of(runtime, session_id) == SessionState.ENDED, "the session behind it has ended")


def test_a_key_that_expires_closes_its_stream(service: tuple[Runtime, Api]) -> None:
    runtime, api = service
    key = a_key(runtime, name="short", expires_at=runtime.clock() + timedelta(seconds=3))
    with connect(api, key, "/v1/stream/audio") as socket:
        assert wait_for_close(socket) == ACCESS_ENDED


def test_a_token_that_ends_closes_its_stream_and_others_stay(service: tuple[Runtime, Api]) -> None:
    runtime, api = service
    dana = a_person(runtime, api.http)
    app = an_app(runtime, dana.organisation_id)
    first, second, third = (tokens(api.http, dana, app) for _ in range(3))
    with (
        connect(api, first["access_token"], "/v1/stream/audio") as given_up,
        connect(api, second["access_token"], "/v1/stream/video") as expired,
        connect(api, third["access_token"], "/v1/stream/audio") as other,
    ):
        call(api.http, "revoke", app, token=first["refresh_token"])
        with runtime.database.transaction() as session:
            last = session.exec(
                select(OAuthToken).where(OAuthToken.kind == "access_token").order_by(col(OAuthToken.id))
            )
            list(last.all())[1].expires_at = runtime.clock()

        assert wait_for_close(given_up) == ACCESS_ENDED
        assert wait_for_close(expired) == ACCESS_ENDED
        other.receive_json()
        other.send_json({"type": "ping"})
        assert other.receive_json() == {"type": "pong"}
