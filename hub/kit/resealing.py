"""Seals stored secrets anew after the master key changed, in small batches that can be cut off and repeated."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, select

from hub.kit.crypto import SealedValueError, Vault
from hub.kit.database import Database

_BATCH: Final = 200


@dataclass(frozen=True)
class SealedColumn:
    """A column of sealed values; `context` gives what a row's value is bound to."""

    model: type[SQLModel]
    column: str
    context: Callable[[Any], str]


@dataclass(frozen=True)
class Resealed:
    """How many values of one column were sealed anew, and the ids of rows that no key opens."""

    name: str
    renewed: int
    unreadable: tuple[str, ...]


def reseal(database: Database, vault: Vault, sealed: SealedColumn) -> Resealed:
    """Seal anew what an earlier key sealed; what the current one sealed stays, so that running it again goes on."""
    renewed, unreadable, after = 0, list[str](), ""
    while True:
        with database.transaction() as session:
            rows = _outdated(session, vault, sealed, after)
            for row in rows:
                try:
                    renewed += _renew(session, vault, sealed, row)
                except SealedValueError:
                    unreadable.append(row.id)
        if not rows:
            return Resealed(f"{_table(sealed).name}.{sealed.column}", renewed, tuple(unreadable))
        after = rows[-1].id


def _outdated(session: Session, vault: Vault, sealed: SealedColumn, after: str) -> Sequence[Any]:
    columns = _table(sealed).c
    outdated = ~columns[sealed.column].startswith(vault.prefix, autoescape=True)
    statement = select(sealed.model).where(columns.id > after, outdated).order_by(columns.id)
    return session.exec(statement.limit(_BATCH)).all()


def _renew(session: Session, vault: Vault, sealed: SealedColumn, row: Any) -> bool:
    """False when somebody stored another value meanwhile, which the current key sealed."""
    table, former, context = _table(sealed), getattr(row, sealed.column), sealed.context(row)
    value = vault.seal(vault.open(former, context), context)
    unchanged = (table.c.id == row.id) & (table.c[sealed.column] == former)
    statement = sa.update(table).where(unchanged).values({sealed.column: value})
    return session.connection().execute(statement).rowcount == 1


def _table(sealed: SealedColumn) -> sa.Table:
    model: Any = sealed.model
    table: sa.Table = model.__table__
    return table
