"""Tables as people keep them: by commas, tabs or semicolons, with whatever they call their columns."""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal

from analysis_core.io.encoding import NoText, decoded
from hub.evaluation.errors import EvaluationError

_DECLARED = re.compile(r"sep=(.)\r?\n")
"""A first line with which spreadsheets say what separates the fields."""
_DECIMAL = re.compile(r"\d,\d")
_BETWEEN = re.compile(r"[\s._-]+")
_FIGURE = re.compile(r"(?:^|_)(?:mean|average|avg|score|rating|value|sum)(?=_|$)")

Row = Mapping[str, str]


def lines(path: Path) -> list[list[str]]:
    """The fields of every line that is not empty. Raises `EvaluationError`."""
    text = _text(path)
    declared = _DECLARED.match(text)
    text = text[declared.end() :] if declared else text
    separator = declared[1] if declared else _separator(text.split("\n", 1)[0])
    reader = _reader(io.StringIO(text, newline=""), separator)
    try:
        return [row for row in reader if any(field.strip() for field in row)]
    except csv.Error as error:
        raise EvaluationError(f"{path} is not a table: {error}") from error


def named(rows: Sequence[Sequence[str]], columns: Mapping[int, str]) -> list[Row]:
    """Rows as {name: field}; fields that a short row lacks are empty."""
    return [{name: row[index].strip() if index < len(row) else "" for index, name in columns.items()} for row in rows]


def columns(header: Sequence[str], aliases: Mapping[str, Sequence[str]]) -> dict[int, str]:
    """Which column is which: {index: our name} for headings that are a name or one of its aliases.

    Of several headings for one name its own counts, then the aliases in their order.
    """
    headings = [heading_name(heading) for heading in header]
    found: dict[int, str] = {}
    for name, others in aliases.items():
        for alias in (name, *others):
            if alias in headings and headings.index(alias) not in found:
                found[headings.index(alias)] = name
                break
    return found


def heading_name(heading: str) -> str:
    """`file_path` for ` File Path`, `valence` for `Valence.Mean`."""
    words = _BETWEEN.sub("_", heading.strip().strip("\ufeff\"'").lower())
    return _FIGURE.sub("", words).strip("_") or words


def _text(path: Path) -> str:
    try:
        text, _ = decoded(path.read_bytes())
    except FileNotFoundError:
        raise EvaluationError(f"There is no file at {path}.") from None
    except NoText:
        raise EvaluationError(f"{path} is not text.") from None
    except OSError as error:
        raise EvaluationError(f"{path} cannot be read: {error.strerror}.") from error
    return text


def _separator(first: str) -> str:
    """A tab where there is one; a semicolon, as some spreadsheets write, where it is commoner than commas.

    Commas within numbers separate nothing there.
    """
    if "\t" in first:
        return "\t"
    return ";" if first.count(";") > _DECIMAL.sub("", first).count(",") else ","


def _reader(source: io.StringIO, separator: str) -> Iterable[list[str]]:
    """Quotation marks in tab-separated text are the text's own."""
    quoting: Literal[0, 3] = csv.QUOTE_NONE if separator == "\t" else csv.QUOTE_MINIMAL
    return csv.reader(source, delimiter=separator, quoting=quoting)
