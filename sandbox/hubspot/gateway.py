"""From HTTP to the API's calls and back: token or developer key, scopes, limits, error bodies."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from sandbox.hubspot.account import DEVELOPER_KEY
from sandbox.hubspot.errors import HubSpotError, missing_scopes, token_refused
from sandbox.hubspot.limits import Limits
from sandbox.kit.forms import bearer
from sandbox.kit.oauth.errors import TokenProblem, TokenRefused
from sandbox.kit.oauth.tokens import TokenDesk

PREFIX = "/hubspot/api"


@dataclass(frozen=True)
class Call:
    """One call: parts of its path, query and JSON body."""

    path: Mapping[str, str]
    query: Mapping[str, str]
    body: Any

    def field(self, name: str, default: Any = None) -> Any:
        """A field of the body. Raises `HubSpotError` when it has to be there (no default) and is not."""
        value = self.body.get(name, default) if isinstance(self.body, dict) else default
        if value is None:
            raise HubSpotError(400, f"Invalid input JSON: required field {name} is missing")
        return value


@dataclass(frozen=True)
class Answer:
    """What a call gives."""

    status: int
    body: Any = None


Work = Callable[[Call], Answer]
Needs = Callable[[Call], tuple[str, ...]]
"""Scopes of which one is needed; none for calls of the developer key."""


class Gateway:
    """The API's routes."""

    def __init__(self, tokens: TokenDesk, limits: Limits) -> None:
        self._tokens = tokens
        self._limits = limits
        self.router = APIRouter(prefix=PREFIX)

    def add(self, method: str, path: str, work: Work, needs: Needs, *, search: bool = False) -> None:
        """Answer a path by `work`."""

        async def endpoint(request: Request) -> Response:
            try:
                call = Call(request.path_params, _query(request), await _json(request))
                self._let_in(request, needs(call), search=search)
                answer = work(call)
            except HubSpotError as error:
                return error.response()
            headers = {} if search else self._limits.headers()
            if answer.body is None:
                return Response(status_code=answer.status, headers=headers)
            return JSONResponse(answer.body, status_code=answer.status, headers=headers)

        self.router.add_api_route(path, endpoint, methods=[method])

    def add_for_developers(self, method: str, path: str, work: Work) -> None:
        """Answer a path that takes the developer key and no token."""

        async def endpoint(request: Request) -> Response:
            try:
                if request.query_params.get("hapikey") != DEVELOPER_KEY:
                    raise HubSpotError(401, "The API key provided is invalid.", "INVALID_AUTHENTICATION")
                answer = work(Call(request.path_params, _query(request), await _json(request)))
            except HubSpotError as error:
                return error.response()
            if answer.body is None:
                return Response(status_code=answer.status)
            return JSONResponse(answer.body, status_code=answer.status)

        self.router.add_api_route(path, endpoint, methods=[method])

    def _let_in(self, request: Request, needed: tuple[str, ...], *, search: bool) -> None:
        try:
            access = self._tokens.check(bearer(request))
        except TokenRefused as refused:
            raise token_refused(TokenProblem(refused.problem)) from refused
        self._limits.count(search=search)
        if not set(needed) & set(access.scopes):
            raise missing_scopes(needed)


def _query(request: Request) -> dict[str, str]:
    """The query, where lists may come as `a,b` or as repeated names."""
    return {name: ",".join(request.query_params.getlist(name)) for name in request.query_params}


async def _json(request: Request) -> Any:
    raw = await request.body()
    if not raw:
        return None
    try:
        return json.loads(raw)
    except ValueError as error:
        raise HubSpotError(400, f"Invalid input JSON: {error}") from error
