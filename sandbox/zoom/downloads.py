"""`/zoom/rec/download` and the host it redirects to: bearer or download token first, a signed URL second."""

import hmac
from datetime import timedelta
from hashlib import sha256

from fastapi import APIRouter, Request
from starlette.responses import FileResponse, RedirectResponse, Response

from sandbox.kit.clock import parse_iso
from sandbox.kit.forms import bearer
from sandbox.kit.oauth.errors import TokenRefused
from sandbox.kit.oauth.tokens import TokenDesk
from sandbox.kit.store import Doc
from sandbox.kit.world import World
from sandbox.zoom.account import DEFAULT_OPTIONS
from sandbox.zoom.errors import download_refused
from sandbox.zoom.meetings import Meetings, UnknownFile

MEDIA_TYPES = {"MP4": "video/mp4", "M4A": "audio/mp4", "TRANSCRIPT": "text/vtt"}


class Downloads:
    """Download tokens, signed URLs and the bytes behind them."""

    def __init__(self, world: World, meetings: Meetings, tokens: TokenDesk) -> None:
        self._world = world
        self._meetings = meetings
        self._tokens = tokens
        self._download_tokens = world.collection("zoom", "download_token")
        self._leaks = world.collection("zoom", "leaked_token")
        self._key = self._signing_key()

    def token_for(self, uuid: str, seconds: int | None = None) -> str:
        """A token that downloads one meeting's files until it expires."""
        lifetime = seconds or self._world.options("zoom", DEFAULT_OPTIONS)["download_token_seconds"]
        token = f"eyJhbGciOiJIUzUxMiJ9.{self._world.token(48)}"
        expires = (self._world.clock() + timedelta(seconds=lifetime)).isoformat()
        self._download_tokens.put(token, {"uuid": uuid, "expires_at": expires})
        return token

    def begin(self, file_id: str, token: str | None) -> Response:
        """Redirect to where the bytes are, when the token may."""
        file = self._meetings.file(file_id)
        if file is None:
            return download_refused(404, "This recording does not exist.")
        if not self._may(token, file):
            return download_refused(401, "Forbidden")
        return RedirectResponse(self._signed_url(file_id), status_code=302)

    def deliver(self, request: Request, file_id: str, expires: str, signature: str) -> Response:
        """The bytes, ranges included. A bearer token has no business here and is noted as leaked."""
        if "authorization" in request.headers:
            self._leaks.put(self._world.token(8), {"file": file_id, "at": self._world.clock().isoformat()})
            return download_refused(400, "Only one auth mechanism allowed")
        if not self._signature_holds(file_id, expires, signature):
            return download_refused(403, "Request has expired")
        return self._bytes(self._meetings.file(file_id))

    def leaks(self) -> int:
        """How often a bearer token was sent to the other host."""
        return self._leaks.count()

    def _bytes(self, file: Doc | None) -> Response:
        if file is None:
            return download_refused(404, "This recording does not exist.")
        try:
            path = self._meetings.path(file)
        except UnknownFile:
            return download_refused(404, "This recording does not exist.")
        return FileResponse(path, media_type=MEDIA_TYPES[file["file_type"]], filename=f"{file['id']}-{path.name}")

    def _may(self, token: str | None, file: Doc) -> bool:
        granted = self._download_tokens.get(token or "")
        if granted:
            in_time = parse_iso(granted["expires_at"]) > self._world.clock()
            return in_time and granted["uuid"] == file["uuid"]
        try:
            self._tokens.check(token)
        except TokenRefused:
            return False
        return True

    def _signed_url(self, file_id: str) -> str:
        seconds = self._world.options("zoom", DEFAULT_OPTIONS)["signed_url_seconds"]
        expires = str(int((self._world.clock() + timedelta(seconds=seconds)).timestamp()))
        base = self._world.settings.other_host_url
        return f"{base}/zoom-files/{file_id}?expires={expires}&signature={self._sign(file_id, expires)}"

    def _signature_holds(self, file_id: str, expires: str, signature: str) -> bool:
        genuine = hmac.compare_digest(self._sign(file_id, expires), signature)
        return genuine and int(expires) > self._world.clock().timestamp()

    def _sign(self, file_id: str, expires: str) -> str:
        return hmac.new(self._key, f"{file_id}:{expires}".encode(), sha256).hexdigest()

    def _signing_key(self) -> bytes:
        keys = self._world.collection("sandbox", "signing_key")
        key = keys.get("zoom")
        if key is None:
            key = {"key": self._world.token(32)}
            keys.put("zoom", key)
        return str(key["key"]).encode()


def downloads_router(downloads: Downloads) -> APIRouter:
    """Both hosts' parts."""
    router = APIRouter()

    @router.get("/zoom/rec/download/{file_id}")
    async def begin(request: Request, file_id: str) -> Response:
        return downloads.begin(file_id, bearer(request) or request.query_params.get("access_token"))

    @router.get("/zoom-files/{file_id}")
    async def deliver(request: Request, file_id: str) -> Response:
        query = request.query_params
        return downloads.deliver(request, file_id, query.get("expires", ""), query.get("signature", ""))

    return router
