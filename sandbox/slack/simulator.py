"""Slack, put together."""

import hmac
import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from time import time
from typing import Any, ClassVar
from urllib.parse import urlencode

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.responses import JSONResponse, Response

from sandbox.kit.fault import Kind
from sandbox.kit.oauth.pages import add_authorize_page
from sandbox.kit.oauth.rules import Rules, TokenForms
from sandbox.kit.oauth.server import AuthorizationServer
from sandbox.kit.pages import Pages
from sandbox.kit.ratelimit import RateLimit
from sandbox.kit.webhooks import WebhookSender
from sandbox.kit.world import World
from sandbox.slack.api import Api
from sandbox.slack.authorization import Authorization
from sandbox.slack.channels import Workspace
from sandbox.slack.errors import TooFast
from sandbox.slack.files import Files
from sandbox.slack.screens import screens_router
from sandbox.slack.team import (
    BURST,
    DEFAULT_OPTIONS,
    INSTALLER,
    MESSAGES_PER_SECOND,
    REGISTRATION,
    SIGNING_SECRET,
    TEAM_ID,
    rules,
)

CALL_SECONDS = 3.0
TYPED = {
    "team_id": TEAM_ID,
    "channel_id": "C0DEALROOM",
    "user_id": "U0DANA",
    "user_name": "dana",
    "command": "/echodepth",
    "text": "",
    "trigger_id": "1.1.x",
}


class ChannelOrder(BaseModel):
    """Channels to make."""

    names: list[str]
    private: bool = False
    member: bool = False


class Slack:
    """One workspace."""

    name = "slack"
    title = "Slack"
    summary = "Channels with the messages that arrived, drawn as Slack draws Block Kit."
    prefixes = ("/slack",)
    special_faults: ClassVar[Mapping[Kind, tuple[str, ...]]] = {"late_webhook": (), "double_webhook": ()}

    def __init__(self, world: World) -> None:
        self._world = world
        forms = TokenForms(access=self._access_token, refresh=lambda text: f"xoxe-1-{text}")
        self._server = AuthorizationServer(world, self.name, REGISTRATION, self._rules, forms)
        self._limit = RateLimit(MESSAGES_PER_SECOND, BURST)
        self._workspace = Workspace(world, self._limit)
        self._files = Files(world)
        self._sender = WebhookSender(world, self.name, sign)
        self.router = self._routes()

    def seed(self) -> None:
        """The workspace's channels."""
        self._workspace.seed()

    def state(self) -> dict[str, Any]:
        """Channels, messages, files and token counts."""
        return {
            "channels": self._workspace.channels(),
            "messages": self._workspace.all_messages(),
            "files": self._files.all(),
            "webhooks": self._sender.listing(),
            "tokens": self._server.tokens.summary(),
        }

    def fault_response(self, kind: str, fault: dict[str, Any]) -> Response:
        """Slack's words for it: its 429 always says when to come back."""
        if kind in ("429", "429_retry_after"):
            return TooFast(max(1, round(fault["seconds"]))).response()
        return JSONResponse({"ok": False, "error": "internal_error"}, status_code=500)

    def revoke_all(self) -> None:
        """Kill every token."""
        self._server.tokens.revoke_all()

    async def send_event(self, request: dict[str, Any]) -> dict[str, Any]:
        """Send `{"url", "body"}` with Slack's signature; `"form": true` sends it as interactivity does.

        `{"url", "command": {"text", "channel_id"}}` is what somebody typed after `/echodepth`.
        """
        if "command" in request:
            return await self._ask(request["url"], TYPED | request["command"])
        if not request.get("form"):
            return self._sender.send(request["url"], request["body"], delays=[], timeout=CALL_SECONDS)
        return await self._ask(request["url"], {"payload": json.dumps(request["body"])})

    async def _ask(self, url: str, fields: Mapping[str, str]) -> dict[str, Any]:
        form = WebhookSender(self._world, self.name, sign, "application/x-www-form-urlencoded")
        status, answer, error = await form.call(url, urlencode(fields).encode(), CALL_SECONDS)
        return {"status": status, "answer": answer.decode("utf-8", errors="replace"), "error": error}

    async def start(self) -> None:
        """Go on with events under way."""
        self._sender.resume()

    async def stop(self) -> None:
        """End background work."""
        await self._sender.stop()

    async def _make_channels(self, order: ChannelOrder) -> Response:
        """Make channels, as people do."""
        made = [self._workspace.make(name, private=order.private, member=order.member) for name in order.names]
        return JSONResponse({"channels": made}, status_code=201)

    def _rules(self) -> Rules:
        return rules(self._world.options(self.name, DEFAULT_OPTIONS))

    def _access_token(self, text: str) -> str:
        return f"xoxe.xoxb-1-{text}" if self._rules().refresh_tokens else f"xoxb-{text}"

    def _routes(self) -> APIRouter:
        pages = Pages(Path(__file__).parent)
        team_url = f"{self._world.settings.base_url}/slack/"
        router = APIRouter()
        add_authorize_page(router, "/slack/oauth/v2/authorize", self._server, pages, brand="Slack", user=INSTALLER)
        router.include_router(Api(Authorization(self._server), self._workspace, self._files, team_url).router)
        router.include_router(self._files.router)
        router.include_router(screens_router(pages, self._workspace, self._files))
        router.add_api_route("/_sandbox/slack/channels", self._make_channels, methods=["POST"], status_code=201)
        return router


def sign(raw: bytes) -> dict[str, str]:
    """`v0=` HMAC-SHA256 over version, timestamp and body."""
    timestamp = str(int(time()))
    digest = hmac.new(SIGNING_SECRET.encode(), b"v0:" + timestamp.encode() + b":" + raw, sha256).hexdigest()
    return {"x-slack-request-timestamp": timestamp, "x-slack-signature": f"v0={digest}"}


def create(world: World) -> Slack:
    """The simulator."""
    return Slack(world)
