"""What will go says so, in answers and in the document."""

from datetime import UTC, datetime

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from hub.app import create_app
from hub.deprecations import DEPRECATED, Deprecation, describe
from hub.envelope import Envelope
from hub.runtime import Runtime
from tests.support.api import api

GOING = Deprecation(
    since=datetime(2026, 11, 20, tzinfo=UTC),
    sunset=datetime(2027, 11, 20, tzinfo=UTC),
    link="https://hub.example/docs#usage",
)


class Nobody:
    def request_ended(self, scope: object, status: int, seconds: float) -> None:
        """Nobody counts."""


@pytest.fixture
def client() -> TestClient:
    app = FastAPI()
    app.get("/v1/things/{thing_id}")(lambda thing_id: thing_id)
    app.get("/v1/others")(lambda: 1)
    app.add_middleware(Envelope, https=False, watcher=Nobody(), deprecated={("GET", "/v1/things/{thing_id}"): GOING})
    return TestClient(app)


def test_answers_of_a_call_that_will_go_say_since_when_until_when_and_what_instead(client: TestClient) -> None:
    headers = client.get("/v1/things/7").headers

    assert headers["Deprecation"] == "@1795132800"
    assert headers["Sunset"] == "Sat, 20 Nov 2027 00:00:00 GMT"
    assert headers["Link"] == '<https://hub.example/docs#usage>; rel="deprecation"; type="text/html"'


def test_other_answers_do_not(client: TestClient) -> None:
    assert "Deprecation" not in client.get("/v1/others").headers
    assert "Deprecation" not in client.get("/v1/nothing").headers


def test_the_document_marks_calls_and_fields(runtime: Runtime) -> None:
    document = create_app(runtime).openapi()
    describe(document, {("GET", "/v1/usage"): GOING})
    describe(
        document,
        {("GET", "/v1/sessions/{session_id}"): Deprecation(GOING.since, GOING.sunset, GOING.link, frozenset({"id"}))},
    )

    assert document["paths"]["/v1/usage"]["get"]["deprecated"]
    assert "deprecated" not in document["paths"]["/v1/sessions/{session_id}"]["get"]
    assert document["components"]["schemas"]["SessionView"]["properties"]["id"]["deprecated"]


def test_everything_that_is_to_go_exists_and_stays_for_a_year(runtime: Runtime) -> None:
    describe(api(runtime).http.get("/openapi.json").json(), DEPRECATED)

    assert all((row.sunset - row.since).days >= 365 for row in DEPRECATED.values())
