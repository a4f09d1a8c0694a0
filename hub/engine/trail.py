"""Which request work came from: kept with the work, found in its log lines, its children and what it sends."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import sqlalchemy as sa
import structlog
from opentelemetry.trace import SpanKind

from hub.kit.database import Database
from hub.observability import tracing

_REQUEST_ID: Final = "request_id"
_TRACE: Final = "trace"


def _table(schema: str | None) -> sa.TableClause:
    columns = (sa.column("workflow_uuid", sa.Text()), sa.column("attributes", sa.JSON()))
    return sa.table("workflow_status", *columns, schema=schema)


_ON_SQLITE: Final = _table(None)
_ON_POSTGRES: Final = _table("dbos")


def current() -> dict[str, str]:
    """The trail at this point; empty where no request led here."""
    found = {_REQUEST_ID: request_id(), _TRACE: tracing.traceparent()}
    return {name: value for name, value in found.items() if value}


def request_id() -> str | None:
    """The id of the API call that led here."""
    found = structlog.contextvars.get_contextvars().get(_REQUEST_ID)
    return None if found is None else str(found)


def stored(database: Database, workflow_id: str) -> dict[str, str]:
    """The trail that was kept with the work."""
    table = _ON_SQLITE if database.is_sqlite else _ON_POSTGRES
    asked = sa.select(table.c.attributes).where(table.c.workflow_uuid == workflow_id)
    with database.engine.connect() as connection:
        kept: Any = connection.execute(asked).scalar()
    return {name: str(kept[name]) for name in (_REQUEST_ID, _TRACE) if isinstance(kept, dict) and kept.get(name)}


@contextmanager
def following(trail: dict[str, str], workflow: str, workflow_id: str) -> Iterator[None]:
    """Go on where the trail leads, in log lines and in the trace."""
    known = {_REQUEST_ID: trail[_REQUEST_ID]} if _REQUEST_ID in trail else {}
    with (
        structlog.contextvars.bound_contextvars(**known),
        tracing.span(f"workflow {workflow}", SpanKind.CONSUMER, trail.get(_TRACE), hub__workflow_id=workflow_id),
    ):
        yield
