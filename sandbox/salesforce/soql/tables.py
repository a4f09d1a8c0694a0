"""Where queries find objects, fields and rows: the org's records, or the Tooling API's entities."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from sandbox.kit.store import Doc
from sandbox.salesforce.fields import Field


@dataclass(frozen=True)
class Table:
    """One object that can be queried.

    `fields` by name in lower case; `children` gives object and reference field by child relationship in lower
    case; `rows` gives all rows, oldest first.
    """

    name: str
    fields: Mapping[str, Field]
    children: Mapping[str, tuple[str, str]]
    rows: Callable[[], list[Doc]]


class Tables(Protocol):
    """All objects that can be queried."""

    def table(self, name: str) -> Table | None:
        """By name in any case."""
        ...

    def follow(self, record_id: str) -> tuple[Table, Doc] | None:
        """The row that a reference points to."""
        ...
