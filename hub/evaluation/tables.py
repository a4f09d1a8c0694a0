"""Tables as people keep them: by commas, tabs or semicolons, with whatever they call their columns."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal

from hub.evaluation.errors import EvaluationError

Row = Mapping[str, str]


def lines(path: Path) -> list[list[str]]:
    """The fields of every line that is not empty. Raises `EvaluationError`."""
    text = _text(path)
    reader = _reader(io.StringIO(text, newline=""), _separator(text.split("\n", 1)[0]))
    try:
        return [row for row in reader if any(field.strip() for field in row)]
    except csv.Error as error:
        raise EvaluationError(f"{path} is not a table: {error}") from error


def named(rows: Sequence[Sequence[str]], columns: Mapping[int, str]) -> list[Row]:
    """Rows as {name: field}; fields that a short row lacks are empty."""
    return [{name: row[index].strip() if index < len(row) else "" for index, name in columns.items()} for row in rows]


def columns(header: Sequence[str], aliases: Mapping[str, Sequence[str]]) -> dict[int, str]:
    """Which column is which: {index: our name} for headings that are a name or one of its aliases."""
    known = {alias: name for name, others in aliases.items() for alias in (name, *others)}
    found: dict[int, str] = {}
    for index, heading in enumerate(header):
        name = known.get(heading.strip().strip("\ufeff").lower())
        if name and name not in found.values():
            found[index] = name
    return found


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise EvaluationError(f"There is no file at {path}.") from None
    except UnicodeDecodeError:
        raise EvaluationError(f"{path} is not text in UTF-8.") from None
    except OSError as error:
        raise EvaluationError(f"{path} cannot be read: {error.strerror}.") from error


def _separator(first: str) -> str:
    """A tab where there is one; a semicolon, as some spreadsheets write, where it is commoner than commas."""
    if "\t" in first:
        return "\t"
    return ";" if first.count(";") > first.count(",") else ","


def _reader(source: io.StringIO, separator: str) -> Iterable[list[str]]:
    """Quotation marks in tab-separated text are the text's own."""
    quoting: Literal[0, 3] = csv.QUOTE_NONE if separator == "\t" else csv.QUOTE_MINIMAL
    return csv.reader(source, delimiter=separator, quoting=quoting)
