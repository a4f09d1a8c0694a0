"""The hub's own account of a meeting's way, read from its page."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime

from sandbox.demo.browser import Page
from sandbox.kit.clock import parse_iso

UNDER_WAY = ("On its way", "Waiting", "Fetching recording", "Analysing")


MATCHED = "matched"
STAGES = {
    "Recording announced": "announced to the hub",
    "Recording fetched": "fetched",
    "Recording analysed": "analysed",
    "Analysis completed": "published",
    "Meeting matched": MATCHED,
}
"""The steps that a latency is told for, and how; deliveries are told by whom they are for."""
DELIVERED = "Delivery succeeded"


@dataclass(frozen=True)
class Entry:
    """One line: what happened, for whom, details, how long after the line before, and when."""

    step: str
    whom: str = ""
    details: str = ""
    since: str = ""
    at: datetime | None = None

    @property
    def stage(self) -> str:
        """What a latency is told for; empty for all other steps."""
        if self.step != DELIVERED:
            return STAGES.get(self.step, "")
        return f"told t{self.whom[1:]}" if self.whom.startswith("The ") else f"in {self.whom}"


def entries(page: Page) -> list[Entry]:
    """The timeline, oldest first."""
    found: list[Entry] = []
    for path, words in page.outline:
        if "ol.timeline" not in path:
            continue
        if path.endswith("strong"):
            found.append(Entry(words))
        elif found and not path.endswith(" time"):
            found[-1] = _completed(found[-1], path, words)
    return found


def latencies(page: Page, since: datetime) -> dict[str, float]:
    """Seconds from `since` until each stage was reached first; matching is over with the last CRM."""
    found: dict[str, float] = {}
    for entry in entries(page):
        is_news = entry.stage not in found or entry.stage == MATCHED
        if entry.stage and entry.at is not None and is_news:
            found[entry.stage] = (entry.at - since).total_seconds()
    return found


def _completed(entry: Entry, path: str, words: str) -> Entry:
    """The entry with one more piece of its line."""
    if path.endswith("time@datetime"):
        return replace(entry, at=parse_iso(words))
    if path.endswith("span.muted small to"):
        return replace(entry, whom=words)
    if words.startswith("+"):
        return replace(entry, since=words)
    return replace(entry, details=f"{entry.details} {words}".strip())


def states(page: Page) -> list[str]:
    """The badges on the page."""
    return [words for path, words in page.outline if path.endswith("span.state")]


def is_quiet(page: Page) -> bool:
    """Whether nothing is under way any more."""
    return not any(state.startswith(UNDER_WAY) for state in states(page))


def failure(page: Page) -> str:
    """Why the meeting could not be analysed; empty when it could, or is still under way."""
    return " ".join(page.texts("div.notice")) if "Failed" in states(page) else ""


class Follower:
    """Gives each timeline entry once, however often the page is read."""

    def __init__(self) -> None:
        self._seen: Counter[tuple[str, str, str]] = Counter()

    def news(self, page: Page) -> list[Entry]:
        """Entries that were not there before."""
        counted: Counter[tuple[str, str, str]] = Counter()
        fresh = []
        for entry in entries(page):
            key = (entry.step, entry.whom, entry.details)
            counted[key] += 1
            if counted[key] > self._seen[key]:
                fresh.append(entry)
        self._seen = counted
        return fresh
