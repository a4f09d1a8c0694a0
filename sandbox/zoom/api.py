"""`/zoom/v2`: users, recordings, participants, chat."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from urllib.parse import unquote

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from sandbox.kit.clock import parse_iso
from sandbox.kit.forms import bearer
from sandbox.kit.oauth.errors import TokenRefused
from sandbox.kit.oauth.tokens import Access, TokenDesk
from sandbox.kit.ratelimit import RateLimit
from sandbox.kit.refusals import Refusals
from sandbox.kit.store import Doc
from sandbox.kit.world import World
from sandbox.zoom.account import ACCOUNT_ID, DEFAULT_OPTIONS, HOST_EMAIL, HOST_ID, HOST_NAME
from sandbox.zoom.chat import Chat
from sandbox.zoom.downloads import Downloads
from sandbox.zoom.errors import ZoomError, missing_scopes, per_second_limit, rate_headers, token_refused
from sandbox.zoom.meetings import Meetings, meeting_view, minutes
from sandbox.zoom.participants import participant_rows

LONGEST_RANGE = timedelta(days=31)
LIMITS = {"Light": 80, "Medium": 60, "Heavy": 40}
PROFILE = ("user:read:user", "user:read")
LIST = ("cloud_recording:read:list_user_recordings", "cloud_recording:read", "recording:read")
FILES = ("cloud_recording:read:list_recording_files", "cloud_recording:read", "recording:read")
TRANSCRIPT = ("cloud_recording:read:meeting_transcript", "cloud_recording:read")
PAST = ("meeting:read:past_meeting", "meeting:read")
PARTICIPANTS = ("meeting:read:list_past_participants", "meeting:read")
CHAT_SEND = ("team_chat:write:user_message", "chat_message:write")
CHAT_EDIT = ("team_chat:update:user_message", "chat_message:write")
CHAT_LIST = ("team_chat:read:list_user_messages", "chat_message:read")

Body = dict[str, Any]


def check_user(user: str) -> None:
    """Raise `ZoomError` unless it is the only user there is."""
    if user not in ("me", HOST_ID, HOST_EMAIL):
        raise ZoomError(404, 1001, f"User does not exist: {user}.")


class Gate:
    """Lets a call in: token, scope, rate limit."""

    def __init__(self, world: World, tokens: TokenDesk) -> None:
        self._world = world
        self._tokens = tokens
        self._limits = {category: RateLimit(limit, limit) for category, limit in LIMITS.items()}
        self._refusals = Refusals(world, "zoom")

    def enter(self, request: Request, scopes: tuple[str, ...], category: str) -> dict[str, str]:
        """The headers that the answer carries. Raises `ZoomError`."""
        access = self._access(request)
        if not any(scope in access.scopes for scope in scopes):
            raise missing_scopes(scopes[:1])
        now = self._world.clock()
        limit = self._limits[category]
        if limit.wait_for(ACCOUNT_ID, now):
            self._refusals.count(category)
            raise per_second_limit(category, LIMITS[category], int(now.timestamp()) + 1)
        return rate_headers(category, "QPS", LIMITS[category], limit.left(ACCOUNT_ID))

    def _access(self, request: Request) -> Access:
        try:
            return self._tokens.check(bearer(request))
        except TokenRefused as refused:
            raise token_refused(refused.problem) from refused


class Api:
    """What the calls answer, once they were let in."""

    def __init__(self, world: World, meetings: Meetings, downloads: Downloads) -> None:
        self._world = world
        self._meetings = meetings
        self._downloads = downloads

    def profile(self, user: str) -> Body:
        """The signed-in user, who is the only one."""
        check_user(user)
        first, _, last = HOST_NAME.partition(" ")
        return {
            "id": HOST_ID,
            "first_name": first,
            "last_name": last,
            "display_name": HOST_NAME,
            "email": HOST_EMAIL,
            "type": 2,
            "role_name": "Owner",
            "timezone": "Europe/London",
            "account_id": ACCOUNT_ID,
            "status": "active",
            "verified": 1,
            "language": "en-US",
        }

    def recordings(self, user: str, query: dict[str, str]) -> Body:
        """One page of a user's recordings between two days, newest first; a longer range than a month is cut."""
        check_user(user)
        begin, end = self._range(query)
        found = [m for m in reversed(self._meetings.all()) if begin <= parse_iso(m["start_time"]).date() <= end]
        found = [m for m in found if m["host_email"] == HOST_EMAIL and self._meetings.files_of(m)]
        size, offset = self._page(query)
        page = found[offset : offset + size]
        return {
            "from": begin.isoformat(),
            "to": end.isoformat(),
            "page_count": max(1, -(-len(found) // size)),
            "page_size": size,
            "total_records": len(found),
            "next_page_token": f"page-{offset + size}" if offset + size < len(found) else "",
            "meetings": [self._view(meeting) for meeting in page],
        }

    def recording(self, key: str, query: dict[str, str]) -> Body:
        """The files of one meeting; on request with a token that downloads them."""
        meeting = self._meeting(key, 3301, "There is no recording for this meeting.")
        if not self._meetings.files_of(meeting):
            raise ZoomError(404, 3301, "There is no recording for this meeting.")
        view = self._view(meeting)
        if "download_access_token" in query.get("include_fields", ""):
            view["download_access_token"] = self._downloads.token_for(meeting["uuid"], int(query.get("ttl", 0)) or None)
        return view

    def transcript(self, key: str) -> Body:
        """What AI Companion wrote down, or why there is nothing to be had."""
        meeting = self._meeting(key, 3001, f"Meeting does not exist: {key}.")
        file, made = meeting["companion"], meeting["companion_at"]
        reason = None if made else "NOT_READY" if file else "NO_TRANSCRIPT_DATA"
        found = {
            "meeting_id": meeting["uuid"],
            "account_id": ACCOUNT_ID,
            "meeting_topic": meeting["topic"],
            "host_id": meeting["host_id"],
            "transcript_created_time": made,
            "can_download": reason is None,
            "download_url": file and f"{self._world.settings.base_url}/zoom/rec/download/{file['id']}",
            "download_restriction_reason": reason,
        }
        return {name: value for name, value in found.items() if value is not None}

    def past_meeting(self, key: str) -> Body:
        """What is left to say about a meeting that ended."""
        meeting = self._meeting(key, 3001, f"Meeting does not exist: {key}.")
        return {
            "uuid": meeting["uuid"],
            "id": meeting["id"],
            "host_id": meeting["host_id"],
            "type": 2,
            "topic": meeting["topic"],
            "user_name": HOST_NAME,
            "user_email": meeting["host_email"],
            "start_time": meeting["start_time"],
            "end_time": meeting["end_time"],
            "duration": minutes(meeting),
            "total_minutes": minutes(meeting) * len(meeting["participants"]),
            "participants_count": len(meeting["participants"]),
        }

    def participants(self, key: str, query: dict[str, str]) -> Body:
        """One page of who took part."""
        meeting = self._meeting(key, 3001, f"Meeting does not exist: {key}.")
        rows = participant_rows(meeting)
        size, offset = self._page(query)
        return {
            "page_count": max(1, -(-len(rows) // size)),
            "page_size": size,
            "total_records": len(rows),
            "next_page_token": f"page-{offset + size}" if offset + size < len(rows) else "",
            "participants": rows[offset : offset + size],
        }

    def _view(self, meeting: Doc) -> Body:
        return meeting_view(meeting, self._meetings.files_of(meeting), self._world.settings.base_url)

    def _meeting(self, key: str, code: int, message: str) -> Doc:
        meeting = self._meetings.get(key)
        if meeting is None:
            raise ZoomError(404, code, message)
        return meeting

    def _range(self, query: dict[str, str]) -> tuple[date, date]:
        today = self._world.clock().date()
        try:
            end = date.fromisoformat(query.get("to") or today.isoformat())
            begin = date.fromisoformat(query.get("from") or (end - timedelta(days=1)).isoformat())
        except ValueError as error:
            raise ZoomError(400, 300, "Invalid date format, expected yyyy-MM-dd.") from error
        return max(begin, end - LONGEST_RANGE), end

    def _page(self, query: dict[str, str]) -> tuple[int, int]:
        default = self._world.options("zoom", DEFAULT_OPTIONS)["page_size"]
        size, token = query.get("page_size", str(default)), query.get("next_page_token") or "page-0"
        offset = token.removeprefix("page-")
        if not size.isdigit() or not offset.isdigit():
            raise ZoomError(400, 300, "The next page token is invalid or expired.")
        return max(1, min(int(size), 300)), int(offset)


def meeting_key(request: Request, before: str, after: str) -> str:
    """The meeting's UUID or number from the undecoded path.

    A UUID that starts with a slash or holds two in a row has to be encoded twice, or it is not found.
    Raises `ZoomError`.
    """
    raw = request.scope["raw_path"].decode("ascii").split("?")[0]
    segment = raw.removeprefix(before).removesuffix(after)
    once = unquote(segment)
    twice = unquote(once)
    encoded_once = once == twice
    if "/" in segment or (encoded_once and (once.startswith("/") or "//" in once)):
        raise ZoomError(404, 3001, f"Meeting does not exist: {once}.")
    return twice


class Routes:
    """The API host's part, call by call."""

    def __init__(self, gate: Gate, api: Api, chat: Chat) -> None:
        self._gate = gate
        self._api = api
        self._chat = chat
        self.router = APIRouter(prefix="/zoom/v2")
        self.router.add_api_route("/users/{user}", self.profile, methods=["GET"])
        self.router.add_api_route("/users/{user}/recordings", self.recordings, methods=["GET"])
        self.router.add_api_route("/meetings/{rest:path}", self.meeting_recordings, methods=["GET"])
        self.router.add_api_route("/past_meetings/{rest:path}", self.past_meeting, methods=["GET"])
        self.router.add_api_route("/chat/users/{user}/messages", self.send_chat, methods=["POST"])
        self.router.add_api_route("/chat/users/{user}/messages", self.list_chat, methods=["GET"])
        self.router.add_api_route("/chat/users/{user}/messages/{message_id}", self.edit_chat, methods=["PUT"])

    async def profile(self, request: Request, user: str) -> Response:
        """`GET /users/{user}`."""
        return self._answer(request, PROFILE, "Light", lambda: self._api.profile(user))

    async def recordings(self, request: Request, user: str) -> Response:
        """`GET /users/{user}/recordings`."""
        return self._answer(request, LIST, "Medium", lambda: self._api.recordings(user, dict(request.query_params)))

    async def meeting_recordings(self, request: Request, rest: str) -> Response:
        """`GET /meetings/{uuid}/recordings` and `GET /meetings/{uuid}/transcript`."""
        if rest.endswith("/transcript"):
            return self._answer(
                request,
                TRANSCRIPT,
                "Medium",
                lambda: self._api.transcript(meeting_key(request, "/zoom/v2/meetings/", "/transcript")),
            )
        if not rest.endswith("/recordings"):
            return ZoomError(404, 2300, "This API endpoint is not recognized.").response()

        def give() -> Body:
            key = meeting_key(request, "/zoom/v2/meetings/", "/recordings")
            return self._api.recording(key, dict(request.query_params))

        return self._answer(request, FILES, "Light", give)

    async def past_meeting(self, request: Request, rest: str) -> Response:
        """`GET /past_meetings/{uuid}` and `/past_meetings/{uuid}/participants`."""
        base = "/zoom/v2/past_meetings/"
        if not rest.endswith("/participants"):
            return self._answer(request, PAST, "Light", lambda: self._api.past_meeting(meeting_key(request, base, "")))

        def give() -> Body:
            return self._api.participants(meeting_key(request, base, "/participants"), dict(request.query_params))

        return self._answer(request, PARTICIPANTS, "Medium", give)

    async def send_chat(self, request: Request, user: str) -> Response:
        """`POST /chat/users/{user}/messages`."""
        message = await _json_object(request)
        return self._answer(request, CHAT_SEND, "Medium", lambda: self._chat.send(message), 201, user)

    async def list_chat(self, request: Request, user: str) -> Response:
        """`GET /chat/users/{user}/messages`."""
        query = dict(request.query_params)
        return self._answer(request, CHAT_LIST, "Medium", lambda: self._chat.listing(query), 200, user)

    async def edit_chat(self, request: Request, user: str, message_id: str) -> Response:
        """`PUT /chat/users/{user}/messages/{id}`."""
        change = await _json_object(request)
        return self._answer(request, CHAT_EDIT, "Medium", lambda: self._chat.edit(message_id, change), 204, user)

    def _answer(
        self,
        request: Request,
        scopes: tuple[str, ...],
        category: str,
        give: Callable[[], Body | None],
        status: int = 200,
        user: str = "me",
    ) -> Response:
        try:
            headers = self._gate.enter(request, scopes, category)
            check_user(user)
            body = give()
            if body is None:
                return Response(status_code=status, headers=headers)
            return JSONResponse(body, status_code=status, headers=headers)
        except ZoomError as error:
            return error.response()


async def _json_object(request: Request) -> Body:
    try:
        body = await request.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
