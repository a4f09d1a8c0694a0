"""The address of an organisation comes from outside; it must not lead the hub into its own network."""

import socket
import threading
from collections.abc import Iterator

import pytest

from connectors.base.errors import RequestRejected
from connectors.salesforce.api import Api


@pytest.fixture
def inside() -> Iterator[tuple[int, list[bytes]]]:
    """A service inside, with what was said to it."""
    heard: list[bytes] = []
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(5)

    def listen() -> None:
        try:
            client, _ = server.accept()
        except OSError:
            return
        with client:
            client.settimeout(5)
            heard.append(client.recv(1024))

    thread = threading.Thread(target=listen)
    thread.start()
    yield server.getsockname()[1], heard
    server.close()
    thread.join()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_an_address_inside_is_reached_by_nothing_that_we_say(inside: tuple[int, list[bytes]], host: str) -> None:
    port, heard = inside

    with Api(f"https://{host}:{port}", "a-token") as api, pytest.raises(RequestRejected) as raised:
        api.user_info()

    assert raised.value.code == "instance_url"
    assert heard in ([], [b""])
