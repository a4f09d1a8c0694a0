"""Walking through the simulators as a browser and an app would."""

import base64
import hashlib
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

CALLBACK = "http://127.0.0.1:9/callback"
VERIFIER = "a-verifier-that-is-long-enough-for-rfc-7636-to-like-it"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
PATHS = {
    "zoom": "/zoom/oauth/authorize",
    "salesforce": "/services/oauth2/authorize",
    "slack": "/slack/oauth/v2/authorize",
    "hubspot": "/hubspot/oauth/authorize",
}
TOKEN_PATHS = {
    "salesforce": "/services/oauth2/token",
    "slack": "/slack/api/oauth.v2.access",
    "hubspot": "/hubspot/api/oauth/2026-03/token",
}
DEFAULT_SCOPES = {"salesforce": "api refresh_token openid"}


@dataclass
class App:
    """The registered app of one provider, and a browser."""

    base: str
    provider: str
    http: httpx.Client

    def query(self, **changes: str) -> dict[str, str]:
        """A correct authorize request, with changes."""
        query = {
            "client_id": f"demo-{self.provider}-client",
            "redirect_uri": CALLBACK,
            "response_type": "code",
            "state": "the-state",
            "scope": DEFAULT_SCOPES.get(self.provider, ""),
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        }
        return {key: value for key, value in (query | changes).items() if value}

    def decide(self, decision: str = "allow", **changes: str) -> httpx.URL:
        """Where the browser ends up after a click on the page."""
        page = self.http.get(PATHS[self.provider], params=self.query(**changes))
        found = re.search(r'name="request_id" value="([^"]+)"', page.text)
        assert found, page.text
        answer = self.http.post(PATHS[self.provider], data={"request_id": found[1], "decision": decision})
        return httpx.URL(answer.headers["location"])

    def code(self, **changes: str) -> str:
        """A fresh code."""
        return self.decide(**changes).params["code"]

    def token(self, **form: str) -> httpx.Response:
        """The token endpoint's answer."""
        client, secret = f"demo-{self.provider}-client", f"demo-{self.provider}-secret"
        if self.provider == "zoom":
            return self.http.post("/zoom/oauth/token", data=form, auth=(client, secret))
        return self.http.post(TOKEN_PATHS[self.provider], data=form | {"client_id": client, "client_secret": secret})

    def redeem(self, code: str, **changes: str) -> httpx.Response:
        """Exchange a code."""
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "code_verifier": VERIFIER}
        return self.token(**(form | changes))

    def refresh(self, token: str) -> httpx.Response:
        """Exchange a refresh token."""
        return self.token(grant_type="refresh_token", refresh_token=token)

    def connect(self, **changes: str) -> dict[str, Any]:
        """The whole way to the first tokens."""
        tokens: dict[str, Any] = self.redeem(self.code(**changes)).json()
        return tokens


@dataclass
class Receiver:
    """A webhook address that knows Zoom's secret. `statuses` are answered in turn, then 200."""

    url: str
    received: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)


@contextmanager
def receiving(answer_validation: Any) -> Iterator[Receiver]:
    """Listen on a free loopback port; `answer_validation` makes the answer to a URL validation's body."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            answer = answer_validation(body)
            status = 200
            if answer is None:
                receiver.received.append(({k.lower(): v for k, v in self.headers.items()}, body))
                status = receiver.statuses.pop(0) if receiver.statuses else 200
            self.send_response(status)
            self.end_headers()
            self.wfile.write(answer or b"")

        def log_message(self, format: str, *args: object) -> None:
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver = Receiver(f"http://127.0.0.1:{server.server_address[1]}/hooks/zoom")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
