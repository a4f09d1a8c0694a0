"""Writing a row that may be there already, without a race: what makes repeated steps harmless."""

from collections.abc import Sequence
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel


def insert_once(session: Session, row: SQLModel, on: Sequence[str]) -> bool:
    """Insert `row` unless another one has the same values in the unique columns `on`; True when it is new."""
    table: sa.Table = cast("Any", type(row)).__table__
    dialect: Any = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    values = {column.name: getattr(row, column.name) for column in table.columns}
    statement = dialect.insert(table).values(values).on_conflict_do_nothing(index_elements=list(on))
    session.flush()
    # drivers disagree about the row count of an INSERT; what it returns is certain
    return session.connection().execute(statement.returning(sa.literal(1))).first() is not None
