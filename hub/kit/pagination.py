"""Cursor pages over time-ordered ids: stable while rows are added, and no counting."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlmodel.sql.expression import SelectOfScalar

from hub.kit.repository import TenantModel, TenantRepository

Row = TypeVar("Row", bound=TenantModel)

MAX_LIMIT = 100


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Rows, newest first; `next_cursor` is None on the last page."""

    rows: Sequence[Row]
    next_cursor: str | None


def page(
    repository: TenantRepository[Row], *, limit: int = 50, cursor: str | None = None, where: Sequence[Any] = ()
) -> Page[Row]:
    """One page of a repository's rows; `cursor` is the `next_cursor` of the page before."""
    limit = max(1, min(limit, MAX_LIMIT))
    identifier = repository.model.id
    statement: SelectOfScalar[Row] = repository.select().where(*where).order_by(identifier.desc()).limit(limit + 1)
    if cursor:
        statement = statement.where(identifier < cursor)
    rows = repository.all(statement)
    more = len(rows) > limit
    return Page(rows[:limit], rows[limit - 1].id if more else None)
