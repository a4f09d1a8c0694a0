"""Salesforce, put together."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from sandbox.kit.fault import Kind
from sandbox.kit.oauth.rules import Rules, TokenForms
from sandbox.kit.oauth.server import AuthorizationServer
from sandbox.kit.pages import Pages
from sandbox.kit.world import World
from sandbox.salesforce.authorization import AuthorizationCalls
from sandbox.salesforce.collections import CollectionCalls
from sandbox.salesforce.composite import CompositeCalls
from sandbox.salesforce.custom_fields import CustomFields
from sandbox.salesforce.errors import SalesforceError, requests_used_up, row_locked
from sandbox.salesforce.gateway import Gateway
from sandbox.salesforce.integrity import Integrity
from sandbox.salesforce.objects import OBJECTS
from sandbox.salesforce.org import DEFAULT_OPTIONS, ORG_ID, REGISTRATION, rules
from sandbox.salesforce.queries import QueryCalls, ToolingCalls
from sandbox.salesforce.records import Records
from sandbox.salesforce.rest import Router
from sandbox.salesforce.schema import Schema
from sandbox.salesforce.screens import Screens
from sandbox.salesforce.seed import USER_ID, seed_records, seed_user
from sandbox.salesforce.sobjects import SObjectCalls
from sandbox.salesforce.tables import RecordTables


class Salesforce:
    """One org with one user."""

    name = "salesforce"
    title = "Salesforce"
    summary = "Accounts, contacts, opportunities and tasks, with the fields that were written to them."
    prefixes = ("/services", "/id", "/salesforce", "/lightning")
    special_faults: ClassVar[Mapping[Kind, tuple[str, ...]]] = {
        "lock_row": ("PATCH /sobjects", "POST /sobjects", "POST /composite")
    }

    def __init__(self, world: World) -> None:
        self._world = world
        forms = TokenForms(access=lambda text: f"{ORG_ID[:15]}!{text}", refresh=lambda text: f"5Aep861{text}")
        self._server = AuthorizationServer(world, self.name, REGISTRATION, self._rules, forms)
        self._custom = CustomFields(world)
        self._schema = Schema(world, self._custom)
        integrity = Integrity(world, self._custom, self._options)
        self._records = Records(world, self._schema, USER_ID, integrity)
        self.router = self._routes()

    def seed(self) -> None:
        """The user and the demo customer."""
        seed_user(self._world)
        seed_records(self._world, self._records)

    def state(self) -> dict[str, Any]:
        """All records by object, custom fields and token counts."""
        records = {name: self._records.of(name).all() for name in OBJECTS}
        tokens = self._server.tokens.summary()
        return {"records": records, "custom_fields": self._custom.all(), "tokens": tokens}

    def fault_response(self, kind: str, _: dict[str, Any]) -> Response:
        """Salesforce's words for it: its limit is a 403, and a lock is a 400."""
        if kind in ("429", "429_retry_after"):
            error = requests_used_up()
        elif kind == "lock_row":
            contacts = self._records.of("Contact").all()
            error = row_locked(contacts[0]["Id"] if contacts else USER_ID)
        else:
            message = "An unexpected error occurred. Please include this ErrorId if you contact support: 1234-5678"
            error = SalesforceError(500, "UNKNOWN_EXCEPTION", message)
        return JSONResponse(error.body(), status_code=error.status)

    def revoke_all(self) -> None:
        """Kill every token."""
        self._server.tokens.revoke_all()

    async def send_event(self, request: dict[str, Any]) -> dict[str, Any]:
        """Salesforce sends no webhooks."""
        raise NotImplementedError

    async def start(self) -> None:
        """Nothing runs in the background."""

    async def stop(self) -> None:
        """Nothing runs in the background."""

    def _options(self) -> dict[str, Any]:
        return self._world.options(self.name, DEFAULT_OPTIONS)

    def _rules(self) -> Rules:
        return rules(self._options())

    def _user(self) -> dict[str, Any]:
        return self._records.get(OBJECTS["User"], USER_ID)

    def _routes(self) -> APIRouter:
        pages = Pages(Path(__file__).parent)
        router = APIRouter()
        router.include_router(AuthorizationCalls(self._world, self._server, self._user, pages).router)
        router.include_router(Gateway(self._world, self._server.tokens, self._rest(), self._options).router)
        router.include_router(Screens(pages, self._schema, self._records, USER_ID).router)
        return router

    def _rest(self) -> Router:
        router = Router()
        tables = RecordTables(self._schema, self._records, USER_ID)
        QueryCalls(self._world, tables, self._options).add_to(router)
        ToolingCalls(self._custom).add_to(router)
        SObjectCalls(self._schema, self._records, USER_ID).add_to(router)
        CollectionCalls(self._world.store, self._schema, self._records, router).add_to(router)
        CompositeCalls(self._world.store, router).add_to(router)
        return router


def create(world: World) -> Salesforce:
    """The simulator."""
    return Salesforce(world)
