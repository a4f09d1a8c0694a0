"""`/microsoft/graph/v1.0`: the calls, one by one."""

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from sandbox.teams import directory
from sandbox.teams.errors import GraphError
from sandbox.teams.gate import Caller, Gate
from sandbox.teams.mailbox import Mailbox, from_json, from_mime
from sandbox.teams.meetings import Meetings
from sandbox.teams.online import PREFIX, OnlineMeetings
from sandbox.teams.subscriptions import Subscriptions, view
from sandbox.teams.tenant import MAIL

Body = dict[str, Any]
Give = Callable[[Caller], Awaitable[Response]]


class Graph:
    """The API host's part."""

    def __init__(
        self, gate: Gate, meetings: Meetings, online: OnlineMeetings, subscriptions: Subscriptions, mailbox: Mailbox
    ) -> None:
        self._gate = gate
        self._meetings = meetings
        self._online = online
        self._subscriptions = subscriptions
        self._mailbox = mailbox
        self.router = APIRouter(prefix=PREFIX)
        self._add("/organization", self.organization, "GET")
        self._add("/users", self.users, "GET")
        self._add("/me/calendarView", self.calendar, "GET")
        self._add("/subscriptions", self.list_subscriptions, "GET")
        self._add("/subscriptions", self.create_subscription, "POST")
        self._add("/subscriptions/{subscription_id}/reauthorize", self.reauthorize, "POST")
        self._add("/subscriptions/{subscription_id}", self.one_subscription, "GET", "PATCH", "DELETE")
        for user in ("/me", "/users/{user}"):
            self._add(f"{user}/onlineMeetings", self.online_meetings, "GET")
            self._add(f"{user}/onlineMeetings/{{rest:path}}", self.online_meetings, "GET")
            self._add(f"{user}/sendMail", self.send_mail, "POST")
            self._add(user, self.profile, "GET")

    def _add(self, path: str, give: Callable[..., Awaitable[Response]], *methods: str) -> None:
        async def serve(request: Request) -> Response:
            try:
                return await give(request, self._gate.enter(request))
            except GraphError as error:
                return error.response()

        self.router.add_api_route(path, serve, methods=list(methods), name=f"{give.__name__}{path}")

    async def organization(self, _: Request, __: Caller) -> Response:
        """`GET /organization`."""
        return JSONResponse(directory.organization())

    async def users(self, _: Request, caller: Caller) -> Response:
        """`GET /users`."""
        return JSONResponse(directory.all_users(caller))

    async def profile(self, request: Request, caller: Caller) -> Response:
        """`GET /me` and `GET /users/{user}`."""
        return JSONResponse(directory.found_user(caller, request.path_params.get("user", "me")))

    async def calendar(self, request: Request, caller: Caller) -> Response:
        """`GET /me/calendarView`."""
        return JSONResponse(directory.calendar(caller, self._meetings, dict(request.query_params)))

    async def online_meetings(self, request: Request, caller: Caller) -> Response:
        """Everything below `onlineMeetings`."""
        raw = request.scope["raw_path"].decode("ascii").split("?")[0]
        rest = raw.partition("/onlineMeetings")[2].removeprefix("/")
        user = request.path_params.get("user", "me")
        return self._online.answer(caller, user, rest, dict(request.query_params))

    async def send_mail(self, request: Request, caller: Caller) -> Response:
        """`POST /me/sendMail` and `POST /users/{user}/sendMail`."""
        caller.require(MAIL)
        sender = self._gate.owner(caller, request.path_params.get("user", "me"))
        if request.headers.get("content-type", "").startswith("text/plain"):
            self._mailbox.send(sender, from_mime(await request.body()))
        else:
            self._mailbox.send(sender, from_json(await _json_object(request)))
        return Response(status_code=202)

    async def list_subscriptions(self, _: Request, caller: Caller) -> Response:
        """`GET /subscriptions`: those of the caller's app, and of the user where one is signed in."""
        mine = [doc for doc in self._subscriptions.alive() if caller.user is None or doc["creatorId"] == caller.user.id]
        return JSONResponse({"value": [view(doc) | {"clientState": None} for doc in mine]})

    async def create_subscription(self, request: Request, caller: Caller) -> Response:
        """`POST /subscriptions`."""
        created = await self._subscriptions.create(caller, await _json_object(request))
        return JSONResponse(created, status_code=201)

    async def one_subscription(self, request: Request, _: Caller) -> Response:
        """`GET`, `PATCH` and `DELETE /subscriptions/{id}`."""
        subscription_id = request.path_params["subscription_id"]
        if request.method == "DELETE":
            self._subscriptions.delete(subscription_id)
            return Response(status_code=204)
        if request.method == "PATCH":
            return JSONResponse(self._subscriptions.renew(subscription_id, await _json_object(request)))
        return JSONResponse(view(self._subscriptions.get(subscription_id)))

    async def reauthorize(self, request: Request, _: Caller) -> Response:
        """`POST /subscriptions/{id}/reauthorize`."""
        self._subscriptions.reauthorize(request.path_params["subscription_id"])
        return Response(status_code=204)


async def _json_object(request: Request) -> Body:
    try:
        body = await request.json()
    except ValueError as error:
        raise GraphError(400, "BadRequest", "Unable to read JSON request payload.") from error
    if not isinstance(body, dict):
        raise GraphError(400, "BadRequest", "Unable to read JSON request payload.")
    return body
