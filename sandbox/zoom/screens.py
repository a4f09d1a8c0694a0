"""`/zoom`: recordings and the webhook log, for people."""

import json

from fastapi import APIRouter
from starlette.responses import Response

from sandbox.kit.pages import Pages
from sandbox.kit.store import Doc
from sandbox.zoom.events import Events
from sandbox.zoom.meetings import Meetings


def screens_router(pages: Pages, meetings: Meetings, events: Events) -> APIRouter:
    """The page."""
    router = APIRouter()

    @router.get("/zoom", include_in_schema=False)
    async def show() -> Response:
        webhooks = [_readable(webhook) for webhook in reversed(events.sender.listing())]
        return pages.render("zoom.html", {"meetings": list(reversed(meetings.all())), "webhooks": webhooks})

    return router


def _readable(webhook: Doc) -> Doc:
    return webhook | {"pretty": json.dumps(json.loads(webhook["body"]), indent=2)}
