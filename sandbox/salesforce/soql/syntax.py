"""What a query says, once it was read."""

from dataclasses import dataclass
from typing import Any

from sandbox.salesforce.errors import SalesforceError


@dataclass(frozen=True)
class Literal:
    """A value. `quoted` tells text from bare words, numbers and dates."""

    value: Any
    quoted: bool = False


@dataclass(frozen=True)
class Compare:
    """`path operator literal`; operators are `= != < <= > >= like`."""

    path: str
    operator: str
    literal: Literal
    column: int


@dataclass(frozen=True)
class Among:
    """`path [not] in (...)`, with literals or a query of one field."""

    path: str
    choices: "tuple[Literal, ...] | Query"
    negated: bool
    column: int


@dataclass(frozen=True)
class Both:
    """All of them hold."""

    parts: "tuple[Condition, ...]"


@dataclass(frozen=True)
class Either:
    """One of them holds."""

    parts: "tuple[Condition, ...]"


@dataclass(frozen=True)
class Negation:
    """It does not hold."""

    part: "Condition"


Condition = Compare | Among | Both | Either | Negation


@dataclass(frozen=True)
class Selected:
    """A field path, or a query on a child relationship."""

    path: str
    column: int
    child: "Query | None" = None


@dataclass(frozen=True)
class Order:
    """A path to sort by."""

    path: str
    column: int
    descending: bool = False
    nulls_last: bool = False


@dataclass(frozen=True)
class Query:
    """`select` is empty for `SELECT COUNT()`."""

    source: str
    select: tuple[Selected, ...]
    where: Condition | None = None
    order: tuple[Order, ...] = ()
    limit: int | None = None
    offset: int = 0
    text: str = ""


def malformed(message: str) -> SalesforceError:
    """The query cannot be read."""
    return SalesforceError(400, "MALFORMED_QUERY", message)
