"""A real hub in its own process, and a real browser that reports everything that goes wrong on a page."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright
from pydantic import SecretStr
from sqlmodel import select

from hub import runtime as runtimes
from hub.accounts.models import Organisation
from hub.deliveries.models import Destination
from hub.kit.crypto import new_master_key
from hub.runtime import Runtime
from hub.settings import Settings
from sandbox.serving import free_port
from tests.support.console import seed_meeting, seed_meeting_under_way
from tests.support.waiting import PATIENCE_S, until

ROOT = Path(__file__).parents[2]
CHROMIUM = Path("/usr/bin/chromium")
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
ASSETS = ROOT / "hub" / "console" / "static" / "vendor" / ".ready"
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
REPORT_VIOLATIONS = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.violations.push(`${event.violatedDirective}: ${event.blockedURI}`));
"""


@dataclass(frozen=True)
class Hub:
    """A running hub: its address and its store."""

    url: str
    runtime: Runtime
    first_run_link: str


@dataclass
class Watched:
    """A page and what it complained about."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    def open(self, address: str) -> None:
        """Go there; an answer that is no success counts as a complaint."""
        answer = self.page.goto(address)
        if answer is None or answer.status >= 400:
            self.complaints.append(f"{address}: {answer.status if answer else 'no answer'}")

    def troubles(self) -> list[str]:
        """Console errors, failed requests, script errors and breaches of the content security policy so far."""
        return self.complaints + list(self.page.evaluate("window.violations ?? []"))

    def accessibility(self) -> list[str]:
        """What axe-core finds, as `rule: element`."""
        found: list[dict[str, Any]] = self.page.evaluate("async () => (await axe.run()).violations")
        return [f"{each['id']}: {node['html'][:160]}" for each in found for node in each["nodes"]]


@dataclass(frozen=True)
class Seeded:
    """A signed-in browser on a hub with one finished meeting and one under way."""

    hub: Hub
    context: BrowserContext
    organisation_id: str
    meeting_id: str
    under_way_id: str
    destination_id: str
    crm_id: str


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, closed after each file: Playwright holds the thread's event loop, and others need it."""
    for needed, remedy in ((CHROMIUM, "apt-get install chromium"), (AXE, "make assets"), (ASSETS, "make assets")):
        if not needed.exists():
            pytest.skip(f"{needed} is missing: {remedy}")
    expect.set_options(timeout=PATIENCE_S * 1000)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(QUIET))
        yield launched
        launched.close()


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    """`hub serve` on a free port with an empty store."""
    yield from run_hub(tmp_path / "hub")


def run_hub(directory: Path, variables: Mapping[str, str] | None = None) -> Iterator[Hub]:
    """Start it with these `HUB_*` variables, wait until it answers, and stop it in the end."""
    own = {"HUB_DATA_DIR": str(directory), "HUB_PORT": str(free_port()), "HUB_MASTER_KEY": new_master_key()}
    environment = {**os.environ, **own, **(variables or {})}
    data_dir, port = Path(environment["HUB_DATA_DIR"]), int(environment["HUB_PORT"])
    log = directory.with_suffix(".log")
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "hub.cli", "serve"], cwd=ROOT, env=environment, stdout=output, stderr=output
        )
    try:
        url, link = f"http://127.0.0.1:{port}", data_dir / "first-run-link"
        wait_until_ready(process, url, link, log)
        key = SecretStr(environment["HUB_MASTER_KEY"])
        runtime = runtimes.build(Settings(data_dir=data_dir, master_key=key, port=port))
        yield Hub(url, runtime, link.read_text().strip())
        runtime.database.close()
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def wait_until_ready(process: subprocess.Popen[bytes], url: str, link: Path, log: Path) -> None:
    """Until the hub answers and has written its link; fails with its log when it ends first."""
    until(lambda: process.poll() is not None or (link.exists() and answers(url)), "the hub is up", logs=log.read_text)
    assert process.poll() is None, log.read_text()


def answers(url: str) -> bool:
    """Whether the hub serves requests."""
    try:
        return httpx.get(f"{url}/healthz", timeout=2, trust_env=False).status_code == 200
    except httpx.TransportError:
        return False


@pytest.fixture
def watched(browser: Browser, hub: Hub) -> Iterator[Watched]:
    """A fresh browser on the empty hub."""
    context = new_context(browser)
    yield watch(context)
    context.close()


@pytest.fixture(scope="module")
def seeded(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seeded]:
    """A hub with an organisation, two meetings and a signed-in owner, shared by the tests that only look."""
    for hub in run_hub(tmp_path_factory.mktemp("seeded") / "hub"):
        context = new_context(browser)
        watched = watch(context)
        found_organisation(watched, hub)
        with hub.runtime.database.transaction() as session:
            organisation_id = session.exec(select(Organisation.id)).one()
        done = seed_meeting(hub.runtime, organisation_id)
        under_way = seed_meeting_under_way(hub.runtime, organisation_id)
        with hub.runtime.database.transaction() as session:
            destination = session.exec(select(Destination)).one()
        crm = destination.connection_id
        yield Seeded(hub, context, organisation_id, done.id, under_way.id, destination.id, crm)
        context.close()


def new_context(browser: Browser) -> BrowserContext:
    """A browser profile that has axe-core at hand and notes policy breaches."""
    context = browser.new_context(viewport={"width": 1440, "height": 1000}, locale="en-GB", timezone_id="UTC")
    context.add_init_script(REPORT_VIOLATIONS)
    context.add_init_script(path=AXE)
    return context


def watch(context: BrowserContext) -> Watched:
    """A page whose complaints are written down."""
    watched = Watched(context.new_page())

    def listen(said: ConsoleMessage) -> None:
        if said.type == "error":
            watched.complaints.append(said.text)

    watched.page.on("console", listen)
    watched.page.on("pageerror", lambda error: watched.complaints.append(str(error)))
    return watched


def found_organisation(watched: Watched, hub: Hub) -> None:
    """Go through the first-run page."""
    watched.open(hub.first_run_link)
    answers = {
        "Name": "Northwind Trading",
        "Your e-mail domains": "northwind.example",
        "Your name": "Dana Whitfield",
        "E-mail": "dana@northwind.example",
        "Password": "correct horse battery",
    }
    for label, text in answers.items():
        watched.page.get_by_label(label, exact=True).fill(text)
    watched.page.get_by_role("button", name="Create organisation").click()
    watched.page.wait_for_url(f"{hub.url}/")
