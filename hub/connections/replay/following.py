"""What the hub does next, after an event or an error, as `hub connector replay` tells it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from connectors.base.errors import ConnectorError, Temporary
from connectors.base.records import EventKind, SourceEvent
from hub.engine.retry import BACKOFF_S, DecisionKind, decide


class Action(StrEnum):
    """What the hub does next."""

    PROCESS = "process"
    COMPLETE = "complete"
    NOTE = "note"
    FORGET_DATA = "forget_data"
    RESUBSCRIBE = "resubscribe"
    FOLLOW_RECORD = "follow_record"
    RECONNECT = "reconnect"
    RETRY_AFTER = "retry_after"
    RETRY_WITH_BACKOFF = "retry_with_backoff"
    PARK = "park"
    DROP = "drop"
    NOTHING = "nothing"


_RECONNECT_WHY: Final = "marks the connection, tells the admins and waits until somebody authorises again"
_AFTER: Final[Mapping[EventKind, tuple[Action, str]]] = {
    EventKind.RECORDING_COMPLETED: (Action.PROCESS, "fetches the recording, analyses it and delivers the result"),
    EventKind.TRANSCRIPT_COMPLETED: (Action.PROCESS, "reads the meeting's words and delivers a revision of its result"),
    EventKind.MEETING_ENDED: (Action.NOTE, "notes when the meeting ended, and waits for its recording"),
    EventKind.ACCOUNT_DEAUTHORIZED: (Action.FORGET_DATA, "ends the connection and deletes what came from the account"),
    EventKind.ACCESS_REVOKED: (Action.RECONNECT, _RECONNECT_WHY),
    EventKind.SUBSCRIPTION_ENDING: (Action.RESUBSCRIBE, "renews its subscriptions, or subscribes again"),
    EventKind.RECORD_MERGED: (Action.FOLLOW_RECORD, "moves what it matched to the record that took over"),
    EventKind.RECORD_DELETED: (Action.FOLLOW_RECORD, "forgets what it matched to the record"),
    EventKind.PERSON_FORGOTTEN: (Action.FOLLOW_RECORD, "deletes what it holds about the person"),
}


def after_event(event: SourceEvent) -> dict[str, Any]:
    """What follows from one event."""
    if not event.account_id:
        return nothing("it names no account, so that no connection gets it")
    if event.incomplete:
        return {"action": Action.COMPLETE, "why": "asks the provider what the event is about, and takes that in"}
    action, why = _AFTER[event.kind]
    return {"action": action, "why": why}


def nothing(why: str) -> dict[str, Any]:
    """Nothing follows."""
    return {"action": Action.NOTHING, "why": why}


def after_refusing(status: int) -> dict[str, Any]:
    """What follows from a request to us that is answered with an error."""
    return {"action": Action.DROP, "why": f"answers {status}, stores nothing and starts nothing"}


def after_error(error: ConnectorError, *, renewed: bool = False) -> dict[str, Any]:
    """What follows from a call of ours that failed; `renewed`: its token was renewed first, in vain."""
    decision = decide(error, 0, jitter=0.0)
    if decision.kind is DecisionKind.WAIT_FOR_RECONNECT:
        first = {"first": "renews the token and makes the call once more"} if renewed else {}
        return {"action": Action.RECONNECT, **first, "why": _RECONNECT_WHY}
    if decision.kind is not DecisionKind.RETRY:
        return {"action": Action.PARK, "why": "keeps the work aside with this reason, until a person tells it to go on"}
    if isinstance(error, Temporary) and error.retry_after:
        why = f"waits {error.retry_after:g} s as the provider wants, then makes the same call"
        return {"action": Action.RETRY_AFTER, "wait_s": error.retry_after, "why": why}
    why = f"makes the same call again after {decision.delay_s:g} s, then after longer and longer waits"
    return {"action": Action.RETRY_WITH_BACKOFF, "wait_s": decision.delay_s, "waits_s": BACKOFF_S, "why": why}
