"""Mails a result to the meeting's organiser by `sendMail`.

An app without a user may not write into chats, so it is a mail: from the organiser's own mailbox, or from that of the
person who connected. The SDK can send one body only; MIME carries both the HTML and the text.
"""

import base64
from email.message import EmailMessage
from email.policy import SMTP
from typing import Final
from urllib.parse import quote

from connectors.base.connector import AuthorizedClient
from connectors.base.errors import RequestRejected
from connectors.base.records import Receipt, Report, Target
from connectors.teams.letter import letter

OWNER: Final = "owner"
_NOBODY: Final = 404


async def mail_result(client: AuthorizedClient, report: Report, target: Target, previous: Receipt | None) -> Receipt:
    """Send the mail, unless this revision or a later one went out already.

    `sendMail` has no idempotency key: when its answer is lost, the next try sends a second mail, which carries the
    same `X-EchoDepth-Analysis` header.
    """
    if previous is not None and _revision(previous) >= report.revision:
        return previous
    if target.facts.get("to", OWNER) != OWNER:
        raise RequestRejected("results can be mailed to the meeting's organiser only", code="unknown_target")
    if "@" not in report.host_email:
        raise RequestRejected("the address of the meeting's organiser is not known", code="owner_unknown")
    await _send(client, report)
    ids = {"to": report.host_email, "analysis_id": report.analysis_id, "revision": str(report.revision)}
    return Receipt(summary=f"Mail to {report.host_email}.", ids=ids)


async def _send(client: AuthorizedClient, report: Report) -> None:
    by_app = bool(client.account.get("tenant"))
    sender = report.host_email if by_app else client.account.get("email", report.host_email)
    path = f"users/{quote(sender, safe='@')}/sendMail" if by_app else "me/sendMail"
    content = base64.b64encode(_message(report, sender).as_bytes(policy=SMTP))
    try:
        await client.request("POST", path, content=content, headers={"Content-Type": "text/plain"})
    except RequestRejected as error:
        if error.status != _NOBODY:
            raise
        words = f"{report.host_email} has no mailbox in the connected organisation"
        raise RequestRejected(words, code="owner_unknown", status=error.status) from error


def _message(report: Report, sender: str) -> EmailMessage:
    content = letter(report)
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, report.host_email, content.subject
    message["X-EchoDepth-Analysis"] = report.analysis_id
    message["X-EchoDepth-Revision"] = str(report.revision)
    message.set_content(content.text)
    message.add_alternative(content.html, subtype="html")
    return message


def _revision(receipt: Receipt) -> int:
    text = receipt.ids.get("revision", "")
    return int(text) if text.isdigit() else 0
