"""Zoom, put together."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

from fastapi import APIRouter, HTTPException
from starlette.responses import JSONResponse, Response

from sandbox.kit.clock import iso
from sandbox.kit.fault import Kind
from sandbox.kit.oauth.rules import Rules, TokenForms
from sandbox.kit.oauth.server import AuthorizationServer
from sandbox.kit.pages import Pages
from sandbox.kit.world import World
from sandbox.zoom.account import DEFAULT_OPTIONS, REGISTRATION, rules
from sandbox.zoom.api import Api, Gate, Routes
from sandbox.zoom.authorization import authorization_router
from sandbox.zoom.chat import Chat
from sandbox.zoom.downloads import Downloads, downloads_router
from sandbox.zoom.errors import ZoomError, daily_limit, download_refused, per_second_limit
from sandbox.zoom.events import Events
from sandbox.zoom.meetings import MeetingOrder, Meetings, UnknownFile
from sandbox.zoom.screens import screens_router


class Zoom:
    """One account with one host."""

    name = "zoom"
    title = "Zoom"
    summary = "Recorded meetings, their files and the webhooks that announce them."
    prefixes = ("/zoom", "/zoom-files")
    special_faults: ClassVar[Mapping[Kind, tuple[str, ...]]] = {
        "expired_download": ("/zoom-files/", "/rec/download/"),
        "late_webhook": (),
        "double_webhook": (),
    }

    def __init__(self, world: World) -> None:
        self._world = world
        forms = TokenForms(access=lambda text: f"zat.{text}", refresh=lambda text: f"zrt.{text}")
        self._server = AuthorizationServer(world, self.name, REGISTRATION, self._rules, forms)
        self._meetings = Meetings(world)
        self._downloads = Downloads(world, self._meetings, self._server.tokens)
        self._events = Events(world, self._meetings, self._downloads)
        self._api = Api(world, self._meetings, self._downloads)
        self._chat = Chat(world)
        self.router = self._routes()

    def seed(self) -> None:
        """There is nothing before the first meeting."""

    def state(self) -> dict[str, Any]:
        """Meetings, webhooks, chat messages and token counts."""
        return {
            "meetings": self._meetings.all(),
            "webhooks": self._events.sender.listing(),
            "chat_messages": self._chat.all(),
            "tokens": self._server.tokens.summary(),
            "leaked_tokens": self._downloads.leaks(),
        }

    def fault_response(self, kind: str, fault: dict[str, Any]) -> Response:
        """Zoom's words for it."""
        now = self._world.clock()
        if kind == "429":
            return per_second_limit("Light", 80, int(now.timestamp()) + 1).response()
        if kind == "429_retry_after":
            return daily_limit(iso(now + timedelta(seconds=fault["seconds"]))).response()
        if kind == "expired_download":
            return download_refused(401, "Forbidden")
        return ZoomError(500, 500, "Internal server error.").response()

    def revoke_all(self) -> None:
        """Kill every token."""
        self._server.tokens.revoke_all()

    async def send_event(self, request: dict[str, Any]) -> dict[str, Any]:
        """Send a custom event with Zoom's signature."""
        return self._events.send_custom(request)

    async def start(self) -> None:
        """Go on with webhooks under way."""
        self._events.sender.resume()

    async def stop(self) -> None:
        """End background work."""
        await self._events.stop()

    def _rules(self) -> Rules:
        return rules(self._world.options(self.name, DEFAULT_OPTIONS))

    def _routes(self) -> APIRouter:
        pages = Pages(Path(__file__).parent)
        router = APIRouter()
        router.include_router(authorization_router(self._server, pages))
        router.include_router(Routes(Gate(self._world, self._server.tokens), self._api, self._chat).router)
        router.include_router(downloads_router(self._downloads))
        router.include_router(screens_router(pages, self._meetings, self._events, self._chat))
        router.add_api_route("/_sandbox/zoom/meetings", self._play, methods=["POST"], status_code=201)
        router.add_api_route("/_sandbox/zoom/webhook", self._validate, methods=["PUT"])
        router.add_api_route("/_sandbox/zoom/chat/{message_id}", self._unsay, methods=["DELETE"], status_code=204)
        return router

    async def _play(self, order: MeetingOrder) -> Response:
        """Record a meeting and announce it."""
        try:
            meeting = self._meetings.create(order)
        except UnknownFile as error:
            raise HTTPException(422, str(error)) from error
        problem = await self._announce(meeting, order)
        return JSONResponse({"meeting": meeting, "webhook_problem": problem}, status_code=201)

    async def _announce(self, meeting: dict[str, Any], order: MeetingOrder) -> str:
        url, problem = order.webhook_url if order.announce else None, ""
        if url:
            problem = await self._events.validate(url)
        heard_at = None if problem else url
        self._events.companion_later(meeting, heard_at, order.companion_delay_s)
        if heard_at:
            await self._events.announce(meeting, heard_at, order.transcript_delay_s)
        else:
            self._events.transcript_later(meeting, None, order.transcript_delay_s)
        return problem

    async def _unsay(self, message_id: str) -> Response:
        """Delete a chat message, as a person can in the client."""
        self._chat.delete(message_id)
        return Response(status_code=204)

    async def _validate(self, order: dict[str, str]) -> Response:
        """Enter a webhook address, as in the app's settings on Zoom."""
        problem = await self._events.validate(order["url"])
        return JSONResponse({"ok": not problem, "problem": problem}, status_code=200 if not problem else 422)


def create(world: World) -> Zoom:
    """The simulator."""
    return Zoom(world)
