"""A provider on a loopback port that follows a manifest: what the conformance suite runs every connector against.

It issues and refreshes tokens as `[oauth]` says, refuses what a strict provider refuses, and misbehaves on order.
Each entry of `[hosts]` is a path below its address: `api` becomes `http://127.0.0.1:<port>/api`. Account facts
named `..._url` are its address itself.

A connector's `fixtures/check.json` tells how its provider answers `check()`:
`{"account": {"id", "name"}, "answers": {"GET /api/users/me": {"status", "headers", "body"}}}`, and optionally how
it says `"unauthorized"`, `"rate_limited"` and `"unavailable"`; plain 401, 429 and 503 otherwise.
Its `fixtures/webhook.*.json` are event bodies with what they mean: `{"body", "events": [{"kind", "account_id", ...}]}`.
"""

import base64
import hashlib
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from connectors.base.manifest import Manifest

CLIENT_ID = "conformance-client"
CLIENT_SECRET = "conformance-secret"  # noqa: S105 opens nothing but this fake
CODE = "conformance-code"


@dataclass(frozen=True)
class Answer:
    """An HTTP answer. `cut` drops the connection instead, `short` in the middle of the body; `delay_s` waits first."""

    status: int = 200
    body: Any = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False
    short: bool = False
    delay_s: float = 0.0


@dataclass(frozen=True)
class Seen:
    """A request as it arrived; header names in lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        """The body's form fields."""
        return dict(parse_qsl(self.body.decode()))

    @property
    def bearer(self) -> str:
        """The bearer token, or nothing."""
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token if scheme.lower() == "bearer" else ""


class FakeProvider:
    """The running provider's state. Change `answers`, `api_fault`, `token_fault` at any time."""

    def __init__(self, manifest: Manifest, base_url: str) -> None:
        self.manifest = manifest
        self.base_url = base_url
        self.hosts = {name: f"{base_url}/{name}" for name in manifest.hosts}
        self.answers: dict[str, Answer] = {}
        self.api_fault: Answer | None = None
        self.token_fault: Answer | None = None
        self.lose_token_answers = 0
        """So many grants take effect without their answer getting through."""
        self.challenge = ""
        self.requests: list[Seen] = []
        self.access_token = ""
        self.refresh_token = ""
        self.used_refresh_tokens: list[str] = []
        self.revoked: list[str] = []
        self._grants = 0
        self._stop = threading.Event()
        self._lock = threading.Lock()

    def handle(self, seen: Seen) -> Answer:
        """The answer to one request."""
        with self._lock:
            self.requests.append(seen)
            answer = self._answer(seen)
        if answer.delay_s:
            self._stop.wait(answer.delay_s)
        return answer

    def calls(self, path: str) -> list[Seen]:
        """The requests to one path."""
        return [seen for seen in self.requests if seen.path == path]

    def api_calls(self) -> list[Seen]:
        """The requests to neither token nor revocation endpoint."""
        return [seen for seen in self.requests if seen.path not in {self.token_path, self.revoke_path}]

    def stop(self) -> None:
        """Let go of requests that wait."""
        self._stop.set()

    @property
    def token_path(self) -> str:
        """Where tokens are issued."""
        return urlsplit(self.manifest.oauth_provider(self.hosts).token_url).path

    @property
    def revoke_path(self) -> str:
        """Where they are revoked; nowhere for some."""
        return urlsplit(self.manifest.oauth_provider(self.hosts).revoke_url or "").path

    def _answer(self, seen: Seen) -> Answer:
        if seen.path == self.token_path:
            return self.token_fault or self._token(seen)
        if seen.path == self.revoke_path:
            return self._revoke(seen)
        if self.api_fault is not None:
            return self.api_fault
        if seen.bearer != self.access_token:
            return self.unauthorized()
        return self.answers.get(f"{seen.method} {seen.path}", Answer(404, {"message": f"nothing at {seen.path}"}))

    def unauthorized(self) -> Answer:
        """How this provider refuses a token: by `401` unless its fixtures say otherwise."""
        return self.answers.get("unauthorized", Answer(401, {"message": "the token is not valid"}))

    def _token(self, seen: Seen) -> Answer:
        form = seen.form
        if not self._is_our_client(seen, form):
            return Answer(401, {"error": "invalid_client"})
        if form.get("grant_type") == "authorization_code":
            fits = form.get("code") == CODE and form.get("redirect_uri") and self._proves_challenge(form)
        else:
            fits = self._redeem_refresh_token(form.get("refresh_token", ""))
        if not fits:
            return Answer(400, {"error": "invalid_grant"})
        return self._issue(first=form.get("grant_type") == "authorization_code")

    def _issue(self, *, first: bool) -> Answer:
        section = self.manifest.oauth
        rotates = section is not None and section.refresh_rotation
        self._grants += 1
        self.access_token = f"access-{self._grants}"
        body: dict[str, Any] = {"ok": True, "access_token": self.access_token, "token_type": "bearer"}
        body |= {"expires_in": 3600, "scope": "all"}
        if first or rotates:
            self.refresh_token = f"refresh-{self._grants}"
            body["refresh_token"] = self.refresh_token
        for name, path in (section.account if section else {}).items():
            _put(body, path, self.base_url if name.endswith("_url") else f"fact-{name}")
        if self.lose_token_answers:
            self.lose_token_answers -= 1
            return Answer(cut=True)
        return Answer(200, body)

    def _redeem_refresh_token(self, token: str) -> bool:
        self.used_refresh_tokens.append(token)
        return bool(token) and token == self.refresh_token

    def _proves_challenge(self, form: Mapping[str, str]) -> bool:
        if self.manifest.oauth is None or not self.manifest.oauth.pkce:
            return True
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == self.challenge

    def _is_our_client(self, seen: Seen, form: Mapping[str, str]) -> bool:
        if self.manifest.oauth is not None and self.manifest.oauth.client_auth == "body":
            return (form.get("client_id"), form.get("client_secret")) == (CLIENT_ID, CLIENT_SECRET)
        expected = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        return seen.headers.get("authorization") == f"Basic {expected}"

    def _revoke(self, seen: Seen) -> Answer:
        self.revoked.append(seen.form.get("token") or seen.bearer)
        return Answer(200, {"ok": True, "revoked": True})


@contextmanager
def fake_provider(manifest: Manifest) -> Iterator[FakeProvider]:
    """Run a `FakeProvider` in a thread."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    provider = FakeProvider(manifest, f"http://127.0.0.1:{server.server_address[1]}")
    server.provider = provider  # type: ignore[attr-defined]  # how http.server hands things to its handlers
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        provider.stop()
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _serve(self) -> None:
        provider: FakeProvider = self.server.provider  # type: ignore[attr-defined]
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = provider.handle(Seen(self.command, parts.path, dict(parse_qsl(parts.query)), headers, body))
        if answer.cut:
            self.close_connection = True
            return
        self._send(answer)

    def _send(self, answer: Answer) -> None:
        content = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
        self.send_response(answer.status)
        for name, value in {"Content-Type": "application/json", **answer.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content) + answer.short))
        self.end_headers()
        self.wfile.write(content)
        self.close_connection = self.close_connection or answer.short

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _serve

    def log_message(self, format: str, *args: object) -> None:
        """Keep test output quiet."""


def _put(body: dict[str, Any], path: str, value: str) -> None:
    *parents, last = path.split(".")
    for name in parents:
        body = body.setdefault(name, {})
    body[last] = value
