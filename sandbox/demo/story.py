"""The demo's story, told line by line."""

import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any

import httpx
from rich.console import Console
from rich.markup import escape

from sandbox.demo.browser import Page
from sandbox.demo.conclusion import conclude
from sandbox.demo.outcome import World
from sandbox.demo.person import DEAL_ROOM, Person
from sandbox.demo.played import Played
from sandbox.demo.processes import Children, require_free_port, wait_until
from sandbox.demo.settings import DemoSettings
from sandbox.demo.timeline import Follower, failure, is_quiet
from sandbox.kit.clock import utc_now

RECORDING = {"video": "renewal_call.mp4", "transcript": "renewal_call.vtt", "transcript_delay_s": 0}
PEOPLE = [
    {"name": "Dana Reyes", "email": "dana.reyes@northwind.example", "internal": True},
    {"name": "Priya Shah", "email": "priya.shah@contoso.example"},
]
ACCOUNTS = {
    "zoom": "Zoom",
    "teams": "Microsoft Teams",
    "salesforce": "Salesforce",
    "hubspot": "HubSpot",
    "slack": "Slack",
}
RESULT_SECONDS = 900
QUIET_LOOKS = 4
"""How often in a row nothing may be under way before the story is over: a retry or a revision may follow."""


class NotArrived(Exception):
    """The story does not end well: what is missing or too much, in words."""


class Story:
    """One run from an empty directory to results everywhere."""

    def __init__(self, settings: DemoSettings, children: Children, console: Console) -> None:
        self._settings = settings
        self._children = children
        self._console = console

    def tell(self) -> None:
        """All of it. Raises `StartProblem`, `PageProblem`, `NotArrived`."""
        self._start()
        person = Person(self._settings.hub_url, self._settings.sandbox_url)
        try:
            self._set_up(person)
            played = self._find(person, self._play())
            pages = self._follow(person, played)
            world = World(self._settings.sandbox_url)
            followed = sum(map(person.follow_links, pages))
            self._done(f"All {followed} links to records and messages lead to pages")
            conclude(self._line, self._settings, played, pages, world)
            self._line(f"\nSign in at {self._settings.hub_url} as dana.reyes@northwind.example with {person.password}")
            _require_each_once(world, played)
        finally:
            person.close()

    def _start(self) -> None:
        settings = self._settings
        require_free_port(settings.sandbox_port, "SANDBOX_PORT")
        require_free_port(settings.hub_port, "HUB_PORT")
        with self._doing("Starting the simulators and the hub"):
            self._children.start("simulators", ["sandbox"], settings.sandbox_environment())
            self._children.start("hub", ["hub.cli", "serve"], settings.hub_environment())
            self._children.wait_for("simulators", f"{settings.sandbox_url}/_sandbox/health")
            self._children.wait_for("hub", f"{settings.hub_url}/readyz")
        self._done(f"Simulators at {settings.sandbox_url}, hub at {settings.hub_url}")

    def _set_up(self, person: Person) -> None:
        self._children.check()
        wait_until(self._settings.first_run_file.is_file, 20)
        person.found_organisation(self._settings.first_run_file.read_text().strip())
        self._done("Organisation Northwind and its owner made through the first-run link")
        for provider, name in ACCOUNTS.items():
            scopes = person.connect(provider)
            self._done(f"{name} connected over its consent page ({len(scopes)} scopes)")
        for crm in ("Salesforce", "HubSpot"):
            page, changes = person.review_crm(crm)
            self._done(f"{crm} dry run: {changes}; nothing changed yet")
            self._done(person.apply_crm(page))
        self._done(person.add_place("Slack", DEAL_ROOM, "deal-room"))
        self._done(person.add_place("Microsoft Teams", "owner"))
        self._done(person.add_place("Zoom", "owner"))
        person.add_webhook()
        self._done("Webhook endpoint added; the subscriber knows its secret")

    def _play(self) -> list[Played]:
        hook = f"{self._settings.hub_url}/hooks/zoom"
        return [
            self._record("zoom", "Zoom", {"topic": "Contoso renewal", "webhook_url": hook}),
            self._record("teams", "Microsoft Teams", {"subject": "Contoso renewal, the day after"}),
        ]

    def _record(self, simulator: str, name: str, order: dict[str, Any]) -> Played:
        address = f"{self._settings.sandbox_url}/_sandbox/{simulator}/meetings"
        played = Played(name, utc_now())
        body = RECORDING | order | {"participants": PEOPLE}
        answer = httpx.post(address, json=body, timeout=30, trust_env=False).raise_for_status().json()
        if answer.get("webhook_problem"):
            raise NotArrived(f"the hub's webhook address was not accepted: {answer['webhook_problem']}")
        seconds = answer["meeting"]["duration_s"]
        self._done(f"{name} recorded {RECORDING['video']} ({seconds:.0f} s) and announced it")
        return played

    def _find(self, person: Person, played: Sequence[Played]) -> list[Played]:
        found: dict[str, str] = {}

        def are_listed() -> bool:
            found.update(person.meetings())
            return all(each.provider in found for each in played)

        if not wait_until(are_listed, 60):
            raise NotArrived(f"a minute after the announcements the hub shows {', '.join(found) or 'no meeting'} only")
        return [Played(each.provider, each.ended, found[each.provider]) for each in played]

    def _follow(self, person: Person, played: Sequence[Played]) -> list[Page]:
        followers, quiet = [Follower() for _ in played], 0
        deadline = time.monotonic() + RESULT_SECONDS
        with self._doing("Following the recordings"):
            while time.monotonic() < deadline:
                self._children.check()
                pages = [person.open(each.path) for each in played]
                for each, follower, page in zip(played, followers, pages, strict=True):
                    self._tell_news(each, follower, page)
                quiet = quiet + 1 if all(map(is_quiet, pages)) else 0
                if quiet >= QUIET_LOOKS and self._is_over(played, pages, quiet):
                    return pages
                time.sleep(0.25)
        raise NotArrived(f"the story has no end after {RESULT_SECONDS} s. See {self._settings.hub_url}/meetings")

    def _is_over(self, played: Sequence[Played], pages: Sequence[Page], quiet: int) -> bool:
        """Whether all is there, or nothing more will come. Raises `NotArrived` for a failed analysis."""
        if failed := next(filter(None, map(failure, pages)), ""):
            raise NotArrived(failed)
        return not _problems(World(self._settings.sandbox_url), played) or quiet > 10 * QUIET_LOOKS

    def _tell_news(self, played: Played, follower: Follower, page: Page) -> None:
        for entry in follower.news(page):
            words = ": ".join(filter(None, (f"{entry.step} {entry.whom}".strip(), entry.details)))
            self._done(f"[dim]{played.provider:<15}[/dim] {escape(words)} [dim]{entry.since}[/dim]")

    def _doing(self, what: str) -> AbstractContextManager[object]:
        return self._console.status(what)

    def _done(self, what: str) -> None:
        self._console.print(f"[green]✓[/green] {what}", highlight=False, soft_wrap=True)

    def _line(self, text: str) -> None:
        self._console.print(text, highlight=False, soft_wrap=True)


def _problems(world: World, played: Sequence[Played]) -> list[str]:
    """What is missing or there too often, over all meetings and places."""
    found = [
        f"{each.provider}: {arrival.problem}"
        for each in played
        for arrival in world.arrivals(each.provider, each.meeting_id)
        if arrival.problem
    ]
    return [*found, *([] if world.records() else ["no figures in any CRM record"]), *world.problems]


def _require_each_once(world: World, played: Sequence[Played]) -> None:
    if problems := _problems(world, played):
        raise NotArrived(f"not everything is there exactly once: {'; '.join(problems)}")
