"""Slack's events, commands and clicks."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest

from connectors.base.errors import RequestRejected, SignatureInvalid
from connectors.base.inbound import Ask, Reply, receive
from connectors.base.records import Command, EventKind, InboundRequest, InboundResponse, SourceEvent
from sandbox.slack.simulator import sign
from tests.support.payloads import payload
from tests.support.reports import a_report

SECRET = "demo-slack-signing-secret"
FORM = "application/x-www-form-urlencoded"


def test_an_uninstalled_app_takes_the_account_away() -> None:
    [event] = _events(payload("slack/event.app_uninstalled")["body"])

    assert (event.kind, event.account_id) == (EventKind.ACCOUNT_DEAUTHORIZED, "TXXXXXXXX")
    assert event.occurred_at == datetime.fromtimestamp(1234567890, UTC)


@pytest.mark.parametrize(
    ("tokens", "kinds"), [({"bot": ["U1"]}, ["access.revoked"]), ({"oauth": ["U2"]}, []), ({"bot": []}, []), (None, [])]
)
def test_only_the_loss_of_our_own_token_counts(tokens: Any, kinds: list[str]) -> None:
    event = {"type": "tokens_revoked", "tokens": tokens}
    body = {"type": "event_callback", "team_id": "T1", "event_id": "Ev1", "event_time": 1795082400, "event": event}

    assert [found.kind for found in _events(body)] == kinds


def test_what_people_say_to_each_other_is_left_alone() -> None:
    event = {"type": "message", "text": "hello"}

    assert _events({"type": "event_callback", "team_id": "T1", "event": event}) == []


def test_an_event_without_its_workspace_is_rejected() -> None:
    with pytest.raises(RequestRejected):
        _events({"type": "event_callback", "event": {"type": "app_uninstalled"}})


def test_a_command_is_read_with_where_it_was_asked() -> None:
    fields = {"team_id": "T111", "channel_id": "C111", "command": "/echodepth", "text": " Last  please "}

    assert _asked(urlencode(fields).encode()) == Command("T111", "C111", ("last", "please"))


def test_a_published_command_is_one() -> None:
    body = payload("slack/slash_command.form")["body"].encode()

    assert _asked(body) == Command("T111", "C111", ("hi",))


def test_a_command_that_slack_did_not_sign_is_refused() -> None:
    request = InboundRequest("POST", "https://hub.example/hooks/slack", {"content-type": FORM}, b"command=%2Fx")

    with pytest.raises(SignatureInvalid):
        receive("slack", request, SECRET, datetime.now(UTC))


def test_a_click_on_a_link_only_wants_a_nod() -> None:
    body = urlencode({"payload": json.dumps(payload("slack/interactivity.block_actions")["body"])}).encode()

    assert _received(body, FORM) == ()


def test_an_answer_is_seen_by_whoever_asked_alone() -> None:
    told, plain = _answered(Reply("", a_report())), _answered(Reply("Nothing yet."))

    assert told["response_type"] == plain["response_type"] == "ephemeral"
    assert told["text"].startswith("Renewal with Acme: Trust Score 72")
    assert told["blocks"][0]["type"] == "header"
    assert plain == {"response_type": "ephemeral", "text": "Nothing yet."}


def _events(body: Any) -> list[SourceEvent]:
    found = _received(json.dumps(body).encode(), "application/json")
    assert not isinstance(found, InboundResponse)
    return list(found)


def _asked(body: bytes) -> Command:
    asked: list[Command] = []

    def ask(command: Command) -> Reply:
        asked.append(command)
        return Reply("")

    _received(body, FORM, ask)
    [command] = asked
    return command


def _answered(reply: Reply) -> dict[str, Any]:
    answer = _received(b"command=%2Fechodepth&team_id=T1", FORM, lambda _: reply)
    assert isinstance(answer, InboundResponse)
    found: dict[str, Any] = json.loads(answer.body)
    return found


def _received(body: bytes, content_type: str, ask: Ask | None = None) -> InboundResponse | Sequence[SourceEvent]:
    request = InboundRequest(
        "POST", "https://hub.example/hooks/slack", {**sign(body), "content-type": content_type}, body
    )
    return receive("slack", request, SECRET, datetime.now(UTC), ask=ask)
