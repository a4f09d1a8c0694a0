"""The Slack simulator, checked against an OpenAPI description of Slack where that is at hand."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from sandbox.serving import running
from tests.support.contract import Contract, contract_of
from tests.support.simulated import App, receiving

SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "*Trust Score* 58 <https://hub.example|open>"}}


@pytest.fixture(scope="module")
def contract() -> Contract:
    return contract_of("slack", "/slack/api")


@pytest.fixture
def http(tmp_path: Path) -> Iterator[httpx.Client]:
    with running(tmp_path) as base, httpx.Client(base_url=base, trust_env=False, timeout=30) as client:
        yield client


def _client(http: httpx.Client, scope: str = "") -> httpx.Client:
    base = str(http.base_url).rstrip("/")
    token = App(base, "slack", http).connect(scope=scope)["access_token"]
    headers = {"authorization": f"Bearer {token}"}
    return httpx.Client(base_url=f"{base}/slack/api", headers=headers, trust_env=False, timeout=30)


@pytest.fixture
def slack(http: httpx.Client) -> Iterator[httpx.Client]:
    with _client(http) as client:
        yield client


def _post(slack: httpx.Client, **message: Any) -> dict[str, Any]:
    answer: dict[str, Any] = slack.post("/chat.postMessage", json={"channel": "C0DEALROOM"} | message).json()
    return answer


def test_the_methods_follow_the_contract(contract: Contract, slack: httpx.Client) -> None:
    posted = slack.post("/chat.postMessage", json={"channel": "C0DEALROOM", "text": "Hello", "blocks": [SECTION]})
    message = posted.json()
    answers = [
        slack.post("/auth.test", json={}),
        slack.post("/conversations.list", data={"limit": "2"}),
        slack.post("/conversations.join", json={"channel": "C0DEALROOM"}),
        slack.post("/conversations.info", data={"channel": "C0DEALROOM"}),
        posted,
        slack.post("/chat.update", json={"channel": "C0DEALROOM", "ts": message["ts"], "text": "Hello again"}),
        slack.post("/users.lookupByEmail", data={"email": "dana.reyes@northwind.example"}),
        slack.post("/users.lookupByEmail", data={"email": "nobody@northwind.example"}),
        slack.post("/auth.revoke", json={}),
    ]

    assert [contract.problems(answer) for answer in answers] == [[]] * len(answers)
    assert [answer.json()["ok"] for answer in answers] == [True] * 7 + [False, True]


def test_an_upload_follows_the_contract(contract: Contract, http: httpx.Client, slack: httpx.Client) -> None:
    begun = slack.post("/files.getUploadURLExternal", data={"filename": "trend.png", "length": "4", "alt_txt": "Up"})
    http.post(begun.json()["upload_url"], content=b"1234").raise_for_status()
    files = json.dumps([{"id": begun.json()["file_id"], "title": "Trend"}])
    completed = slack.post("/files.completeUploadExternal", data={"files": files})
    image = {"type": "image", "slack_file": {"id": begun.json()["file_id"]}, "alt_text": "Up"}
    posted = slack.post("/chat.postMessage", json={"channel": "C0DEALROOM", "text": "Hello", "blocks": [image]})
    link = slack.post("/chat.getPermalink", data={"channel": "C0DEALROOM", "message_ts": posted.json()["ts"]})

    answers = [begun, completed, posted, link]
    assert [contract.problems(answer) for answer in answers] == [[]] * len(answers)
    assert all(answer.json()["ok"] for answer in answers)


def test_a_picture_that_is_not_there_cannot_be_shown(slack: httpx.Client) -> None:
    image = {"type": "image", "slack_file": {"id": "F0NOBODY"}, "alt_text": "Up"}

    assert _post(slack, text="Hello", blocks=[image])["error"] == "invalid_blocks"


def test_a_thread_holds_its_replies_and_the_channel_does_not(slack: httpx.Client) -> None:
    first = _post(slack, text="Hello")
    reply = _post(slack, text="And more", thread_ts=first["ts"])

    slack.post("/conversations.join", json={"channel": "C0DEALROOM"})
    thread = slack.post("/conversations.replies", data={"channel": "C0DEALROOM", "ts": first["ts"]}).json()
    history = slack.post("/conversations.history", data={"channel": "C0DEALROOM"}).json()

    assert [message["ts"] for message in thread["messages"]] == [first["ts"], reply["ts"]]
    assert [message["ts"] for message in history["messages"]] == [first["ts"]]


def test_a_command_is_sent_signed_and_its_answer_comes_back(http: httpx.Client) -> None:
    bodies: list[bytes] = []

    def answer(body: bytes) -> bytes:
        bodies.append(body)
        return b'{"response_type": "ephemeral", "text": "Hello"}'

    with receiving(answer) as listening:
        order = {"url": listening.url, "command": {"text": "last"}}
        told = http.post("/_sandbox/webhook/slack", json=order).json()

    assert told["answer"] == '{"response_type": "ephemeral", "text": "Hello"}'
    assert b"command=%2Fechodepth&text=last" in bodies[0]


def test_channels_come_in_pages_and_private_ones_only_to_members(slack: httpx.Client) -> None:
    first = slack.post("/conversations.list", data={"limit": "2", "types": "public_channel,private_channel"}).json()
    cursor = first["response_metadata"]["next_cursor"]
    second = slack.post("/conversations.list", data={"limit": "2", "cursor": cursor}).json()

    names = [channel["name"] for page in (first, second) for channel in page["channels"]]
    assert names == ["general", "deal-room", "old-news"]
    assert _post(slack, channel="C0LEADERS", text="Hello")["error"] == "channel_not_found"
    assert _post(slack, channel="C0OLDNEWS", text="Hello")["error"] == "is_archived"


def test_the_app_joins_before_it_speaks_unless_it_may_speak_everywhere(http: httpx.Client) -> None:
    with _client(http, "chat:write,channels:join") as slack:
        assert _post(slack, text="Hello")["error"] == "not_in_channel"
        assert slack.post("/conversations.join", json={"channel": "C0DEALROOM"}).json()["ok"]
        assert _post(slack, text="Hello")["ok"]
    with _client(http, "chat:write,chat:write.public") as slack:
        assert _post(slack, channel="C0GENERAL", text="Hello")["ok"]


def test_a_missing_scope_is_named(http: httpx.Client) -> None:
    with _client(http, "channels:read") as slack:
        assert _post(slack, text="Hello") == {
            "ok": False,
            "error": "missing_scope",
            "needed": "chat:write",
            "provided": "channels:read",
        }


@pytest.mark.parametrize(
    "block",
    [
        {"type": "header", "text": {"type": "plain_text", "text": ""}},
        {"type": "header", "text": {"type": "mrkdwn", "text": "Title"}},
        {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}},
        {"type": "section"},
        {"type": "section", "fields": [{"type": "mrkdwn", "text": "x"}] * 11},
        {"type": "image", "image_url": "https://hub.example/trend.png"},
        {"type": "context", "elements": []},
        {"type": "actions", "elements": [{"type": "button", "text": {"type": "plain_text", "text": "x" * 76}}]},
        {"type": "marquee"},
    ],
)
def test_blocks_that_slack_would_refuse_are_refused(slack: httpx.Client, block: dict[str, Any]) -> None:
    refused = _post(slack, text="Hello", blocks=[block])

    assert refused["error"] == "invalid_blocks"
    assert refused["response_metadata"]["messages"][0].startswith("[ERROR] ")


def test_a_second_of_many_messages_is_too_much_for_a_channel(contract: Contract, slack: httpx.Client) -> None:
    answers = [slack.post("/chat.postMessage", json={"channel": "C0DEALROOM", "text": str(n)}) for n in range(4)]
    limited = next(answer for answer in answers if answer.status_code == 429)

    assert int(limited.headers["retry-after"]) >= 1
    assert contract.problems(limited) == []
    time.sleep(1.1)
    assert _post(slack, text="later")["ok"]


def test_a_revoked_token_says_so(http: httpx.Client, slack: httpx.Client) -> None:
    http.post("/_sandbox/revoke/slack")

    assert slack.post("/auth.test").json() == {"ok": False, "error": "token_revoked"}


def test_a_file_goes_up_in_three_steps(http: httpx.Client, slack: httpx.Client) -> None:
    begun = slack.post("/files.getUploadURLExternal", data={"filename": "trend.png", "length": "4"}).json()
    assert http.post(begun["upload_url"], content=b"12345").status_code == 400
    assert http.post(begun["upload_url"], content=b"1234").status_code == 200

    files = [{"id": begun["file_id"], "title": "Trend"}]
    shared = slack.post("/files.completeUploadExternal", json={"files": files, "channel_id": "C0DEALROOM"}).json()

    assert shared["ok"]
    assert http.get(f"/slack/upload/{begun['file_id']}").content == b"1234"


def test_the_channels_page_draws_blocks_and_escapes_text(slack: httpx.Client, http: httpx.Client) -> None:
    blocks = [
        SECTION,
        {"type": "divider"},
        {"type": "section", "fields": [{"type": "mrkdwn", "text": "*Valence*\n0.56 <script>"}]},
        {"type": "image", "image_url": "https://hub.example/t.png", "alt_text": "Trend of the call"},
        {"type": "actions", "elements": [{"type": "button", "text": {"type": "plain_text", "text": "Open"}}]},
    ]
    posted = _post(slack, text="Hello", blocks=blocks)
    link = slack.post("/chat.getPermalink", data={"channel": posted["channel"], "message_ts": posted["ts"]}).json()

    page = http.get(link["permalink"], follow_redirects=True).text

    assert "<strong>Trust Score</strong>" in page
    assert '<a href="https://hub.example">open</a>' in page
    assert "&lt;script&gt;" in page
    assert "<script>" not in page
    assert "Trend of the call" in page
