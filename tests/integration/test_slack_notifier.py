"""The Slack notifier against the simulated workspace."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from connectors.base.errors import AuthorizationLost, ProviderUnavailable, RateLimited, RequestRejected
from connectors.base.records import Target
from connectors.slack.connector import SlackConnector
from sandbox.serving import running
from tests.support.connecting import TokenClient, authorize
from tests.support.reports import a_report

pytestmark = pytest.mark.anyio

TREND = tuple(0.1 + (second % 40) / 50 for second in range(60))
ROOM = Target({"channel": "C0DEALROOM", "name": "deal-room"})


@pytest.fixture
def base(tmp_path: Path) -> Iterator[str]:
    """A server of its own for each test: the simulated rate limit remembers."""
    with running(tmp_path) as url:
        yield url


@pytest.fixture
def sandbox(base: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{base}/_sandbox", trust_env=False, timeout=30) as client:
        yield client


@pytest.fixture
def client(base: str, sandbox: httpx.Client) -> TokenClient:
    hosts = {"web": f"{base}/slack", "api": f"{base}/slack/api"}
    return authorize("slack", hosts, "demo-slack-client", "demo-slack-secret")


@pytest.fixture
def slack(client: TokenClient) -> SlackConnector:
    return SlackConnector(client)


def _messages(sandbox: httpx.Client) -> list[dict[str, Any]]:
    """What stands in channels; replies are in threads."""
    return [message for message in _said(sandbox) if not message["thread_ts"]]


def _said(sandbox: httpx.Client) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = sandbox.get("/state/slack").json()["messages"]
    return messages


def _uploaded(base: str, file_id: str) -> bytes:
    return httpx.get(f"{base}/slack/upload/{file_id}", trust_env=False, timeout=30).content


def _order(sandbox: httpx.Client, method: str, path: str, body: dict[str, Any]) -> None:
    sandbox.request(method, path, json=body).raise_for_status()


def _replies(sandbox: httpx.Client) -> list[str]:
    return [message["text"] for message in _said(sandbox) if message["thread_ts"]]


def _image(message: dict[str, Any]) -> dict[str, Any]:
    [image] = [block for block in message["blocks"] if block["type"] == "image"]
    return dict(image)


def _fault(sandbox: httpx.Client, kind: str, path: str, **more: Any) -> None:
    sandbox.post("/faults", json=[{"provider": "slack", "kind": kind, "path": path, **more}]).raise_for_status()


def _revoke(sandbox: httpx.Client) -> None:
    sandbox.post("/revoke/slack").raise_for_status()


async def test_check_tells_the_workspace(slack: SlackConnector) -> None:
    account = await slack.check()

    assert (account.id, account.name) == ("T0DEMO", "Northwind")


async def test_the_picker_offers_open_channels_only(slack: SlackConnector) -> None:
    assert [option.label for option in await slack.targets()] == ["#deal-room", "#general"]


async def test_a_message_arrives_in_a_channel_the_app_had_not_joined(
    slack: SlackConnector, sandbox: httpx.Client
) -> None:
    receipt = await slack.notify(a_report(), ROOM, None)

    [message] = _messages(sandbox)
    assert message["channel"] == "C0DEALROOM"
    assert "Trust Score 72" in message["text"]
    assert message["blocks"]
    assert receipt.ids["ts"] == message["ts"]
    assert receipt.summary == "Message in #deal-room."


async def test_notifying_again_without_a_receipt_posts_nothing(slack: SlackConnector, sandbox: httpx.Client) -> None:
    first = await slack.notify(a_report(), ROOM, None)

    again = await slack.notify(a_report(), ROOM, None)

    assert len(_messages(sandbox)) == 1
    assert again.ids["ts"] == first.ids["ts"]


@pytest.mark.parametrize("kind", ["cut", "500_after"])
async def test_a_lost_answer_and_its_retry_leave_exactly_one_message(
    slack: SlackConnector, sandbox: httpx.Client, kind: str
) -> None:
    _fault(sandbox, kind, "chat.postMessage")
    with pytest.raises(ProviderUnavailable):
        await slack.notify(a_report(), ROOM, None)

    receipt = await slack.notify(a_report(), ROOM, None)

    [message] = _messages(sandbox)
    assert receipt.ids["ts"] == message["ts"]


async def test_a_later_revision_updates_the_message_in_place(slack: SlackConnector, sandbox: httpx.Client) -> None:
    first = await slack.notify(a_report(), ROOM, None)
    second = a_report(analysis_id="ana_02", revision=2, trust_score=55.0)

    receipt = await slack.notify(second, ROOM, first)

    [message] = _messages(sandbox)
    assert "Trust Score 55" in message["text"]
    assert (receipt.ids["ts"], receipt.ids["revision"]) == (first.ids["ts"], "2")


async def test_a_later_revision_finds_its_message_when_the_receipt_was_lost(
    slack: SlackConnector, sandbox: httpx.Client
) -> None:
    await slack.notify(a_report(), ROOM, None)

    await slack.notify(a_report(analysis_id="ana_02", revision=2), ROOM, None)

    assert len(_messages(sandbox)) == 1


@pytest.mark.parametrize("with_receipt", [True, False])
async def test_the_thread_hears_of_a_revision_once(
    slack: SlackConnector, sandbox: httpx.Client, with_receipt: bool
) -> None:
    first = await slack.notify(a_report(), ROOM, None)
    second = a_report(analysis_id="ana_02", revision=2, trust_score=55.0)

    for _ in range(2):
        await slack.notify(second, ROOM, first if with_receipt else None)

    assert _replies(sandbox) == ["Revision 2: Trust Score 55 (64 to 80), was 72. The message above shows it."]


async def test_a_reply_that_was_lost_on_the_way_is_made_up_for(slack: SlackConnector, sandbox: httpx.Client) -> None:
    first = await slack.notify(a_report(), ROOM, None)
    second = a_report(analysis_id="ana_02", revision=2, trust_score=55.0)
    _fault(sandbox, "500", "chat.postMessage")
    with pytest.raises(ProviderUnavailable):
        await slack.notify(second, ROOM, first)

    await slack.notify(second, ROOM, first)

    assert len(_messages(sandbox)) == 1
    assert len(_replies(sandbox)) == 1


async def test_the_trend_comes_as_a_picture_with_words_for_who_does_not_see_it(
    slack: SlackConnector, sandbox: httpx.Client, base: str
) -> None:
    await slack.notify(a_report(trend=TREND), ROOM, None)

    image = _image(_messages(sandbox)[0])
    assert _uploaded(base, image["slack_file"]["id"]).startswith(b"\x89PNG")
    assert image["alt_text"].startswith("Line chart of steadiness over 1:00:")


async def test_a_picture_that_slack_is_still_looking_at_is_waited_for(
    slack: SlackConnector, sandbox: httpx.Client
) -> None:
    _order(sandbox, "PUT", "/options/slack", {"file_seconds": 0.5})

    await slack.notify(a_report(trend=TREND), ROOM, None)

    assert _image(_messages(sandbox)[0])


async def test_without_a_picture_the_trend_is_drawn_in_text(slack: SlackConnector, sandbox: httpx.Client) -> None:
    _order(sandbox, "PUT", "/options/slack", {"file_seconds": 3600})

    await slack.notify(a_report(trend=TREND), ROOM, None)

    [message] = _messages(sandbox)
    assert [block["type"] for block in message["blocks"]].count("image") == 0
    assert "▁" in str(message["blocks"])


async def test_the_picker_offers_every_channel_over_all_pages(slack: SlackConnector, sandbox: httpx.Client) -> None:
    names = [f"deal-{number:03}" for number in range(450)]
    _order(sandbox, "POST", "/slack/channels", {"names": names})
    _order(sandbox, "POST", "/slack/channels", {"names": ["board"], "private": True, "member": True})

    labels = [option.label for option in await slack.targets()]

    assert len(labels) == 453
    assert {"#deal-000", "#deal-449", "#board (private)"} <= set(labels)
    assert "#leadership (private)" not in labels


async def test_an_older_revision_that_comes_late_changes_nothing(slack: SlackConnector, sandbox: httpx.Client) -> None:
    await slack.notify(a_report(analysis_id="ana_02", revision=2, trust_score=55.0), ROOM, None)

    await slack.notify(a_report(), ROOM, None)

    assert "Trust Score 55" in _messages(sandbox)[0]["text"]


async def test_another_meeting_gets_its_own_message(slack: SlackConnector, sandbox: httpx.Client) -> None:
    await slack.notify(a_report(), ROOM, None)

    await slack.notify(a_report(analysis_id="ana_09", meeting_id="mtg_09"), ROOM, None)

    assert len(_messages(sandbox)) == 2


async def test_a_message_that_people_deleted_is_posted_again_for_a_new_revision(
    slack: SlackConnector, sandbox: httpx.Client
) -> None:
    first = await slack.notify(a_report(), ROOM, None)
    gone = {**first.ids, "ts": "1.000001"}
    other = a_report(analysis_id="ana_03", meeting_id="mtg_03", revision=2)

    receipt = await slack.notify(other, ROOM, type(first)(first.summary, ids={**gone, "meeting_id": "mtg_03"}))

    assert len(_messages(sandbox)) == 2
    assert receipt.ids["ts"] != "1.000001"


async def test_a_rate_limit_carries_its_wait(slack: SlackConnector, sandbox: httpx.Client) -> None:
    _fault(sandbox, "429_retry_after", "chat.postMessage", seconds=7)

    with pytest.raises(RateLimited) as caught:
        await slack.notify(a_report(), ROOM, None)

    assert caught.value.retry_after == 7


async def test_a_private_channel_without_invitation_is_refused_in_words(slack: SlackConnector) -> None:
    with pytest.raises(RequestRejected, match="invite"):
        await slack.notify(a_report(), Target({"channel": "C0LEADERS"}), None)


async def test_an_app_that_was_removed_asks_to_reconnect(slack: SlackConnector, sandbox: httpx.Client) -> None:
    _revoke(sandbox)

    with pytest.raises(AuthorizationLost) as caught:
        await slack.check()

    assert caught.value.code == "token_revoked"


async def test_a_workspace_that_is_away_is_unavailable() -> None:
    slack = SlackConnector(TokenClient({"web": "http://127.0.0.1:9", "api": "http://127.0.0.1:9/api"}))

    with pytest.raises(ProviderUnavailable):
        await slack.check()
