"""Alembic's entry: runs on the connection that `hub.migrations.upgrade` hands over."""

from typing import Literal

from alembic import context
from sqlalchemy.sql.schema import SchemaItem
from sqlmodel import SQLModel

import hub.models  # noqa: F401 fills the metadata


def _ours(
    item: SchemaItem, name: str | None, kind: str, _reflected: bool, _compare_to: SchemaItem | None
) -> bool:  # the engine keeps tables of its own in the same SQLite file
    table = name if kind == "table" else getattr(getattr(item, "table", None), "name", None)
    return table in SQLModel.metadata.tables


def _render(kind: str, value: object, autogen: object) -> str | Literal[False]:
    if kind == "type" and type(value).__name__ in {"UtcDateTime"}:
        autogen.imports.add("from hub.kit.database import UtcDateTime")  # type: ignore[attr-defined]
        return "UtcDateTime()"
    if kind == "type" and type(value).__name__ == "AutoString":
        return "sa.String()"
    if kind == "type" and type(value).__name__ == "JSON":
        autogen.imports.add("from hub.kit.database import Json")  # type: ignore[attr-defined]
        return "Json"
    return False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=SQLModel.metadata,
    include_object=_ours,
    render_item=_render,
    render_as_batch=context.config.attributes.get("batch", connection.dialect.name == "sqlite"),
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
