"""A hub, a member of it, and an app that the member may allow."""

import pytest
from starlette.testclient import TestClient

from hub.runtime import Runtime
from tests.support.apps import App, Person, a_person, a_server, an_app


@pytest.fixture
def server(runtime: Runtime) -> TestClient:
    return a_server(runtime)


@pytest.fixture
def dana(runtime: Runtime, server: TestClient) -> Person:
    """An admin."""
    return a_person(runtime, server)


@pytest.fixture
def app(runtime: Runtime, dana: Person) -> App:
    """With a secret."""
    return an_app(runtime, dana.organisation_id)


@pytest.fixture
def public_app(runtime: Runtime, dana: Person) -> App:
    """Without one."""
    return an_app(runtime, dana.organisation_id, public=True)
