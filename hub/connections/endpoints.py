"""`/v1/connections`: which provider accounts are linked. Linking one takes a person in the console."""

import asyncio
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from hub.accounts.api_access import Caller, allow
from hub.accounts.dependencies import CurrentRuntime
from hub.api_schemas import Cursor, Limit, Listing, error_responses
from hub.connections.models import Connection
from hub.connections.repository import ConnectionRepository
from hub.errors import NotFound
from hub.kit.pagination import Page, page
from hub.runtime import Runtime

router = APIRouter(prefix="/v1/connections", tags=["Connections"])

Reader = Annotated[Caller, Depends(allow("connections:read"))]


class ConnectionView(BaseModel):
    """A linked account. `reconnect` means that only a person can repair it, by authorising again; `refused` that the
    provider refuses the hub's own app, which whoever runs the hub repairs."""

    id: str
    provider: str
    account_id: str
    account_name: str
    state: str
    state_reason: str
    created_at: datetime
    checked_at: datetime | None


@router.get("", responses=error_responses())
async def list_connections(
    runtime: CurrentRuntime, caller: Reader, limit: Limit = 50, cursor: Cursor = None
) -> Listing[ConnectionView]:
    """Every linked account."""
    found = await asyncio.to_thread(_page, runtime, caller.organisation_id, limit, cursor)
    return Listing(data=[_view(row) for row in found.rows], next_cursor=found.next_cursor)


@router.get("/{connection_id}", responses=error_responses(404))
async def read_connection(runtime: CurrentRuntime, caller: Reader, connection_id: str) -> ConnectionView:
    """One linked account."""
    return _view(await asyncio.to_thread(_find, runtime, caller.organisation_id, connection_id))


def _view(row: Connection) -> ConnectionView:
    return ConnectionView.model_validate(row.model_dump(include=set(ConnectionView.model_fields)))


def _page(runtime: Runtime, organisation_id: str, limit: int, cursor: str | None) -> Page[Connection]:
    with runtime.database.transaction() as session:
        return page(ConnectionRepository(session, organisation_id), limit=limit, cursor=cursor)


def _find(runtime: Runtime, organisation_id: str, connection_id: str) -> Connection:
    with runtime.database.transaction() as session:
        found = ConnectionRepository(session, organisation_id).get(connection_id)
    if found is None:
        raise NotFound("There is no such connection.")
    return found
