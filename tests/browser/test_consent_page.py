"""The consent page in a real browser: signed in on the way, allowed, denied, and sent back to the app alone."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Seeded, Watched, new_context, watch
from tests.support.apps import REDIRECT, VERIFIER, App, an_app

pytestmark = pytest.mark.browser


@pytest.fixture
def app(seeded: Seeded) -> App:
    return an_app(seeded.hub.runtime, seeded.organisation_id)


@pytest.fixture
def signed_in(seeded: Seeded) -> Iterator[Watched]:
    """A page of the owner's, in a browser that finds the app's own page where there is no network."""
    seeded.context.route(f"{REDIRECT}**", lambda route: route.fulfill(body="Back at the app"))
    watched = watch(seeded.context)
    yield watched
    watched.page.close()


def address(seeded: Seeded, app: App, **changes: str) -> str:
    return str(httpx.URL(f"{seeded.hub.url}/oauth/authorize", params=app.request(**changes)))


def back(page: Page) -> dict[str, list[str]]:
    """What the app was told."""
    page.wait_for_url(f"{REDIRECT}**")
    expect(page.get_by_text("Back at the app")).to_be_visible()
    return parse_qs(urlsplit(page.url).query)


def test_allowing_leads_back_to_the_app_with_a_code_that_works(seeded: Seeded, signed_in: Watched, app: App) -> None:
    page = signed_in.page
    page.goto(address(seeded, app))
    expect(page.get_by_role("heading", name="Allow Deal Desk?")).to_be_visible()
    expect(page.get_by_text("Read meetings with their results")).to_be_visible()
    assert signed_in.accessibility() == []
    page.get_by_role("button", name="Allow", exact=True).click()

    told = back(page)

    assert told["iss"] == [seeded.hub.url]
    form = {
        "grant_type": "authorization_code", "code": told["code"][0], "redirect_uri": REDIRECT,
        "code_verifier": VERIFIER,
    }  # fmt: skip
    assert app.secret is not None
    answer = httpx.post(
        f"{seeded.hub.url}/oauth/token", data=form, auth=(app.client_id, app.secret), trust_env=False, timeout=30
    )
    assert answer.status_code == 200
    assert signed_in.complaints == []


def test_denying_leads_back_without_one(seeded: Seeded, signed_in: Watched, app: App) -> None:
    signed_in.page.goto(address(seeded, app))
    signed_in.page.get_by_role("button", name="Don't allow").click()

    told = back(signed_in.page)

    assert told["error"] == ["access_denied"]
    assert "code" not in told


def test_whoever_is_not_signed_in_comes_to_the_page_by_signing_in(seeded: Seeded, browser: Browser, app: App) -> None:
    context = new_context(browser)
    page = context.new_page()
    page.goto(address(seeded, app))
    page.get_by_label("E-mail").fill("dana@northwind.example")
    page.get_by_label("Password").fill("correct horse battery")
    page.get_by_role("button", name="Sign in").click()

    expect(page.get_by_role("heading", name="Allow Deal Desk?")).to_be_visible()
    context.close()


def test_a_wrong_address_stays_here(seeded: Seeded, signed_in: Watched, app: App) -> None:
    signed_in.page.goto(address(seeded, app, redirect_uri="https://evil.example/callback"))

    expect(signed_in.page.get_by_text("Nothing was allowed")).to_be_visible()
    assert signed_in.page.url.startswith(seeded.hub.url)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_the_pages_are_accessible_and_fit(
    seeded: Seeded, signed_in: Watched, app: App, scheme: str, width: int
) -> None:
    page = signed_in.page
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": 900})
    for place in (address(seeded, app), f"{seeded.hub.url}/settings/apps"):
        page.goto(place)
        assert signed_in.accessibility() == [], place
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), place
    assert signed_in.troubles() == []
