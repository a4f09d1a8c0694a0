"""`/teams`: meetings, subscriptions, notifications and the mailbox, for people."""

import json

from fastapi import APIRouter, HTTPException
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from sandbox.kit.pages import CONTENT_SECURITY, Pages
from sandbox.kit.store import Doc
from sandbox.teams.events import Events
from sandbox.teams.mailbox import Mailbox
from sandbox.teams.meetings import Meetings
from sandbox.teams.subscriptions import Subscriptions
from sandbox.teams.tenant import TENANT_NAME, user_of


class Screens:
    """The pages."""

    def __init__(
        self, pages: Pages, meetings: Meetings, subscriptions: Subscriptions, events: Events, mailbox: Mailbox
    ) -> None:
        self._pages = pages
        self._meetings = meetings
        self._subscriptions = subscriptions
        self._events = events
        self._mailbox = mailbox
        self.router = APIRouter(include_in_schema=False)
        self.router.add_api_route("/teams", self.overview, methods=["GET"])
        self.router.add_api_route("/teams/mail/{mail_id}", self.mail, methods=["GET"])
        self.router.add_api_route("/teams/mail/{mail_id}/html", self.html, methods=["GET"])
        self.router.add_api_route("/teams/mail/{mail_id}/text", self.text, methods=["GET"])

    async def overview(self) -> Response:
        """Everything at a glance."""
        context = {
            "tenant": TENANT_NAME,
            "calls": [_with_organizer(call) for call in reversed(self._meetings.all())],
            "subscriptions": self._subscriptions.alive(),
            "notifications": [_readable(sent) for sent in reversed(self._events.sender.listing())],
            "mails": list(reversed(self._mailbox.all())),
        }
        return self._pages.render("teams.html", context)

    async def mail(self, mail_id: str) -> Response:
        """One mail, drawn as a mail program does."""
        mail = self._found(mail_id)
        answer = self._pages.render("mail.html", {"mail": mail})
        answer.headers["Content-Security-Policy"] = f"{CONTENT_SECURITY}; frame-src 'self'"
        return answer

    async def html(self, mail_id: str) -> Response:
        """The HTML part alone, which may run and load nothing."""
        mail = self._found(mail_id)
        headers = {"Content-Security-Policy": f"{CONTENT_SECURITY}; sandbox"}
        return HTMLResponse(mail["html"], headers=headers)

    async def text(self, mail_id: str) -> Response:
        """The text part alone."""
        return PlainTextResponse(self._found(mail_id)["text"])

    def _found(self, mail_id: str) -> Doc:
        mail = self._mailbox.get(mail_id)
        if mail is None:
            raise HTTPException(404, "there is no such mail")
        return mail


def _with_organizer(call: Doc) -> Doc:
    user = user_of(call["organizer"])
    return call | {"organizer_name": user.name if user else call["organizer"]}


def _readable(sent: Doc) -> Doc:
    body = json.loads(sent["body"])
    items = body.get("value") or [{}]
    what = ", ".join(map(_kind, items))
    return sent | {"what": what, "pretty": json.dumps(body, indent=2)}


def _kind(item: Doc) -> str:
    if item.get("lifecycleEvent"):
        return str(item["lifecycleEvent"])
    kind = "recording" if "/recordings(" in str(item.get("resource")) else "transcript"
    return f"{kind} (encrypted)" if item.get("encryptedContent") else kind
