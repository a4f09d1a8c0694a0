"""`/services/data`: from HTTP to the REST calls and back; session, daily limit."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from sandbox.kit.forms import bearer
from sandbox.kit.oauth.errors import TokenRefused
from sandbox.kit.oauth.tokens import TokenDesk
from sandbox.kit.refusals import Refusals
from sandbox.kit.world import World
from sandbox.salesforce.errors import SalesforceError, requests_used_up, session_invalid
from sandbox.salesforce.rest import RestRequest, RestResponse, Router

VERSIONS = range(31, 66)
JSON = "application/json;charset=UTF-8"


class Gateway:
    """Lets calls in and counts them."""

    def __init__(self, world: World, tokens: TokenDesk, router: Router, options: Callable[[], dict[str, Any]]) -> None:
        self._usage = world.collection("salesforce", "usage")
        self._refusals = Refusals(world, "salesforce")
        self._world = world
        self._tokens = tokens
        self._rest = router
        self._options = options
        self._rest.add("GET", "limits", self.limits)
        self.router = APIRouter(prefix="/services/data")
        self.router.add_api_route("", self.versions, methods=["GET"])
        self.router.add_api_route("/", self.versions, methods=["GET"])
        methods = ["GET", "POST", "PATCH", "PUT", "DELETE"]
        self.router.add_api_route("/{version}/{rest:path}", self.call, methods=methods)
        self.router.add_api_route("/{version}", self.call, methods=["GET"])

    async def versions(self) -> Response:
        """Needs no session."""
        listed = [{"label": f"v{n}", "url": f"/services/data/v{n}.0", "version": f"{n}.0"} for n in VERSIONS]
        return JSONResponse(listed)

    async def call(self, request: Request, version: str) -> Response:
        """Any call."""
        try:
            self._let_in(request)
            answer = self._rest.answer(await _rest_request(request, version))
        except SalesforceError as error:
            answer = RestResponse(error.status, error.body())
        return self._http(answer)

    def limits(self, _: RestRequest) -> RestResponse:
        """What is left of the day."""
        most = int(self._options()["daily_requests"])
        return RestResponse(
            200,
            {
                "DailyApiRequests": {"Max": most, "Remaining": max(0, most - self._used())},
                "SingleEmail": {"Max": 5000, "Remaining": 5000},
                "DailyBulkV2QueryJobs": {"Max": 10_000, "Remaining": 10_000},
            },
        )

    def _let_in(self, request: Request) -> None:
        try:
            access = self._tokens.check(bearer(request))
        except TokenRefused as refused:
            raise session_invalid() from refused
        if not {"api", "full"} & set(access.scopes):
            raise SalesforceError(403, "API_DISABLED_FOR_ORG", "This session is not valid for use with the REST API")
        if self._used() >= int(self._options()["daily_requests"]):
            self._refusals.count("DailyApiRequests")
            raise requests_used_up()
        self._usage.put(self._today(), {"count": self._used() + 1})

    def _http(self, answer: RestResponse) -> Response:
        usage = f"api-usage={self._used()}/{self._options()['daily_requests']}"
        headers = {"Sforce-Limit-Info": usage} | dict(answer.headers)
        if answer.status == 401:
            headers["WWW-Authenticate"] = "Token"
        if answer.body is None:
            return Response(status_code=answer.status, headers=headers)
        return Response(json.dumps(answer.body), status_code=answer.status, headers=headers, media_type=JSON)

    def _used(self) -> int:
        return int((self._usage.get(self._today()) or {"count": 0})["count"])

    def _today(self) -> str:
        return self._world.clock().date().isoformat()


async def _rest_request(request: Request, version: str) -> RestRequest:
    number = version.removeprefix("v").removesuffix(".0")
    if not number.isdigit() or int(number) not in VERSIONS:
        raise SalesforceError(404, "NOT_FOUND", "The requested resource does not exist")
    # ids may hold encoded slashes, so the path is split before it is decoded
    raw = request.scope["raw_path"].decode("ascii").split("?")[0]
    pieces = [unquote(piece) for piece in raw.split("/") if piece]
    return RestRequest(
        method=request.method,
        version=version,
        path=tuple(pieces[3:]),
        query=dict(request.query_params),
        body=await _body(request),
        headers={name.lower(): value for name, value in request.headers.items()},
    )


async def _body(request: Request) -> Any:
    raw = await request.body()
    if not raw:
        return None
    try:
        return json.loads(raw)
    except ValueError as error:
        raise SalesforceError(400, "JSON_PARSER_ERROR", f"Unexpected character: {error}") from error
