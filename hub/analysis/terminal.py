"""A result for people at a terminal."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import IO

from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from analysis_core.fusion.summary import clock, moment_reason, words
from analysis_core.result import MomentContribution, Result, SpeakerResult

_BARS = "\u2581\u2582\u2583\u2584\u2585\u2586\u2587\u2588"
_STAGES = {
    "decode": "Reading the file",
    "speech": "Listening",
    "transcribe": "Writing down what is said",
    "face": "Looking",
    "text": "Reading",
    "fusion": "Putting it together",
}
_MOMENTS = 3


@contextmanager
def progress(terminal: IO[str]) -> Iterator[Callable[[str, float], None]]:
    """A bar on `terminal` that follows the hook; silent where it is no terminal."""
    console = Console(file=terminal)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:3.0f} %"))
    with Progress(
        *columns, TimeElapsedColumn(), console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task("Starting", total=1.0)

        def told(stage: str, done: float) -> None:
            bar.update(task, completed=done, description=_STAGES.get(stage, stage))

        yield told


def show(result: Result, name: str, console: Console | None = None) -> None:
    """Print the result on standard output."""
    console = console or Console(highlight=False)
    width = max(20, min(console.width, 110) - 4)
    parts: list[RenderableType] = [_title(result, name), "", _score(result), *_trend(result, width)]
    parts += ["", _speakers(result), "", _vad(result)]
    parts += _moments(result) + _alerts(result) + _coverage(result)
    console.print(Padding(Group(*parts), (1, 2)))


def _title(result: Result, name: str) -> Text:
    return Text.assemble((name, "bold"), f"  {clock(result.duration_s)}")


def _score(result: Result) -> RenderableType:
    if result.trust_score is None or result.trust_interval is None:
        reason = result.abstained.explanation if result.abstained else ""
        return Text.assemble(("No Trust Score. ", "bold yellow"), reason)
    low, high = result.trust_interval
    return Text.assemble(
        ("Trust Score ", "bold"),
        (f"{result.trust_score:.0f}", f"bold {_colour(result.trust_score)}"),
        f" of 100, 90 % interval {low:.0f} to {high:.0f}. 50: at one's own baseline, hesitating and hedging as usual.",
    )


def _trend(result: Result, width: int) -> list[RenderableType]:
    """The credibility signal as a line of bars, one for a stretch of seconds."""
    values = result.credibility_signal
    if not any(value is not None for value in values):
        return []
    cells = min(width, len(values))
    edges = [index * len(values) // cells for index in range(cells + 1)]
    means = [_mean(values[start:end]) for start, end in pairwise(edges)]
    line = Text()
    for value in means:
        line.append(" ") if value is None else line.append(_bar(value), style=_colour(100 * value))
    return [line]


def _speakers(result: Result) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for heading in ("Speaker", "Score", "Talk", "Share", "Longest", "Questions", "Cut in", "Words/min"):
        table.add_column(heading, justify="left" if heading == "Speaker" else "right")
    for row in result.speakers:
        table.add_row(*_speaker(row))
    return table


def _speaker(row: SpeakerResult) -> tuple[str, ...]:
    score = "not observed" if not row.observed else "-" if row.trust_score is None else f"{row.trust_score:.0f}"
    return (
        escape(row.name),
        score,
        clock(row.talk_time_s),
        f"{100 * row.talk_share:.0f} %",
        f"{row.longest_monologue_s:.0f} s" if row.longest_monologue_s else "-",
        "-" if row.questions is None else str(row.questions),
        str(row.interruptions),
        "-" if row.words_per_minute is None else f"{row.words_per_minute:.0f}",
    )


def _vad(result: Result) -> Text:
    line = Text()
    for name in ("valence", "arousal", "dominance"):
        value, delta = getattr(result.vad, name), result.vad.delta_from_baseline.get(name)
        line.append(f"{name.capitalize()} ", style="dim")
        line.append("not seen" if value is None else f"{value:.2f}")
        line.append("   " if delta is None else f" ({delta:+.2f})   ")
    line.append(f"confidence {result.vad.confidence:.2f}", style="dim")
    return line


def _moments(result: Result) -> list[RenderableType]:
    if result.contributions is None:
        return []
    ranked = sorted(result.contributions.moments, key=lambda row: row.points)
    low = [row for row in ranked[:_MOMENTS] if row.points < 0]
    high = [row for row in ranked[::-1][:_MOMENTS] if row.points > 0]
    signals = ", ".join(f"{words(row.signal)} {row.points:+.1f}" for row in result.contributions.signals if row.points)
    rows = _moment_rows(sorted([*low, *high], key=lambda row: row.start_s))
    return ["", Text("Why", style="bold"), Text(signals), "", Text("Strongest moments", style="bold"), rows]


def _moment_rows(moments: Sequence[MomentContribution]) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    for row in moments:
        points = Text(f"{row.points:+.1f}", style="green" if row.points > 0 else "red")
        told: list[RenderableType] = [Text(moment_reason(row))]
        if row.text:
            told.append(Text(f"\u201c{row.text}\u201d", style="dim italic", overflow="ellipsis", no_wrap=True))
        table.add_row(clock(row.start_s), points, Group(*told))
    return table


def _alerts(result: Result) -> list[RenderableType]:
    if not result.alerts:
        return ["", Text("No alerts.", style="dim")]
    rows: list[RenderableType] = ["", Text("Alerts", style="bold yellow")]
    for row in result.alerts:
        value = f"{row.value:.2f} (threshold {row.threshold:.2f})"
        rows.append(Text(f"{clock(row.offset_s)}  {words(row.type)} {value}  {row.speaker or ''}"))
    return rows


def _coverage(result: Result) -> list[RenderableType]:
    shown = ", ".join(
        f"{words(name)} {100 * row.share:.0f} %" for name, row in result.coverage.items() if row.available
    )
    notes = dict.fromkeys(row.note for row in result.coverage.values() if row.note)
    parts: list[RenderableType] = ["", Text(f"Seen: {shown or 'nothing'}", style="dim")]
    parts += [Text(note, style="dim") for note in notes]
    parts += [Text.assemble(("Warning: ", "bold yellow"), warning) for warning in result.warnings]
    return parts


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _bar(value: float) -> str:
    return _BARS[min(len(_BARS) - 1, int(value * len(_BARS)))]


def _colour(score: float) -> str:
    return "red" if score < 35 else "yellow" if score < 50 else "green"
