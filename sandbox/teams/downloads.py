"""`.../content`: a redirect to another host, and there the bytes, ranges included."""

import hmac
from datetime import timedelta
from hashlib import sha256

from fastapi import APIRouter, Request
from starlette.responses import FileResponse, RedirectResponse, Response

from sandbox.kit.store import Doc
from sandbox.kit.world import World
from sandbox.teams.captions import as_teams
from sandbox.teams.errors import GraphError, not_found
from sandbox.teams.meetings import KINDS, Meetings, Unplayable
from sandbox.teams.tenant import DEFAULT_OPTIONS

PREFIX = "/microsoft-files"


class Downloads:
    """Signed addresses and the bytes behind them."""

    def __init__(self, world: World, meetings: Meetings) -> None:
        self._world = world
        self._meetings = meetings
        self._leaks = world.collection("teams", "leaked_token")
        self._key = self._signing_key()
        self.router = APIRouter(prefix=PREFIX)
        self.router.add_api_route("/{kind}/{call_id}", self.deliver, methods=["GET"])

    def begin(self, call: Doc, kind: str) -> Response:
        """Redirect to where the bytes are."""
        seconds = self._world.options("teams", DEFAULT_OPTIONS)["signed_url_seconds"]
        expires = str(int((self._world.clock() + timedelta(seconds=seconds)).timestamp()))
        place = f"{self._world.settings.other_host_url}{PREFIX}/{kind}/{call['id']}"
        return RedirectResponse(f"{place}?expires={expires}&sig={self._sign(kind, call['id'], expires)}", 302)

    async def deliver(self, request: Request, kind: str, call_id: str, expires: str = "0", sig: str = "") -> Response:
        """The bytes. A bearer token has no business here and is noted as leaked."""
        if "authorization" in request.headers:
            self._leaks.put(self._world.token(8), {"call": call_id, "at": self._world.clock().isoformat()})
            return GraphError(400, "BadRequest", "Only one auth mechanism allowed").response()
        genuine = expires.isdigit() and hmac.compare_digest(self._sign(kind, call_id, expires), sig)
        if not genuine or int(expires) <= self._world.clock().timestamp():
            return GraphError(403, "Forbidden", "The link has expired.").response()
        call = next((call for call in self._meetings.all() if call["id"] == call_id), None)
        return self._bytes(call, kind)

    def leaks(self) -> int:
        """How often a bearer token was sent to the other host."""
        return self._leaks.count()

    def _bytes(self, call: Doc | None, kind: str) -> Response:
        if call is None:
            return not_found().response()
        try:
            path = self._meetings.path(call, kind)
        except (KeyError, Unplayable):
            return not_found().response()
        if kind == "transcript":
            return Response(as_teams(path.read_text(encoding="utf-8")), media_type=KINDS[kind])
        return FileResponse(path, media_type=KINDS[kind], filename=path.name)

    def _sign(self, kind: str, call_id: str, expires: str) -> str:
        return hmac.new(self._key, f"{kind}:{call_id}:{expires}".encode(), sha256).hexdigest()

    def _signing_key(self) -> bytes:
        keys = self._world.collection("sandbox", "signing_key")
        key = keys.get("microsoft-files")
        if key is None:
            key = {"key": self._world.token(32)}
            keys.put("microsoft-files", key)
        return str(key["key"]).encode()
