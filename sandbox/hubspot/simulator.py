"""HubSpot, put together."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from fastapi import APIRouter
from starlette.responses import Response

from sandbox.hubspot.account import DEFAULT_OPTIONS, HUB_ID, REGISTRATION, rules
from sandbox.hubspot.associations import Associations
from sandbox.hubspot.authorization import AuthorizationCalls
from sandbox.hubspot.batches import BatchCalls
from sandbox.hubspot.errors import HubSpotError, locked, rate_limited
from sandbox.hubspot.events import Events
from sandbox.hubspot.gateway import Answer, Call, Gateway
from sandbox.hubspot.limits import Limits
from sandbox.hubspot.links_api import LinkCalls
from sandbox.hubspot.objects_api import ObjectCalls
from sandbox.hubspot.properties import Schema
from sandbox.hubspot.properties_api import PropertyCalls
from sandbox.hubspot.records import Records
from sandbox.hubspot.screens import Screens
from sandbox.hubspot.search import Search
from sandbox.hubspot.seed import seed_records
from sandbox.hubspot.timeline import Timeline
from sandbox.kit.fault import Kind
from sandbox.kit.oauth.rules import Rules, TokenForms
from sandbox.kit.oauth.server import AuthorizationServer
from sandbox.kit.pages import Pages
from sandbox.kit.world import World

ACCOUNT = {
    "portalId": HUB_ID,
    "accountType": "STANDARD",
    "timeZone": "Europe/London",
    "companyCurrency": "GBP",
    "additionalCurrencies": [],
    "utcOffset": "+00:00",
    "utcOffsetMilliseconds": 0,
    "uiDomain": "app.hubspot.com",
    "dataHostingLocation": "na1",
}


class HubSpot:
    """One account."""

    name = "hubspot"
    title = "HubSpot"
    summary = "Contacts, deals and companies with their properties, timelines and logged calls."
    prefixes = ("/hubspot",)
    special_faults: ClassVar[Mapping[Kind, tuple[str, ...]]] = {
        "lock_row": ("POST /batch/update", "POST /batch/upsert"),
        "late_webhook": (),
        "double_webhook": (),
    }

    def __init__(self, world: World) -> None:
        self._world = world
        forms = TokenForms(access=lambda text: f"CN{text}", refresh=lambda text: f"na1-{text}")
        self._server = AuthorizationServer(world, self.name, REGISTRATION, self._rules, forms)
        self._schema = Schema(world)
        self._associations = Associations(world)
        self._records = Records(world, self._schema, self._associations)
        self._events = Events(world, self._options)
        self._timeline = Timeline(world, self._records)
        self._limits = Limits(world, self._options)
        self.router = self._routes()

    def seed(self) -> None:
        """The demo customer; limits count anew."""
        self._limits.forget()
        seed_records(self._world, self._records, self._associations)

    def state(self) -> dict[str, Any]:
        """Records, made properties, links, timeline, webhooks, limits and token counts."""
        return {
            "records": self._records.state(),
            "properties": self._schema.made(),
            "associations": self._associations.listing(),
            "timeline": self._timeline.state(),
            "webhooks": self._events.listing(),
            "limits": self._limits.state(),
            "tokens": self._server.tokens.summary(),
        }

    def fault_response(self, kind: str, fault: dict[str, Any]) -> Response:
        """HubSpot's words for it; its limits mostly say nothing about when to come back."""
        if kind == "429":
            return rate_limited("TEN_SECONDLY_ROLLING", self._limits.headers()).response()
        if kind == "429_retry_after":
            return rate_limited("SECONDLY", {"Retry-After": str(int(fault["seconds"]))}).response()
        if kind == "lock_row":
            return locked().response()
        return HubSpotError(500, "internal error", "INTERNAL_ERROR").response()

    def revoke_all(self) -> None:
        """Kill every token."""
        self._server.tokens.revoke_all()

    async def send_event(self, request: dict[str, Any]) -> dict[str, Any]:
        """Send `request["events"]`, a list, as one signed batch."""
        return self._events.send(str(request["url"]), list(request["events"]))

    async def start(self) -> None:
        """Go on with webhooks under way."""
        self._events.resume()

    async def stop(self) -> None:
        """End background work."""
        await self._events.stop()

    def _options(self) -> dict[str, Any]:
        return self._world.options(self.name, DEFAULT_OPTIONS)

    def _rules(self) -> Rules:
        return rules(self._options())

    def _routes(self) -> APIRouter:
        pages = Pages(Path(__file__).parent)
        router = APIRouter()
        router.include_router(AuthorizationCalls(self._server, pages).router)
        router.include_router(self._api().router)
        screens = Screens(pages, self._schema, self._records, self._associations, self._timeline)
        router.include_router(screens.router)
        return router

    def _api(self) -> Gateway:
        gateway = Gateway(self._server.tokens, self._limits)
        gateway.add("GET", "/account-info/v3/details", lambda _: Answer(200, ACCOUNT), _any_scope)
        search = Search(self._schema, self._records, self._options)
        BatchCalls(self._world, self._records, self._events, self._options).add_to(gateway)
        ObjectCalls(self._records, search, self._events).add_to(gateway)
        LinkCalls(self._world, self._records, self._associations).add_to(gateway)
        PropertyCalls(self._world, self._schema).add_to(gateway)
        self._timeline.add_to(gateway)
        return gateway


def _any_scope(_: Call) -> tuple[str, ...]:
    return tuple(REGISTRATION.scopes)


def create(world: World) -> HubSpot:
    """The simulator."""
    return HubSpot(world)
