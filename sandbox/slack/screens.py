"""`/slack`: a channel, drawn as Slack draws it."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from sandbox.kit.pages import Pages
from sandbox.kit.store import Doc
from sandbox.slack.channels import Workspace
from sandbox.slack.files import Files
from sandbox.slack.mrkdwn import to_html


def screens_router(pages: Pages, workspace: Workspace, files: Files) -> APIRouter:
    """The page; `?channel=` chooses one, the deal room otherwise."""
    router = APIRouter()

    @router.get("/slack", include_in_schema=False)
    async def show(channel: str = "C0DEALROOM") -> Response:
        channels = workspace.channels()
        chosen = next((c for c in channels if channel in (c["id"], c["name"])), channels[0])
        messages = _threads(workspace.messages(chosen["id"]))
        shared = [file for file in files.all() if file.get("channel") == chosen["id"]]
        context = {"channels": channels, "channel": chosen, "messages": messages, "files": shared, "text": _text}
        return pages.render("slack.html", context)

    @router.get("/slack/archives/{channel}/{message}", include_in_schema=False)
    async def permalink(channel: str, message: str) -> Response:
        return RedirectResponse(f"/slack?channel={quote(channel)}#{quote(message)}")

    return router


def _threads(messages: list[Doc]) -> list[Doc]:
    """The channel's messages, each with its replies."""
    shown = [_readable(message) for message in messages]
    first = [message for message in shown if not message.get("thread_ts")]
    return [m | {"replies": [r for r in shown if r.get("thread_ts") == m["ts"]]} for m in first]


def _readable(message: Doc) -> Doc:
    moment = datetime.fromtimestamp(float(message["ts"]), UTC)
    return message | {"time": moment.strftime("%H:%M"), "day": moment.strftime("%d %B %Y")}


def _text(text: dict[str, Any] | str) -> Any:
    """A text object, drawn by its type."""
    if isinstance(text, str):
        return to_html(text)
    return to_html(text["text"]) if text.get("type") == "mrkdwn" else text["text"]
