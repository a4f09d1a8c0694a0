"""What a person does in the hub's console, step by step."""

import secrets

import httpx

from sandbox.demo.browser import Browser, Page, PageProblem
from sandbox.slack.team import CHANNELS

OWNER = {
    "organisation": "Northwind",
    "domains": "northwind.example",
    "name": "Dana Reyes",
    "email": "dana.reyes@northwind.example",
}
DEAL_ROOM = next(channel["id"] for channel in CHANNELS if channel["name"] == "deal-room")
SUBSCRIBER = "northwind-bi"
SOURCES = ("Zoom", "Microsoft Teams")
"""Where meetings are recorded, as the console calls it."""


class Person:
    """Dana, at the hub's console. Every method raises `PageProblem` when a page is not as expected."""

    def __init__(self, hub_url: str, sandbox_url: str) -> None:
        self._browser = Browser(hub_url)
        self._hub_url = hub_url
        self._sandbox_url = sandbox_url
        self.password = secrets.token_urlsafe(12)

    def close(self) -> None:
        """Close the browser."""
        self._browser.close()

    def found_organisation(self, link: str) -> None:
        """Open the one-time link and fill in the form."""
        page = self._browser.open(link)
        arrived = self._browser.submit(page, page.form("/first-run"), OWNER | {"password": self.password})
        if arrived.url.path == "/first-run":
            raise PageProblem(f"the organisation was not made: {' '.join(arrived.texts('form'))[:300]}")

    def connect(self, provider: str) -> list[str]:
        """Connect an account over the provider's own consent page; gives the scopes it showed."""
        page = self._browser.open("/connections")
        consent = self._browser.submit(page, page.form(f"/connect/{provider}"))
        if consent.url.port == httpx.URL(self._hub_url).port:
            raise PageProblem(f"{provider} was not asked: the console says {_notice(consent)}")
        scopes = consent.texts("li code")
        back = self._browser.submit(consent, consent.form(""), button="Allow")
        if back.url.params.get("notice") not in ("connected", "renewed"):
            raise PageProblem(f"{provider} was not connected: the console says {_notice(back)}")
        return scopes

    def review_crm(self, provider: str) -> tuple[Page, str]:
        """The dry run: the page that lists every change this CRM needs first, and the console's count of them."""
        page = self._browser.open(self._new_destination(provider))
        counts = [words for words in page.texts("header") if " to make" in words]
        if not counts or not any(form.action.endswith("/crm") for form in page.forms):
            raise PageProblem(f"{provider} has no dry run that says how many changes it would make")
        return page, counts[0]

    def apply_crm(self, page: Page) -> str:
        """Make the changes and start writing; gives what the console says."""
        form = next(form for form in page.forms if form.action.endswith("/crm"))
        return self._expect_destinations(self._browser.submit(page, form))

    def add_place(self, provider: str, *wanted: str) -> str:
        """Send messages to the place of this account that has one of these names; gives what the console says."""
        page = self._browser.open(self._new_destination(provider))
        form = next((form for form in page.forms if form.action.endswith("/channel")), None)
        if form is None:
            raise PageProblem(f"{provider} offers no place to send messages to: {_notice(page)}")
        target = _option(form.options.get("target", {}), *wanted)
        return self._expect_destinations(self._browser.submit(page, form, {"target": target}))

    def add_webhook(self) -> None:
        """Subscribe the subscriber, and give it the secret that is shown once."""
        page = self._browser.open("/webhooks")
        values = {"url": f"{self._sandbox_url}/subscriber/{SUBSCRIBER}", "description": "Demo subscriber"}
        shown = self._browser.submit(page, page.form("/webhooks"), values)
        secret = next((words for words in shown.texts("code") if words.startswith("whsec_")), None)
        if secret is None:
            raise PageProblem(f"no secret was shown: {' '.join(shown.texts('main'))[:300]}")
        address = f"{self._sandbox_url}/_sandbox/subscriber/{SUBSCRIBER}"
        httpx.put(address, json={"secrets": [secret]}, trust_env=False).raise_for_status()

    def meetings(self) -> dict[str, str]:
        """The pages of the meetings in the list, by the provider that their page names."""
        page = self._browser.open("/meetings")
        paths = dict.fromkeys(href for href, _ in page.links if href.startswith("/meetings/mtg"))
        return {self._provider_of(path): path for path in paths}

    def open(self, path: str) -> Page:
        """Any page of the console."""
        return self._browser.open(path)

    def follow_links(self, page: Page) -> int:
        """Open every page of other hosts that this one leads to; gives how many there are."""
        elsewhere = dict.fromkeys(href for href, _ in page.links if href.startswith("http"))
        for href in elsewhere:
            self._browser.open(href)
        return len(elsewhere)

    def _provider_of(self, path: str) -> str:
        facts = self._browser.open(path).texts("p.meta")
        return next((provider for provider in SOURCES if provider in facts), "")

    def _new_destination(self, provider: str) -> str:
        """The link that makes an account of this provider a destination."""
        page = self._browser.open("/destinations")
        for href, words in page.links:
            if href.startswith("/destinations/new/") and words.endswith(f" {provider}"):
                return href
        raise PageProblem(f"the console does not offer {provider} as a destination")

    def _expect_destinations(self, page: Page) -> str:
        if page.url.path != "/destinations":
            raise PageProblem(f"the destination was not made: {_notice(page)}")
        return _notice(page)


def _notice(page: Page) -> str:
    return " ".join(page.texts("notice")) or " ".join(page.texts("main"))[:300]


def _option(options: dict[str, str], *wanted: str) -> str:
    for label, value in options.items():
        if value in wanted or any(name in label for name in wanted):
            return value
    raise PageProblem(f"the channel is not offered; there are {', '.join(options) or 'none'}")
