"""The demo's story, told line by line."""

import time
from contextlib import AbstractContextManager

from rich.console import Console
from rich.markup import escape

from sandbox.demo.browser import Page
from sandbox.demo.outcome import Observer, Outcome
from sandbox.demo.person import Person
from sandbox.demo.processes import Children, require_free_port, wait_until
from sandbox.demo.settings import DemoSettings
from sandbox.demo.timeline import Follower, failure, is_quiet
from sandbox.kit.store import Doc

RECORDING = "renewal_call.mp4"
TRANSCRIPT = "renewal_call.vtt"
PEOPLE = [
    {"name": "Dana Reyes", "email": "dana.reyes@northwind.example", "internal": True},
    {"name": "Priya Shah", "email": "priya.shah@contoso.example"},
]
RESULT_SECONDS = 900
QUIET_LOOKS = 4
"""How often in a row nothing may be under way before the story is over: a retry or a revision may follow."""


class NotArrived(Exception):
    """The story has no end: what is missing, in words."""


class Story:
    """One run from an empty directory to results everywhere."""

    def __init__(self, settings: DemoSettings, children: Children, console: Console) -> None:
        self._settings = settings
        self._children = children
        self._console = console
        self._observer = Observer(settings.sandbox_url)

    def tell(self) -> None:
        """All of it. Raises `StartProblem`, `PageProblem`, `NotArrived`."""
        self._start()
        person = Person(self._settings.hub_url, self._settings.sandbox_url)
        try:
            self._set_up(person)
            meeting, path = self._play(person)
            outcome = self._follow(person, path)
            self._conclude(meeting, path, outcome, person.password)
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
        for provider in ("zoom", "salesforce", "slack"):
            scopes = person.connect(provider)
            self._done(f"{provider.title()} connected over its consent page ({len(scopes)} scopes)")
        page, changes = person.review_crm()
        self._done(f"Salesforce dry run: {changes}; nothing changed yet")
        self._done(person.apply_crm(page))
        self._done(person.add_channel())
        person.add_webhook()
        self._done("Webhook endpoint added; the subscriber knows its secret")

    def _play(self, person: Person) -> tuple[Doc, str]:
        order = {
            "topic": "Contoso renewal",
            "video": RECORDING,
            "transcript": TRANSCRIPT,
            "participants": PEOPLE,
            "webhook_url": f"{self._settings.hub_url}/hooks/zoom",
        }
        played = self._observer.play(order)
        if played["webhook_problem"]:
            raise NotArrived(f"the hub's webhook address was not accepted: {played['webhook_problem']}")
        self._done(f"Zoom recorded {RECORDING} ({played['meeting']['duration_s']:.0f} s) and announced it")
        if not wait_until(lambda: person.meeting_link() is not None, 60):
            raise NotArrived("the hub shows no meeting a minute after the announcement")
        return played["meeting"], str(person.meeting_link())

    def _follow(self, person: Person, path: str) -> Outcome:
        follower, quiet = Follower(), 0
        deadline = time.monotonic() + RESULT_SECONDS
        outcome = Outcome()
        with self._doing("Following the recording"):
            while time.monotonic() < deadline:
                self._children.check()
                page = person.open(path)
                self._tell_news(follower, page)
                outcome = self._observer.outcome()
                quiet = quiet + 1 if is_quiet(page) else 0
                if quiet >= QUIET_LOOKS and _is_over(page, outcome, quiet):
                    break
                time.sleep(0.5)
        if outcome.missing:
            raise NotArrived(f"not there: {', '.join(outcome.missing)}. See {self._settings.hub_url}{path}")
        return outcome

    def _tell_news(self, follower: Follower, page: Page) -> None:
        for entry in follower.news(page):
            words = escape(f"{entry.step}: {entry.details}" if entry.details else entry.step)
            self._done(f"{words} [dim]{entry.since}[/dim]")

    def _conclude(self, meeting: Doc, path: str, outcome: Outcome, password: str) -> None:
        settings, result = self._settings, outcome.result
        score = result.get("trust_score")
        self._line("")
        self._line(f"[bold]Trust Score {score:.1f} of 100[/bold]" if score is not None else "[bold]No score[/bold]")
        interval = result.get("trust_interval")
        if interval:
            self._line(f"90 % interval {interval[0]:.1f} to {interval[1]:.1f}, against the speakers' own baseline")
        self._line("\nWhere it stands")
        for written in outcome.records:
            link = f"{settings.sandbox_url}/salesforce/{written.id}"
            self._line(f"  {written.type} {written.name}: {len(written.figures)} fields  {link}")
        for task in outcome.tasks:
            self._line(f"  Task “{task['Subject']}”  {settings.sandbox_url}/salesforce/{task['Id']}")
        self._line(f"  Slack #deal-room: {len(outcome.messages)} message  {settings.sandbox_url}/slack")
        announced = (
            f"{len(outcome.announcements)} verified {'result' if len(outcome.announcements) == 1 else 'results'}"
        )
        self._line(f"  Webhook subscriber: {announced}  {settings.sandbox_url}/subscriber")
        self._line(f"  Hub  {settings.hub_url}{path}")
        self._line("\nSeconds after the end of the meeting")
        for what, seconds in self._observer.hops(meeting, outcome):
            self._line(f"  {seconds:7.2f}  {what}")
        self._line(f"\nSign in at {settings.hub_url} as dana.reyes@northwind.example with {password}")
        self._check_clean(outcome)

    def _check_clean(self, outcome: Outcome) -> None:
        if outcome.unverified or outcome.duplicates:
            raise NotArrived(
                f"{outcome.unverified} webhooks did not verify and {outcome.duplicates} came more than once"
            )

    def _doing(self, what: str) -> AbstractContextManager[object]:
        return self._console.status(what)

    def _done(self, what: str) -> None:
        self._console.print(f"[green]✓[/green] {what}", highlight=False, soft_wrap=True)

    def _line(self, text: str) -> None:
        self._console.print(text, highlight=False, soft_wrap=True)


def _is_over(page: Page, outcome: Outcome, quiet: int) -> bool:
    """Whether all is there, or nothing more will come. Raises `NotArrived` for a failed analysis."""
    if failure(page):
        raise NotArrived(failure(page))
    return not outcome.missing or quiet > 10 * QUIET_LOOKS
