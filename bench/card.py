"""Keeps the tables of the model card as they were measured last, and its models as the catalogue has them."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from analysis_core.models.catalogue import Model, catalogue

_BLOCK = re.compile(r"(<!-- bench:(\w+) -->\n).*?(<!-- /bench -->)", re.DOTALL)
_SHOWN = 12


def fill(path: Path, tables: Mapping[str, Sequence[str]]) -> None:
    """Replaces what stands between `<!-- bench:NAME -->` and `<!-- /bench -->`; other text is left alone."""
    known = {**tables, "models": _models()}
    text = path.read_text(encoding="utf-8")
    path.write_text(_BLOCK.sub(lambda found: _filled(found, known), text), encoding="utf-8")


def _filled(found: re.Match[str], tables: Mapping[str, Sequence[str]]) -> str:
    opening, name, closing = found.groups()
    return opening + "".join(f"{line}\n" for line in tables[name]) + closing


def _models() -> list[str]:
    rows = ["| Model | Version | Takes | Gives | Licence | SHA-256 |", "|---|---|---|---|---|---|"]
    return rows + [_model(model) for model in catalogue().values()]


def _model(model: Model) -> str:
    made = " (ours)" if model.committed else " (built here)" if model.builder else ""
    made += ", for training only" if model.training else ""
    cells = (model.name + made, model.version, model.input, model.output, model.licence, f"`{model.sha256[:_SHOWN]}`")
    return f"| {' | '.join(cells)} |"
