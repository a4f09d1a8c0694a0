"""The keys that encrypted events are checked with are fetched rarely, and their absence is nobody's forgery."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from pydantic import SecretStr

from connectors.base.errors import ProviderUnavailable
from hub.ingest.opening import SigningKeys
from hub.settings import OAuthApp

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def published() -> Iterator[tuple[str, list[str]]]:
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200 if self.path == "/keys" else 503)
            self.end_headers()
            self.wfile.write(b'{"keys": []}')

        def log_message(self, format: str, *args: object) -> None:
            """Keep test output quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}", asked
    server.shutdown()
    server.server_close()
    thread.join()


def test_they_are_kept_and_strangers_cannot_make_us_fetch_them_all_the_time(
    published: tuple[str, list[str]],
) -> None:
    url, asked = published
    keys = SigningKeys()

    for minutes, anew in [(0, False), (1, False), (2, True), (2.5, True), (4, True), (15 * 60, False)]:
        keys.get(f"{url}/keys", lambda minutes=minutes: NOW + timedelta(minutes=minutes), anew)  # type: ignore[misc]

    assert len(asked) == 4


def test_when_they_cannot_be_had_the_event_may_come_again(published: tuple[str, list[str]]) -> None:
    with pytest.raises(ProviderUnavailable):
        SigningKeys().get(f"{published[0]}/away", lambda: NOW, False)


def test_our_own_keys_come_from_the_setting_or_from_the_file_it_names(tmp_path: Path) -> None:
    pem = "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n"
    (tmp_path / "hook.pem").write_text(pem)

    given = [
        OAuthApp(webhook_keys=SecretStr(text)).webhook_key_text() for text in ("", pem, str(tmp_path / "hook.pem"))
    ]

    assert given == ["", pem, pem]
    with pytest.raises(OSError, match="missing"):
        OAuthApp(webhook_keys=SecretStr(str(tmp_path / "missing.pem"))).webhook_key_text()
