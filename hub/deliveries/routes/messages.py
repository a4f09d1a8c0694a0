"""`/v1/messages`: what was announced, with the exact body every subscriber got."""

import asyncio
import json
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from hub.accounts.api_access import Caller, allow
from hub.accounts.dependencies import CurrentRuntime
from hub.api_schemas import Cursor, Limit, Listing, error_responses
from hub.deliveries.models import Message
from hub.deliveries.repository import Messages
from hub.errors import NotFound
from hub.kit.pagination import Page, page
from hub.runtime import Runtime

router = APIRouter(tags=["Webhooks"])

Reader = Annotated[Caller, Depends(allow("webhooks:read"))]


class MessageView(BaseModel):
    """One announced event; `id` is the `webhook-id` header."""

    id: str
    event_type: str
    meeting_id: str | None
    analysis_id: str | None
    created_at: datetime


class MessageDetails(MessageView):
    """An announced event with its body."""

    body: dict[str, Any] = Field(description="What subscribers got.")


@router.get("/messages", responses=error_responses())
async def list_messages(
    runtime: CurrentRuntime,
    caller: Reader,
    event_type: Annotated[str | None, Query(max_length=64, pattern=r"^[a-z_.]+$")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Listing[MessageView]:
    """Announced events, without their bodies."""
    found = await asyncio.to_thread(_page, runtime, caller.organisation_id, event_type, limit, cursor)
    views = [MessageView.model_validate(row.model_dump()) for row in found.rows]
    return Listing(data=views, next_cursor=found.next_cursor)


@router.get("/messages/{message_id}", responses=error_responses(404))
async def read_message(runtime: CurrentRuntime, caller: Reader, message_id: str) -> MessageDetails:
    """One announced event with its body."""
    row = await asyncio.to_thread(_find, runtime, caller.organisation_id, message_id)
    return MessageDetails(**{**row.model_dump(), "body": json.loads(row.body)})


def _page(
    runtime: Runtime, organisation_id: str, event_type: str | None, limit: int, cursor: str | None
) -> Page[Message]:
    where = [Message.event_type == event_type] if event_type else []
    with runtime.database.transaction() as session:
        return page(Messages(session, organisation_id), limit=limit, cursor=cursor, where=where)


def _find(runtime: Runtime, organisation_id: str, message_id: str) -> Message:
    with runtime.database.transaction() as session:
        found = Messages(session, organisation_id).get(message_id)
    if found is None:
        raise NotFound("There is no such message.")
    return found
