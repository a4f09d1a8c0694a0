"""The hub's own account of a meeting's way, read from its page."""

from collections import Counter
from dataclasses import dataclass

from sandbox.demo.browser import Page

UNDER_WAY = ("On its way", "Waiting", "Fetching recording", "Analysing")


@dataclass(frozen=True)
class Entry:
    """One line: what happened, details, and how long after the line before."""

    step: str
    details: str
    since: str


def entries(page: Page) -> list[Entry]:
    """The timeline, oldest first."""
    found: list[Entry] = []
    for path, words in page.outline:
        if "ol.timeline" not in path:
            continue
        if path.endswith("strong"):
            found.append(Entry(words, "", ""))
        elif found and words.startswith("+"):
            found[-1] = Entry(found[-1].step, found[-1].details, words)
        elif found and path.endswith("span.small"):
            found[-1] = Entry(found[-1].step, f"{found[-1].details} {words}".strip(), found[-1].since)
    return found


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
        self._seen: Counter[tuple[str, str]] = Counter()

    def news(self, page: Page) -> list[Entry]:
        """Entries that were not there before."""
        counted: Counter[tuple[str, str]] = Counter()
        fresh = []
        for entry in entries(page):
            key = (entry.step, entry.details)
            counted[key] += 1
            if counted[key] > self._seen[key]:
                fresh.append(entry)
        self._seen = counted
        return fresh
