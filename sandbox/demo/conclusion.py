"""The end of the story: the scores, what stands where, and how long each hop took."""

from collections.abc import Callable, Sequence

from sandbox.demo.browser import Page
from sandbox.demo.outcome import World
from sandbox.demo.played import Played
from sandbox.demo.settings import DemoSettings
from sandbox.demo.timeline import latencies

Line = Callable[[str], None]


def conclude(line: Line, settings: DemoSettings, played: Sequence[Played], pages: Sequence[Page], world: World) -> None:
    """Print all of it; `pages` are the meetings' pages in the hub."""
    for each in played:
        _meeting(line, settings, each, world)
    line("\nCRM records with figures")
    for record in world.records():
        line(f"  {record.what}: {record.figures} fields  {record.url}")
    line("\nSeconds after the end of the meeting, by the hub's timeline")
    _hops(line, played, pages)


def _meeting(line: Line, settings: DemoSettings, told: Played, world: World) -> None:
    result = world.result(told.meeting_id)
    line(f"\n[bold]{told.provider}: {_score(result.get('trust_score'), result.get('trust_interval'))}[/bold]")
    line(f"  in the hub  {settings.hub_url}{told.path}")
    for arrival in world.arrivals(told.provider, told.meeting_id):
        line(f"  {len(arrival.urls)} {arrival.place}  {'  '.join(arrival.urls)}")


def _score(score: float | None, interval: Sequence[float] | None) -> str:
    if score is None or interval is None:
        return "no score"
    return f"Trust Score {score:.1f} of 100, between {interval[0]:.1f} and {interval[1]:.1f} (90 %)"


def _hops(line: Line, played: Sequence[Played], pages: Sequence[Page]) -> None:
    columns = [latencies(page, told.ended) for told, page in zip(played, pages, strict=True)]
    line(f"  {'':<42}{''.join(f'{told.provider:>17}' for told in played)}")
    for stage in dict.fromkeys(stage for column in columns for stage in column):
        figures = "".join(f"{column[stage]:17.2f}" if stage in column else f"{'':>17}" for column in columns)
        line(f"  {stage:<42}{figures}")
