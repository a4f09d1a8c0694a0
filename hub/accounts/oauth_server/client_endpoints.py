"""`/v1/oauth-clients`: apps of one's own organisation."""

import asyncio
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from hub.accounts.api_access import Caller, allow
from hub.accounts.api_route import ApiRoute
from hub.accounts.dependencies import CurrentRuntime
from hub.accounts.errors import DetailsInvalid
from hub.accounts.oauth_server.clients import NewClient, end_client, own_client, own_clients, register_client
from hub.accounts.oauth_server.models import OAuthClient
from hub.accounts.oauth_server.redirects import MOST
from hub.api_schemas import Input, Listing, error_responses
from hub.errors import Forbidden, InvalidInput, NotFound
from hub.runtime import Runtime

router = APIRouter(prefix="/v1/oauth-clients", tags=["Apps"], route_class=ApiRoute)

Manager = Annotated[Caller, Depends(allow("keys"))]


class ClientAnswer(BaseModel):
    """An app; `id` is its `client_id`. Public ones have no secret, of others `hint` is the end of it."""

    id: str
    name: str
    redirect_uris: list[str]
    scopes: list[str]
    plan: str
    public: bool
    hint: str
    created_at: datetime
    revoked_at: datetime | None


class RegisteredClient(ClientAnswer):
    """An app with its secret, which is shown this once."""

    client_secret: str | None = Field(examples=["ed_live_cs_..."])


class ClientRequest(Input):
    """What the app is to be. It can ask people for no more than the key that registers it may do."""

    name: str = Field(min_length=1, max_length=100, description="As people will see it.", examples=["Deal Desk"])
    redirect_uris: list[str] = Field(
        min_length=1, max_length=MOST, description="In full.", examples=[["https://app.example.com/callback"]]
    )
    scopes: list[str] = Field(min_length=1, max_length=50, examples=[["meetings:read"]])
    public: bool = Field(default=False, description="It runs on people's own devices, and has no secret.")


@router.get("", responses=error_responses())
async def list_oauth_clients(runtime: CurrentRuntime, caller: Manager) -> Listing[ClientAnswer]:
    """Every app that the organisation registered, ended ones included."""
    rows = await asyncio.to_thread(_list, runtime, caller.organisation_id)
    return Listing(data=[_view(row) for row in rows])


@router.post("", status_code=201, responses=error_responses())
async def create_oauth_client(runtime: CurrentRuntime, caller: Manager, body: ClientRequest) -> RegisteredClient:
    """Register an app, which members of the organisation can then allow to act for them."""
    row, secret = await asyncio.to_thread(_create, runtime, caller, body)
    return RegisteredClient(**_view(row).model_dump(), client_secret=secret)


@router.delete("/{client_id}", status_code=204, responses=error_responses(404))
async def end_oauth_client(runtime: CurrentRuntime, caller: Manager, client_id: str) -> None:
    """End an app: within a second none of its tokens opens anything."""
    await asyncio.to_thread(_end, runtime, caller, client_id)


def _view(row: OAuthClient) -> ClientAnswer:
    return ClientAnswer.model_validate({**row.model_dump(), "public": row.secret_hash is None})


def _list(runtime: Runtime, organisation_id: str) -> list[OAuthClient]:
    with runtime.database.transaction() as session:
        return list(own_clients(session, organisation_id))


def _create(runtime: Runtime, caller: Caller, body: ClientRequest) -> tuple[OAuthClient, str | None]:
    if missing := sorted(set(body.scopes) - caller.scopes):
        raise Forbidden(f"This key cannot give what it does not have: {', '.join(missing)}.")
    new = NewClient(
        body.name, body.redirect_uris, body.scopes, public=body.public, plan=caller.plan.name,
        organisation_id=caller.organisation_id,
    )  # fmt: skip
    try:
        with runtime.database.transaction() as session:
            return register_client(session, new, actor=caller.actor, now=runtime.clock())
    except DetailsInvalid as error:
        raise InvalidInput(str(error), {"fields": {error.field: str(error)}}) from error


def _end(runtime: Runtime, caller: Caller, client_id: str) -> None:
    with runtime.database.transaction() as session:
        client = own_client(session, caller.organisation_id, client_id)
        if client is None:
            raise NotFound("There is no such app.")
        end_client(session, client, actor=caller.actor, now=runtime.clock())
