"""What came of a replayed call, in a form that is printed as JSON."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from connectors.base.errors import ConnectorError, Temporary
from connectors.base.records import InboundResponse, SourceEvent
from hub.connections.replay.following import after_error, after_event, after_refusing, nothing


class OutcomeKind(StrEnum):
    """`events`: facts for the hub. `ignored`: accepted, nothing to do. `response`: an answer. `error`: refused."""

    EVENTS = "events"
    IGNORED = "ignored"
    RESPONSE = "response"
    ERROR = "error"


@dataclass(frozen=True)
class Outcome:
    """One outcome with its details."""

    kind: OutcomeKind
    details: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        """As it is printed."""
        return {"outcome": self.kind.value, **{name: plain(value) for name, value in self.details.items()}}


def events(found: Sequence[SourceEvent]) -> Outcome:
    """Facts that the hub takes in, each with what follows."""
    told = [plain(event) | {"account_id": event.account_id or None, "next": after_event(event)} for event in found]
    return Outcome(OutcomeKind.EVENTS, {"events": told})


def ignored(why: str) -> Outcome:
    """Accepted, and nothing follows."""
    return Outcome(OutcomeKind.IGNORED, {"why": why, "next": nothing(why)})


def response(parsed: Mapping[str, Any]) -> Outcome:
    """What an answer says, or what the hub answers."""
    return Outcome(OutcomeKind.RESPONSE, {"response": parsed})


def answered(answer: InboundResponse) -> Outcome:
    """What the hub answers at once to a request that wants one."""
    try:
        body: Any = json.loads(answer.body)
    except ValueError:
        body = answer.body.decode("utf-8", "replace")
    return response({"status": answer.status, "content_type": answer.content_type, "body": body})


def failed(error: ConnectorError, *, renewed: bool = False) -> Outcome:
    """A call of ours that failed; `renewed`: its token was renewed first, in vain."""
    return Outcome(OutcomeKind.ERROR, {"error": told(error), "next": after_error(error, renewed=renewed)})


def refused(error: ConnectorError, status: int) -> Outcome:
    """A request to us that is answered with `status`, and forgotten."""
    return Outcome(OutcomeKind.ERROR, {"error": told(error), "next": after_refusing(status)})


def told(error: ConnectorError) -> dict[str, Any]:
    """An error's facts."""
    facts = {"class": type(error).__name__, "message": error.message, "code": error.code, "status": error.status}
    return facts | ({"retry_after_s": error.retry_after} if isinstance(error, Temporary) else {})


def plain(value: Any) -> Any:
    """As JSON knows it. Fields that a record does not show of itself (secrets, addresses with tokens) stay out."""
    if isinstance(value, ConnectorError):
        return {"error": told(value), "next": after_error(value)}
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value) if field.repr}
    if isinstance(value, Mapping):
        return {str(name): plain(item) for name, item in value.items()}
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Sequence | set | frozenset) and not isinstance(value, str | bytes):
        return [plain(item) for item in value]
    return str(value) if isinstance(value, StrEnum) else value
