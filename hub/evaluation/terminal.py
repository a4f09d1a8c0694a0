"""Evaluation reports for people at a terminal."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import IO, Any

from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

_DOING = {"speech": "Listening", "text": "Reading", "face": "Looking"}
_STEPS = 10

Report = Mapping[str, Any]


@contextmanager
def progress(stream: IO[str], kind: str) -> Iterator[Callable[[float], None]]:
    """A bar on a terminal; elsewhere a line for every tenth."""
    console = Console(file=stream)
    if not console.is_terminal:
        yield _in_lines(stream, kind)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:3.0f} %"))
    with Progress(*columns, TimeRemainingColumn(), console=console, transient=True) as bar:
        task = bar.add_task(_DOING[kind], total=1.0)
        yield lambda share: bar.update(task, completed=share)


def _in_lines(stream: IO[str], kind: str) -> Callable[[float], None]:
    reached = 0

    def told(share: float) -> None:
        nonlocal reached
        if int(share * _STEPS) > reached:
            reached = int(share * _STEPS)
            stream.write(f"{_DOING[kind]}: {100 * reached // _STEPS} %\n")

    return told


def show(kind: str, name: str, report: Report, console: Console | None = None) -> None:
    """Print a report on standard output."""
    console = console or Console(highlight=False)
    parts: list[RenderableType] = [Text(name, style="bold"), ""]
    parts += {"speech": _speech, "text": _text, "face": _face}[kind](report)
    console.print(Padding(Group(*parts), (1, 2)))


def _speech(report: Report) -> list[RenderableType]:
    over = report["interval_over"]
    parts: list[RenderableType] = [
        _headline("Unweighted average recall", report["uar"], report["uar_interval"], f"drawn by {over}"),
        Text(f"{report['n']} clips of {report['speakers'] or 'unnamed'} speakers, accuracy {_percent(report)}"),
    ]
    for column in ("by_gender", "by_corpus"):
        for name, row in report[column].items():
            parts.append(Text(f"{name}: {_figure(row['uar'])} of {row['n']}", style="dim"))
    if report["arousal"]:
        row = report["arousal"]
        parts.append(_headline("Arousal, strong against normal, AUC", row["auc"], row["auc_interval"], f"n {row['n']}"))
    parts += ["", _confusion(report["confusion"], report["classes"], "Recall", report["recall"])]
    return parts + _skipped(report["skipped"]) + _unreadable(report)


def _text(report: Report) -> list[RenderableType]:
    parts: list[RenderableType] = [Text(f"{report['n']} sentences"), ""]
    if not report["english"]:
        parts += [Text("This is not English: in a recording, such words would not be judged.", style="yellow"), ""]
    for name in ("valence", "arousal", "dominance"):
        if f"r_{name[0]}" in report:
            parts.append(_headline(f"{name.capitalize()}, r", report[f"r_{name[0]}"], report[f"r_{name[0]}_interval"]))
    if "macro_f1" in report:
        drawn = f"lines drawn from {report['thresholds_from']}"
        parts.append(_headline("Emotions, macro F1", report["macro_f1"], report["macro_f1_interval"], drawn))
        parts += ["", _confusion(report["confusion"], list(report["f1"]), "F1", report["f1"])]
        parts += _skipped(report["skipped"])
    return parts


def _face(report: Report) -> list[RenderableType]:
    parts: list[RenderableType] = [
        Text(f"{report['faces']} faces, seen in {report['frames_with_face']} of {report['frames']} pictures")
    ]
    table = _table("Unit", "r", "95 % interval", "Lowest", "F1", "Hits", "Missed", "False")
    for unit, row in report["units"].items():
        shown, rest = row["confusion"]["shown"], row["confusion"]["not shown"]
        counts = (shown["seen"], shown["not seen"], rest["seen"])
        figures = (_figure(row["r"]), _span(row["r_interval"]), _figure(row["r_lowest"]), _figure(row["f1"]))
        table.add_row(unit, *figures, *map(str, counts))
    parts += ["", table]
    unknown = {unit: row["unknown"] for unit, row in report["units"].items() if row["unknown"]}
    parts += [Text(f"{unit}: {n} frames without a figure left out", style="dim") for unit, n in unknown.items()]
    parts += [Text(f"{unit} skipped: {why}", style="dim") for unit, why in report["skipped"].items()]
    return parts + [Text(f"{name} was not found", style="yellow") for name in report["not_found"]]


def _confusion(
    counts: Mapping[str, Mapping[str, int]], columns: Sequence[str], score: str, scores: Mapping[str, float | None]
) -> Table:
    """Labels down, what was said across."""
    table = _table("Labelled", *columns, score)
    for label, row in counts.items():
        cells = [Text(str(row[name]), style="bold" if name == label else "") for name in columns]
        table.add_row(escape(label), *cells, _figure(scores.get(label)))
    return table


def _table(first: str, *others: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column(first)
    for heading in others:
        table.add_column(heading, justify="right", no_wrap=True)
    return table


def _headline(name: str, value: float | None, interval: Sequence[float] | None, note: str = "") -> Text:
    told = f"  95 % interval {_span(interval)}" if interval else ""
    return Text.assemble((f"{name} ", "bold"), (_figure(value), "bold green"), told, (f"  {note}", "dim"))


def _skipped(skipped: Mapping[str, int]) -> list[RenderableType]:
    if not skipped:
        return []
    return ["", Text("Skipped: " + ", ".join(f"{name} ({count})" for name, count in skipped.items()), style="yellow")]


def _unreadable(report: Report) -> list[RenderableType]:
    if not report["unreadable_count"]:
        return []
    parts: list[RenderableType] = ["", Text(f"{report['unreadable_count']} clips could not be read:", style="yellow")]
    return parts + [Text(f"{row['file']}: {row['reason']}", style="dim") for row in report["unreadable"]]


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _span(interval: Sequence[float] | None) -> str:
    return f"{interval[0]:.2f} to {interval[1]:.2f}" if interval else "-"


def _percent(report: Report) -> str:
    return f"{100 * report['accuracy']:.1f} %"
