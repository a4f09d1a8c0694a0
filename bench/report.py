"""`RESULTS.md` for people and `results.json` for programs, from the same figures."""

import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from operator import ge, le
from pathlib import Path
from typing import Any

from bench import card
from bench.figures import Figures, Value

FOLDER = Path(__file__).parent
JSON, TEXT, EXPLAINED = FOLDER / "results.json", FOLDER / "RESULTS.md", FOLDER / "figures.toml"
CARD = FOLDER.parent / "docs" / "model-card.md"

_COMPARE = {">=": ge, "<=": le}
_MET = {None: "", True: "yes", False: "**no**"}
_HEAD = """# Results

Written by `make bench`; do not edit. Every figure is also in `results.json`, under the key given here. Data, models and
what they must not be used for are described in [the model card](../docs/model-card.md).
"""


@dataclass(frozen=True)
class Row:
    """One figure explained. `met` is None without a target."""

    key: str
    what: str
    value: Value
    target: str
    met: bool | None
    miss: str


def known() -> dict[str, Value]:
    """The figures of earlier runs."""
    if not JSON.is_file():
        return {}
    found: dict[str, Value] = json.loads(JSON.read_text(encoding="utf-8"))
    return found


def write(figures: Figures) -> None:
    """Both files anew."""
    values = dict(sorted(figures.values.items()))
    JSON.write_text(json.dumps(values, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    TEXT.write_text("\n".join(_lines(values)).rstrip() + "\n", encoding="utf-8")
    card.fill(CARD, {group: _table(rows) for group, rows in _by_group(values).items()})


def _lines(values: Mapping[str, Value]) -> Iterator[str]:
    groups = _by_group(values)
    yield _HEAD
    yield from _summary([row for rows in groups.values() for row in rows])
    for group in _explained()["group"]:
        yield f"## {group['title']}\n\n{group['about'].strip()}\n"
        yield from _table(groups[group["name"]], keys=True)
        yield ""
        yield from _run(group, values)


def _by_group(values: Mapping[str, Value]) -> dict[str, list[Row]]:
    """The figures that there are, explained, in the order in which they are told."""
    rows = [_row(entry, values) for entry in _explained()["figure"] if entry["key"] in values]
    return {
        group["name"]: [row for row in rows if _told_in(row.key) == group["name"]] for group in _explained()["group"]
    }


def _told_in(key: str) -> str:
    """The group that claims the longest beginning of the key."""
    claims = [(prefix, str(group["name"])) for group in _explained()["group"] for prefix in _claims(group)]
    return max((one for one in claims if key.startswith(one[0])), key=lambda one: len(one[0]))[1]


def _claims(group: Mapping[str, Any]) -> list[str]:
    return [f"{group['name']}.", *group.get("also", ())]


@cache
def _explained() -> dict[str, Any]:
    return tomllib.loads(EXPLAINED.read_text(encoding="utf-8"))


def _row(entry: Mapping[str, str], values: Mapping[str, Value]) -> Row:
    value, target = values[entry["key"]], entry.get("target", "")
    met = None
    if target:
        comparison, wanted = target.split()
        met = bool(_COMPARE[comparison](value, float(wanted)))
    return Row(entry["key"], entry["what"], value, target, met, entry.get("miss", ""))


def _summary(rows: Sequence[Row]) -> Iterator[str]:
    aimed = [row for row in rows if row.met is not None]
    missed = [row for row in aimed if not row.met]
    yield f"{len(aimed) - len(missed)} of {len(aimed)} targets are met." + (" Not met:" if missed else "")
    yield ""
    for row in missed:
        yield f"- `{row.key}` {row.value} ({row.target}): {row.miss or 'no reason is known yet.'}"
    if missed:
        yield ""


def _table(rows: Sequence[Row], keys: bool = False) -> list[str]:
    lines = ["| Figure | Value | Target | Met |", "|---|---|---|---|"]
    lines += [f"| {row.what} | {row.value} | {row.target} | {_MET[row.met]} |" for row in rows]
    if keys:
        names = [" Key |", "---|", *(f" `{row.key}` |" for row in rows)]
        lines = [line + name for line, name in zip(lines, names, strict=True)]
    return lines


def _run(group: Mapping[str, Any], values: Mapping[str, Value]) -> Iterator[str]:
    run = {key.split(".", 2)[2]: value for key, value in values.items() if key.startswith(f"run.{group['name']}.")}
    if not run:
        return
    others = f"; {run['peers']}" if "peers" in run else ""
    yield (
        f"`{group['command']}`, {run['date']}, {run.get('minutes', '?')} minutes, load before it {run['load_before']}. "
        f"{run['machine']}. {run['versions']}{others}."
    )
    yield ""
