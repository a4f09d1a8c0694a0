"""What a person sees and does in the console, in a real browser."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from sqlmodel import select

from hub.accounts.models import AuditEntry
from hub.meetings.models import Meeting, MeetingState
from tests.browser.conftest import Hub, Seeded, Watched, found_organisation, new_context, watch

pytestmark = pytest.mark.browser

SCREENS = (
    "/", "/meetings", "/meetings/{meeting}", "/meetings/{under_way}", "/connections", "/destinations", "/webhooks",
    "/deliveries", "/settings", "/settings/audit", "/settings/apps", "/account", "/about-scores", "/docs",
    "/destinations/{destination}/mapping", "/destinations/{destination}/dry-run", "/meetings/{meeting}/records/{crm}",
)  # fmt: skip


def test_a_new_owner_sets_up_signs_out_and_signs_in_again(watched: Watched, hub: Hub) -> None:
    page = watched.page
    found_organisation(watched, hub)
    expect(page.get_by_role("heading", name="Set up")).to_be_visible()
    page.get_by_role("button", name="Sign out").first.click()
    page.get_by_label("E-mail").fill("dana@northwind.example")
    page.get_by_label("Password").fill("correct horse battery")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="Connections").first.click()
    expect(page.get_by_role("heading", name="Zoom")).to_be_visible()
    assert watched.troubles() == []
    assert actions(hub)[:1] == ["organisation.created"]
    assert {"member.signed_out", "member.signed_in"} <= set(actions(hub))


def test_the_first_run_link_works_once(seeded: Seeded) -> None:
    page = seeded.context.new_page()
    answer = page.goto(seeded.hub.first_run_link)
    assert answer is not None
    assert answer.status == 410
    expect(page.get_by_role("heading", name="This link no longer works")).to_be_visible()
    page.close()


def test_whoever_is_not_signed_in_is_led_back_to_the_page_they_wanted(seeded: Seeded, browser: Browser) -> None:
    context = new_context(browser)
    page = context.new_page()
    page.goto(f"{seeded.hub.url}/meetings?q=renewal")
    page.get_by_label("E-mail").fill("dana@northwind.example")
    page.get_by_label("Password").fill("correct horse battery")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{seeded.hub.url}/meetings?q=renewal")
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("screen", SCREENS)
def test_every_screen_is_accessible_and_breaks_no_policy(seeded: Seeded, screen: str, scheme: str) -> None:
    watched = watch(seeded.context)
    watched.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
    watched.open(address(seeded, screen))
    assert watched.page.evaluate("document.documentElement.classList.contains('dark')") is (scheme == "dark")
    assert watched.accessibility() == []
    assert watched.troubles() == []
    watched.page.close()


@pytest.mark.parametrize("width", [360, 390, 768])
@pytest.mark.parametrize("screen", SCREENS)
def test_no_screen_scrolls_sideways_on_small_displays(seeded: Seeded, screen: str, width: int) -> None:
    page = seeded.context.new_page()
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(address(seeded, screen))
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


def test_a_click_on_an_event_moves_the_shared_position(seeded: Seeded) -> None:
    watched = watch(seeded.context)
    page = watched.page
    watched.open(address(seeded, "/meetings/{meeting}"))
    field = position(page)
    expect(page.locator("[data-lane] canvas")).to_have_count(4)
    page.get_by_role("button", name="8:44 Steadiness low").click()
    expect(field).to_have_attribute("aria-valuenow", "524")
    assert "8:44: steadiness 0.3" in str(field.get_attribute("aria-valuetext"))
    assert line_at(page) == pytest.approx(524 / 860, abs=0.01)
    assert watched.troubles() == []
    page.close()


def test_the_position_moves_with_the_arrow_keys(seeded: Seeded) -> None:
    page = seeded.context.new_page()
    page.goto(address(seeded, "/meetings/{meeting}"))
    field = position(page)
    field.focus()
    for key in ("ArrowRight", "Shift+ArrowRight", "ArrowLeft"):
        page.keyboard.press(key)
    expect(field).to_have_attribute("aria-valuenow", "10")
    page.close()


def test_the_lanes_are_drawn_in_colour(seeded: Seeded) -> None:
    page = seeded.context.new_page()
    page.goto(address(seeded, "/meetings/{meeting}"))
    position(page)
    for lane in page.locator("[data-lane] canvas, [data-strip]").all():
        assert lane.evaluate(COLOURS) > 1
    page.close()


def test_the_table_says_the_same_as_the_lanes(seeded: Seeded) -> None:
    page = seeded.context.new_page()
    page.goto(address(seeded, "/meetings/{meeting}"))
    page.get_by_text("The same as a table").click()
    rows = page.get_by_role("region", name="Signals by minute").get_by_role("row")
    expect(rows).to_have_count(1 + 15)
    page.close()


def test_people_of_the_own_organisation_have_talk_time_only(seeded: Seeded) -> None:
    page = seeded.context.new_page()
    page.goto(address(seeded, "/meetings/{meeting}"))
    row = page.get_by_role("region", name="Speakers, table").get_by_role("row").filter(has_text="Dana Whitfield")
    expect(row).to_contain_text("Not analysed: member of your organisation")
    expect(row).to_contain_text("4 min")
    page.close()


def test_progress_arrives_by_itself_and_the_page_reloads_when_the_result_is_there(seeded: Seeded) -> None:
    watched = watch(seeded.context)
    page = watched.page
    meeting_id = copy_under_way(seeded)
    watched.open(f"{seeded.hub.url}/meetings/{meeting_id}")
    set_state(seeded, meeting_id, MeetingState.ANALYSING, 0.77)
    expect(page.locator(".live [aria-live]")).to_contain_text("77 %")
    set_state(seeded, meeting_id, MeetingState.FAILED, 0.77)
    expect(page.get_by_text("This meeting could not be analysed.")).to_be_visible()
    assert watched.troubles() == []
    page.close()


def test_a_chosen_theme_outlives_the_page(seeded: Seeded) -> None:
    page = seeded.context.new_page()
    page.emulate_media(color_scheme="light")
    page.goto(address(seeded, "/"))
    page.get_by_role("button", name="Dark mode").first.click()
    page.reload()
    expect(page.locator("html")).to_have_class("dark")
    page.get_by_role("button", name="Dark mode").first.click()
    page.evaluate("localStorage.clear()")
    page.close()


COLOURS = """canvas => {
  const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  const seen = new Set();
  for (let at = 0; at < data.length; at += 4) seen.add(data.slice(at, at + 4).join());
  return seen.size;
}"""


def address(seeded: Seeded, screen: str) -> str:
    return seeded.hub.url + screen.format(
        meeting=seeded.meeting_id,
        under_way=seeded.under_way_id,
        destination=seeded.destination_id,
        crm=seeded.crm_id,
    )


def position(page: Page) -> Locator:
    page.locator("[data-lanes][data-ready]").wait_for()
    return page.get_by_role("slider", name="Position in the meeting")


def line_at(page: Page) -> float:
    """Where the shared line stands, as a share of the field's width."""
    share: float = page.evaluate(
        """() => {
          const field = document.querySelector("[data-field]").getBoundingClientRect();
          const line = document.querySelector("[data-line]").getBoundingClientRect();
          return (line.left - field.left) / field.width;
        }"""
    )
    return share


def actions(hub: Hub) -> list[str]:
    with hub.runtime.database.transaction() as session:
        return [entry.action for entry in session.exec(select(AuditEntry).order_by(AuditEntry.id)).all()]


def copy_under_way(seeded: Seeded) -> str:
    now = datetime(2026, 11, 20, tzinfo=UTC)
    with seeded.hub.runtime.database.transaction() as session:
        row = Meeting(
            organisation_id=seeded.organisation_id, external_id="live", provider="zoom", title="Live",
            state=MeetingState.FETCHING, created_at=now, updated_at=now,
        )  # fmt: skip
        session.add(row)
        return row.id


def set_state(seeded: Seeded, meeting_id: str, state: MeetingState, progress: float) -> None:
    with seeded.hub.runtime.database.transaction() as session:
        row = session.get_one(Meeting, meeting_id)
        row.state, row.progress = state, progress
