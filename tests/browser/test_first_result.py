"""From an empty hub to the first result in CRM, channel and webhook, with nothing but a browser."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from sandbox.serving import running
from tests.browser.conftest import ROOT, Hub, Watched, found_organisation, new_context, run_hub, watch
from tests.support.stage import PEOPLE, hub_environment
from tests.support.subscriber import Subscriber, subscribing

pytestmark = [pytest.mark.browser, pytest.mark.slow]

RECORDINGS = ROOT / "sandbox" / "recordings"
ANALYSED_WITHIN_MS = 120_000


@pytest.fixture
def simulators(tmp_path: Path) -> Iterator[str]:
    with running(tmp_path / "sandbox", RECORDINGS) as base:
        yield base


@pytest.fixture
def hub(tmp_path: Path, simulators: str) -> Iterator[Hub]:
    yield from run_hub(tmp_path / "hub", hub_environment(tmp_path, simulators, "", {}))


def test_a_new_customer_connects_everything_and_reads_the_first_result(
    browser: Browser, hub: Hub, simulators: str
) -> None:
    with subscribing() as subscriber:
        watched = watch(new_context(browser))
        found_organisation(watched, hub)

        for name in ("Zoom", "Salesforce", "Slack"):
            connect(watched, hub, name)
        enable_salesforce(watched, hub)
        add_slack_channel(watched, hub)
        add_webhook(watched, hub, subscriber)
        play(simulators, hub)

        open_the_meeting(watched, hub)
        expect(watched.page.locator("[data-lane] canvas")).to_have_count(4)
        expect(region(watched.page, "CRM records")).to_contain_text("Priya Shah")
        until_delivered(watched.page)
        expect(region(watched.page, "Speakers")).to_contain_text("Not analysed: member of your organisation")
        assert subscriber.body("analysis.completed")["speakers"]
        watched.open(f"{hub.url}/")
        expect(watched.page.get_by_role("heading", name="Set up")).to_have_count(0)
        assert watched.accessibility() == []
        assert watched.troubles() == []


def test_a_person_who_declines_at_the_provider_comes_back_to_an_explanation(browser: Browser, hub: Hub) -> None:
    watched = watch(new_context(browser))
    found_organisation(watched, hub)
    watched.open(f"{hub.url}/connections")
    watched.page.get_by_role("button", name="Connect Zoom").click()
    watched.page.get_by_role("button", name="Deny").click()
    expect(watched.page.get_by_role("status")).to_contain_text("Zoom was not connected")


def connect(watched: Watched, hub: Hub, name: str) -> None:
    """Over the provider's own consent page and back."""
    watched.open(f"{hub.url}/connections")
    watched.page.get_by_role("button", name=f"Connect {name}").click()
    watched.page.get_by_role("button", name="Allow").click()
    expect(watched.page.get_by_role("status")).to_contain_text(f"{name} is connected.")


def enable_salesforce(watched: Watched, hub: Hub) -> None:
    """Read the changes first, then have them made."""
    watched.open(f"{hub.url}/destinations")
    watched.page.get_by_role("link", name="Review changes to Salesforce").click()
    changes = region(watched.page, "Changes")
    expect(changes.get_by_text("to make").first).to_be_visible()
    assert watched.accessibility() == []
    watched.page.get_by_role("button", name="Apply and start").click()
    expect(watched.page.get_by_role("status")).to_contain_text("Salesforce is ready")


def add_slack_channel(watched: Watched, hub: Hub) -> None:
    watched.open(f"{hub.url}/destinations")
    watched.page.get_by_role("link", name="Choose a channel in Slack").click()
    watched.page.get_by_label("Where").select_option("C0DEALROOM")
    watched.page.get_by_label("Only when the Trust Score is below").fill("100")
    assert watched.accessibility() == []
    watched.page.get_by_role("button", name="Add").click()
    expect(watched.page.get_by_text("When the Trust Score is below 100")).to_be_visible()


def add_webhook(watched: Watched, hub: Hub, subscriber: Subscriber) -> None:
    """The secret is shown once, and a reload shows the list."""
    watched.open(f"{hub.url}/webhooks")
    watched.page.get_by_label("Address").fill(subscriber.url)
    watched.page.get_by_role("button", name="Add endpoint").click()
    secret = watched.page.locator("#secret").text_content() or ""
    assert secret.startswith("whsec_")
    assert watched.accessibility() == []
    watched.page.get_by_role("link", name="Done").click()
    expect(watched.page.get_by_role("heading", name=subscriber.url)).to_be_visible()
    assert secret not in watched.page.content()


def play(simulators: str, hub: Hub) -> None:
    """A recorded call ends at the simulator, which announces it."""
    order = {
        "topic": "Renewal and rollout", "video": "renewal_call.mp4", "transcript": "renewal_call.vtt",
        "participants": PEOPLE, "webhook_url": f"{hub.url}/hooks/zoom", "transcript_delay_s": 0,
    }  # fmt: skip
    answer = httpx.post(f"{simulators}/_sandbox/zoom/meetings", json=order, timeout=30, trust_env=False)
    assert not answer.raise_for_status().json()["webhook_problem"]


def open_the_meeting(watched: Watched, hub: Hub) -> None:
    """Watch it arrive: the page becomes the result by itself."""
    page = watched.page
    watched.open(f"{hub.url}/meetings")
    page.get_by_role("link", name="Renewal and rollout").click()
    expect(page.get_by_text("Ready", exact=True)).to_be_visible(timeout=ANALYSED_WITHIN_MS)
    page.locator("[data-lanes][data-ready]").wait_for()


def until_delivered(page: Page) -> None:
    """Reload until the result is at all three, and nothing is on its way."""
    sent = region(page, "Deliveries")
    for _ in range(120):
        if not sent.get_by_text("On its way").count() and sent.get_by_text("Delivered", exact=True).count() >= 3:
            break
        page.wait_for_timeout(1000)
        page.reload()
    for name in ("Salesforce", "deal-room", "analysis.completed"):
        expect(sent.get_by_role("listitem").filter(has_text=name).first).to_contain_text("Delivered")


def region(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name, exact=True)
