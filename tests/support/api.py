"""Calling the public API with real keys, in one process."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

from httpx import Response
from sqlmodel import select
from starlette.testclient import TestClient

from hub.accounts.models import ApiKey, Organisation
from hub.accounts.service import NewKey, make_api_key
from hub.app import create_app
from hub.runtime import Runtime


@dataclass(frozen=True)
class Api:
    """A client that sends one key with everything."""

    http: TestClient
    key: str

    def send(self, method: str, path: str, headers: Mapping[str, str] | None = None, **more: Any) -> Response:
        """One request."""
        authorization = {"Authorization": f"Bearer {self.key}"}
        answer: Any = self.http.request(method, path, headers={**authorization, **(headers or {})}, **more)
        return cast(Response, answer)  # the test client answers with httpx or its successor, which are the same here

    def get(self, path: str, **more: Any) -> Response:
        return self.send("GET", path, **more)

    def post(self, path: str, **more: Any) -> Response:
        return self.send("POST", path, **more)

    def patch(self, path: str, **more: Any) -> Response:
        return self.send("PATCH", path, **more)

    def delete(self, path: str, **more: Any) -> Response:
        return self.send("DELETE", path, **more)


def a_key(runtime: Runtime, organisation: str = "Northwind", **new: Any) -> str:
    """A key of the organisation of that name, which is made when there is none."""
    with runtime.database.transaction() as session:
        owner = session.exec(select(Organisation).where(Organisation.name == organisation)).first()
        if owner is None:
            owner = Organisation(name=organisation, created_at=runtime.clock())
            session.add(owner)
            session.flush()
        limits = new.pop("limits", {})
        row, secret = make_api_key(
            session, owner.id, NewKey(new.pop("name", "a key"), **new), actor="test", now=runtime.clock()
        )
        session.get_one(ApiKey, row.id).limits = limits
    return secret


def api(runtime: Runtime, key: str | None = None, **new: Any) -> Api:
    """The API without the engine: what needs no work in the background."""
    http = TestClient(create_app(runtime), client=("127.0.0.1", 50000), raise_server_exceptions=False)
    return Api(http, key or a_key(runtime, **new))


@contextmanager
def working_api(runtime: Runtime, **new: Any) -> Iterator[Api]:
    """The API with the engine running behind it."""
    app = create_app(runtime)
    with TestClient(app, client=("127.0.0.1", 50000), raise_server_exceptions=False) as http:
        yield Api(http, a_key(runtime, **new))
