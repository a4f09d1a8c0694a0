"""Microsoft 365, put together."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from fastapi import APIRouter, HTTPException
from starlette.responses import JSONResponse, Response

from sandbox.kit.fault import Kind
from sandbox.kit.oauth.rules import Rules, TokenForms
from sandbox.kit.oauth.server import AuthorizationServer
from sandbox.kit.pages import Pages
from sandbox.kit.world import World
from sandbox.teams.authorization import Consent, Login
from sandbox.teams.downloads import Downloads
from sandbox.teams.encryption import Signer
from sandbox.teams.errors import GraphError, too_many
from sandbox.teams.events import LIFECYCLE, Events
from sandbox.teams.gate import Gate
from sandbox.teams.graph import Graph
from sandbox.teams.mailbox import Mailbox
from sandbox.teams.meetings import MeetingOrder, Meetings, Unplayable
from sandbox.teams.online import OnlineMeetings
from sandbox.teams.screens import Screens
from sandbox.teams.subscriptions import Subscriptions
from sandbox.teams.tenant import DEFAULT_OPTIONS, REGISTRATION, rules


class Teams:
    """One tenant."""

    name = "teams"
    title = "Microsoft Teams"
    summary = "Recorded meetings, subscriptions with their notifications, and a mailbox."
    prefixes = ("/microsoft", "/microsoft-files", "/teams")
    special_faults: ClassVar[Mapping[Kind, tuple[str, ...]]] = {
        "expired_download": ("/microsoft-files/",),
        "late_webhook": (),
        "double_webhook": (),
    }

    def __init__(self, world: World) -> None:
        self._world = world
        forms = TokenForms(access=lambda text: f"eyJ0eXAiOiJKV1Qi.{text}", refresh=lambda text: f"1.AXoA{text}")
        self._server = AuthorizationServer(world, self.name, REGISTRATION, self._rules, forms)
        self._consent = Consent(world, self._server)
        self._signer = Signer(world)
        self._meetings = Meetings(world)
        self._downloads = Downloads(world, self._meetings)
        self._subscriptions = Subscriptions(world)
        self._mailbox = Mailbox(world)
        self._events = Events(world, self._meetings, self._subscriptions, self._signer)
        self.router = self._routes()

    def seed(self) -> None:
        """There is nothing before the first meeting."""

    def state(self) -> dict[str, Any]:
        """Meetings, subscriptions, notifications, mails and token counts."""
        return {
            "meetings": self._meetings.all(),
            "subscriptions": self._subscriptions.alive(),
            "notifications": self._events.sender.listing(),
            "mails": self._mailbox.all(),
            "consent": list(self._consent.permissions()),
            "tokens": self._server.tokens.summary(),
            "leaked_tokens": self._downloads.leaks(),
        }

    def fault_response(self, kind: str, fault: dict[str, Any]) -> Response:
        """Graph's words for it."""
        if kind == "429":
            return too_many(None).response()
        if kind == "429_retry_after":
            return too_many(fault["seconds"]).response()
        if kind == "expired_download":
            return GraphError(403, "Forbidden", "The link has expired.").response()
        return GraphError(503, "ServiceUnavailable", "The service is temporarily unavailable.").response()

    def revoke_all(self) -> None:
        """The admin removes the app from the tenant: consent, tokens and subscriptions end."""
        self._consent.withdraw()
        self._server.tokens.revoke_all()

    async def send_event(self, request: dict[str, Any]) -> dict[str, Any]:
        """Send `{"url", "body"}` as it is."""
        return self._events.send_custom(request)

    async def start(self) -> None:
        """Go on with notifications under way."""
        self._events.sender.resume()

    async def stop(self) -> None:
        """End background work."""
        await self._events.stop()

    def _rules(self) -> Rules:
        return rules(self._world.options(self.name, DEFAULT_OPTIONS))

    def _routes(self) -> APIRouter:
        pages = Pages(Path(__file__).parent)
        gate = Gate(self._world, self._server.tokens)
        online = OnlineMeetings(self._world, gate, self._meetings, self._downloads)
        parts = (
            Login(self._server, self._consent, self._signer, pages),
            Graph(gate, self._meetings, online, self._subscriptions, self._mailbox),
            self._downloads,
            Screens(pages, self._meetings, self._subscriptions, self._events, self._mailbox),
        )
        router = APIRouter()
        for part in parts:
            router.include_router(part.router)
        router.add_api_route("/_sandbox/teams/meetings", self._play, methods=["POST"], status_code=201)
        router.add_api_route("/_sandbox/teams/lifecycle", self._lifecycle, methods=["POST"])
        return router

    async def _play(self, order: MeetingOrder) -> Response:
        """Record a meeting and announce it to whoever subscribed."""
        try:
            call = self._meetings.create(order)
        except Unplayable as error:
            raise HTTPException(422, str(error)) from error
        self._events.recorded(call, announce=order.announce, transcript_delay=order.transcript_delay_s)
        return JSONResponse({"meeting": call}, status_code=201)

    async def _lifecycle(self, order: dict[str, str]) -> Response:
        """Send `{"event"}` to every subscription: `reauthorizationRequired`, `subscriptionRemoved` or `missed`."""
        if order.get("event") not in LIFECYCLE:
            raise HTTPException(422, f"there are only {', '.join(LIFECYCLE)}")
        return JSONResponse({"sent": self._events.lifecycle(order["event"])})


def create(world: World) -> Teams:
    """The simulator."""
    return Teams(world)
