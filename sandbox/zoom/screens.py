"""`/zoom`: recordings and the webhook log; `/zoom/chat`: the conversations. For people."""

import json
import re

from fastapi import APIRouter
from markupsafe import Markup, escape
from starlette.responses import Response

from sandbox.kit.pages import Pages
from sandbox.kit.store import Doc
from sandbox.zoom.account import CONTACTS, HOST_EMAIL
from sandbox.zoom.chat import Chat
from sandbox.zoom.events import Events
from sandbox.zoom.meetings import Meetings

LINK = re.compile(r"(https?://[^\s<>]+)")


def screens_router(pages: Pages, meetings: Meetings, events: Events, chat: Chat) -> APIRouter:
    """The pages."""
    router = APIRouter()

    @router.get("/zoom", include_in_schema=False)
    async def show() -> Response:
        webhooks = [_readable(webhook) for webhook in reversed(events.sender.listing())]
        return pages.render("zoom.html", {"meetings": list(reversed(meetings.all())), "webhooks": webhooks})

    @router.get("/zoom/chat", include_in_schema=False)
    async def conversation(contact: str = HOST_EMAIL) -> Response:
        messages = [_linked(each) for each in chat.all() if each["to_contact"] == contact]
        return pages.render("zoom_chat.html", {"contacts": CONTACTS, "contact": contact, "messages": messages})

    return router


def _linked(message: Doc) -> Doc:
    """With its addresses as links, as the client shows them."""
    parts = LINK.split(message["message"])
    link = Markup('<a href="{0}">{0}</a>').format
    shown = [link(part) if index % 2 else escape(part) for index, part in enumerate(parts)]
    return message | {"shown": Markup("").join(shown)}


def _readable(webhook: Doc) -> Doc:
    return webhook | {"pretty": json.dumps(json.loads(webhook["body"]), indent=2)}
