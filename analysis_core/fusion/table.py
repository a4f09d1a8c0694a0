"""The versioned table of weights and norms, read once."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

SIGNALS = ("composure", "fluency", "directness", "congruence", "engagement")
"""The five parts of the credibility signal, each a z-score with higher meaning steadier, clearer, livelier."""


@dataclass(frozen=True)
class WordLoad:
    """How markers add up to a load per minute of speech, and what is typical."""

    loads: Mapping[str, float]
    typical: float
    spread: float


@dataclass(frozen=True)
class Table:
    """`table.json` with names and types; see there for meanings and units."""

    version: str
    weights: Mapping[str, float]
    raw: Mapping[str, Any]

    def words(self, name: str) -> WordLoad:
        """The loads of `fluency`, `directness`, `engagement_words` or `resistance`."""
        row = self.raw[name]
        return WordLoad(row["loads"], row["typical_per_minute"], row["spread_per_minute"])

    def number(self, *path: str) -> float:
        """One figure by its path in the table."""
        value: Any = self.raw
        for step in path:
            value = value[step]
        return float(value)


@cache
def table() -> Table:
    """The table that ships with the package."""
    raw = json.loads(files("analysis_core.fusion").joinpath("table.json").read_text("utf-8"))
    return Table(version=raw["version"], weights=raw["weights"], raw=raw)
