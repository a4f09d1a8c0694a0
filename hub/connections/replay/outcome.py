"""What came of a replayed call, in a form that is printed as JSON."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from connectors.base.errors import ConnectorError, Temporary
from connectors.base.records import InboundResponse, SourceEvent
from hub.engine.retry import BACKOFF_S, DecisionKind, decide


class OutcomeKind(StrEnum):
    """`events`: facts for the hub. `ignored`: accepted, nothing to do. `response`: an answer. `error`: refused."""

    EVENTS = "events"
    IGNORED = "ignored"
    RESPONSE = "response"
    ERROR = "error"


class Action(StrEnum):
    """What the hub does after an error."""

    RECONNECT = "reconnect"
    RETRY_AFTER = "retry_after"
    RETRY_WITH_BACKOFF = "retry_with_backoff"
    PARK = "park"
    DROP = "drop"


@dataclass(frozen=True)
class Outcome:
    """One outcome with its details."""

    kind: OutcomeKind
    details: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        """As it is printed."""
        return {"outcome": self.kind.value, **{name: plain(value) for name, value in self.details.items()}}


def events(found: Sequence[SourceEvent]) -> Outcome:
    """Facts that the hub takes in."""
    return Outcome(OutcomeKind.EVENTS, {"events": list(found)})


def ignored(why: str) -> Outcome:
    """Accepted, and nothing follows."""
    return Outcome(OutcomeKind.IGNORED, {"why": why})


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
    return Outcome(OutcomeKind.ERROR, {"error": told(error), "next": _next(error, renewed=renewed)})


def refused(error: ConnectorError, status: int) -> Outcome:
    """A request to us that is answered with `status`, and forgotten."""
    why = f"answers {status}, stores nothing and starts nothing"
    return Outcome(OutcomeKind.ERROR, {"error": told(error), "next": {"action": Action.DROP, "why": why}})


def told(error: ConnectorError) -> dict[str, Any]:
    """An error's facts."""
    facts = {"class": type(error).__name__, "message": error.message, "code": error.code, "status": error.status}
    return facts | ({"retry_after_s": error.retry_after} if isinstance(error, Temporary) else {})


def plain(value: Any) -> Any:
    """As JSON knows it. Fields that a record does not show of itself (secrets, addresses with tokens) stay out."""
    if isinstance(value, ConnectorError):
        return {"error": told(value), "next": _next(value)}
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value) if field.repr}
    if isinstance(value, Mapping):
        return {str(name): plain(item) for name, item in value.items()}
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Sequence | set | frozenset) and not isinstance(value, str | bytes):
        return [plain(item) for item in value]
    return str(value) if isinstance(value, StrEnum) else value


def _next(error: ConnectorError, *, renewed: bool = False) -> dict[str, Any]:
    decision = decide(error, 0, jitter=0.0)
    if decision.kind is DecisionKind.WAIT_FOR_RECONNECT:
        return _reconnect(renewed)
    if decision.kind is not DecisionKind.RETRY:
        return {"action": Action.PARK, "why": "keeps the work aside with this reason, until a person tells it to go on"}
    if isinstance(error, Temporary) and error.retry_after:
        why = f"waits {error.retry_after:g} s as the provider wants, then makes the same call"
        return {"action": Action.RETRY_AFTER, "wait_s": error.retry_after, "why": why}
    why = f"makes the same call again after {decision.delay_s:g} s, then after longer and longer waits"
    return {"action": Action.RETRY_WITH_BACKOFF, "wait_s": decision.delay_s, "waits_s": BACKOFF_S, "why": why}


def _reconnect(renewed: bool) -> dict[str, Any]:
    why = "marks the connection, tells the admins and waits until somebody authorises again"
    first = {"first": "renews the token and makes the call once more"} if renewed else {}
    return {"action": Action.RECONNECT, **first, "why": why}
