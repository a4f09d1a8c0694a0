"""`/v1/api-keys`, `/v1/usage`, `/v1/audit`: what an organisation's own administration reads and changes."""

import asyncio
import re
from datetime import date, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, BaseModel, BeforeValidator, Field

from hub.accounts import usage
from hub.accounts.api_access import Caller, allow
from hub.accounts.api_route import ApiRoute
from hub.accounts.dependencies import CurrentRuntime
from hub.accounts.errors import DetailsInvalid
from hub.accounts.models import ApiKey, AuditEntry
from hub.accounts.repository import ApiKeys, AuditEntries
from hub.accounts.service import NewKey, make_api_key, revoke_api_key
from hub.api_schemas import Cursor, Input, Limit, Listing, error_responses
from hub.errors import Forbidden, InvalidInput, NotFound
from hub.kit.pagination import Page, page
from hub.runtime import Runtime

router = APIRouter(prefix="/v1", tags=["Administration"], route_class=ApiRoute)

_LONGEST_RANGE = timedelta(days=366)


class KeyView(BaseModel):
    """A key without its secret; `hint` are its last four characters."""

    id: str
    name: str
    plan: str
    scopes: list[str]
    hint: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None


class CreatedKey(KeyView):
    """A key with its secret, which is shown this once."""

    key: str = Field(examples=["ed_live_sk_..."])


class KeyRequest(Input):
    """What the key is to be. It can do no more than the key that makes it."""

    name: str = Field(min_length=1, max_length=100, examples=["Nightly import"])
    sandbox: bool = False
    speech: bool = Field(default=False, description="Make a `psk_` key for the compatible speech endpoints alone.")
    scopes: list[str] = Field(default_factory=list, max_length=50, description="Empty for all that the caller may do.")
    expires_at: AwareDatetime | None = None


class AuditView(BaseModel):
    """Who did what to what."""

    id: str
    actor: str
    action: str
    subject: str
    details: dict[str, Any]
    created_at: datetime


class UsageRow(BaseModel):
    """What one key used of a kind: `analyses`, `media_seconds`, `session_minutes` or `frames`."""

    key_id: str
    kind: str
    quantity: float


class UsageView(BaseModel):
    """Use by key and kind; both days count in."""

    since: date
    until: date
    data: list[UsageRow]


def _only_days(value: object) -> object:
    """Numbers would be taken for seconds since 1970."""
    if isinstance(value, str) and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
        raise ValueError("a day is written YYYY-MM-DD")
    return value


Day = Annotated[date, BeforeValidator(_only_days)]


@router.get("/api-keys", responses=error_responses())
async def list_api_keys(
    runtime: CurrentRuntime,
    caller: Annotated[Caller, Depends(allow("keys"))],
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Listing[KeyView]:
    """Every key of the organisation, revoked ones included."""
    found = await asyncio.to_thread(_keys, runtime, caller.organisation_id, limit, cursor)
    return Listing(data=[_view(row) for row in found.rows], next_cursor=found.next_cursor)


@router.post("/api-keys", status_code=201, responses=error_responses())
async def create_key(
    runtime: CurrentRuntime, caller: Annotated[Caller, Depends(allow("keys"))], body: KeyRequest
) -> CreatedKey:
    """Make a key. The answer shows it in clear, once."""
    row, secret = await asyncio.to_thread(_create, runtime, caller, body)
    return CreatedKey(**_view(row).model_dump(), key=secret)


@router.delete("/api-keys/{key_id}", status_code=204, responses=error_responses(404))
async def revoke_key(runtime: CurrentRuntime, caller: Annotated[Caller, Depends(allow("keys"))], key_id: str) -> None:
    """Revoke a key: within a second it opens nothing anywhere."""
    await asyncio.to_thread(_revoke, runtime, caller, key_id)


@router.get("/usage", responses=error_responses())
async def read_usage(
    runtime: CurrentRuntime,
    caller: Annotated[Caller, Depends(allow("usage"))],
    since: Day | None = None,
    until: Day | None = None,
) -> UsageView:
    """How much was used; this month so far when no days are given."""
    today = runtime.clock().date()
    last = until or today
    first = since or last.replace(day=1)
    if not timedelta(0) <= last - first <= _LONGEST_RANGE:
        raise InvalidInput("`since` lies up to a year before `until`.")
    rows = await asyncio.to_thread(_usage, runtime, caller.organisation_id, first, last)
    return UsageView(since=first, until=last, data=[UsageRow.model_validate(row) for row in rows])


@router.get("/audit", responses=error_responses())
async def read_audit(
    runtime: CurrentRuntime,
    caller: Annotated[Caller, Depends(allow("audit"))],
    action: Annotated[str | None, Query(max_length=64, pattern=r"^[a-z_.]+$")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Listing[AuditView]:
    """The audit log."""
    found = await asyncio.to_thread(_audit, runtime, caller.organisation_id, action, limit, cursor)
    views = [AuditView.model_validate(row.model_dump()) for row in found.rows]
    return Listing(data=views, next_cursor=found.next_cursor)


def _view(row: ApiKey) -> KeyView:
    return KeyView.model_validate(row.model_dump())


def _keys(runtime: Runtime, organisation_id: str, limit: int, cursor: str | None) -> Page[ApiKey]:
    with runtime.database.transaction() as session:
        return page(ApiKeys(session, organisation_id), limit=limit, cursor=cursor)


def _create(runtime: Runtime, caller: Caller, body: KeyRequest) -> tuple[ApiKey, str]:
    with runtime.database.transaction() as session:
        try:
            new = _new_key(caller, body)
            made = make_api_key(session, caller.organisation_id, new, actor=caller.actor, now=runtime.clock())
        except DetailsInvalid as error:
            raise InvalidInput(str(error), {"fields": {error.field: str(error)}}) from error
        made[0].limits = dict(ApiKeys(session, caller.organisation_id).of(caller.key_id).limits)
        return made


def _new_key(caller: Caller, body: KeyRequest) -> NewKey:
    """As much as was asked for. Raises `Forbidden` where that is more than the caller has."""
    wanted = {"speech"} if body.speech else set(body.scopes or caller.scopes)
    if missing := sorted(wanted - caller.scopes):
        raise Forbidden(f"This key cannot give what it does not have: {', '.join(missing)}.")
    if caller.expires_at and (body.expires_at is None or body.expires_at > caller.expires_at):
        raise Forbidden("A key cannot outlive the key that makes it: set `expires_at`.")
    plan = "sandbox" if body.sandbox else caller.plan.name
    return NewKey(body.name, plan, tuple(sorted(wanted)), body.expires_at, body.speech)


def _revoke(runtime: Runtime, caller: Caller, key_id: str) -> None:
    with runtime.database.transaction() as session:
        key = ApiKeys(session, caller.organisation_id).get(key_id)
        if key is None:
            raise NotFound("There is no such key.")
        revoke_api_key(session, key, actor=caller.actor, now=runtime.clock())


def _usage(runtime: Runtime, organisation_id: str, since: date, until: date) -> list[dict[str, object]]:
    with runtime.database.transaction() as session:
        return usage.totals(session, organisation_id, since, until)


def _audit(
    runtime: Runtime, organisation_id: str, action: str | None, limit: int, cursor: str | None
) -> Page[AuditEntry]:
    where = [AuditEntry.action == action] if action else []
    with runtime.database.transaction() as session:
        return page(AuditEntries(session, organisation_id), limit=limit, cursor=cursor, where=where)
