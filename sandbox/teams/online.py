"""`/users/{user}/onlineMeetings/...`: meetings, recordings, transcripts, attendance and the lists over all of them."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from starlette.responses import JSONResponse, Response

from sandbox.kit.clock import parse_iso
from sandbox.kit.store import Doc
from sandbox.kit.world import World
from sandbox.teams.downloads import Downloads
from sandbox.teams.errors import GraphError, missing_permission, not_found
from sandbox.teams.gate import Caller, Gate
from sandbox.teams.meetings import Meetings, attendance, is_ready, join_url, meeting_view, report_view
from sandbox.teams.tenant import ARTIFACT, DEFAULT_OPTIONS, RECORDING, TRANSCRIPT, User

PREFIX = "/microsoft/graph/v1.0"
PERMISSIONS = {"recording": RECORDING, "transcript": TRANSCRIPT}
READ = ("OnlineMeetings.Read", "OnlineMeetings.Read.All")
LIST = re.compile(r"getAll(?P<kind>Recording|Transcript)s\((?P<arguments>[^)]*)\)(?P<delta>/delta)?")
ITEMS = re.compile(r"(?P<meeting>[^/]+)/(?P<kind>recording|transcript)s(?:/(?P<item>[^/]+)(?P<content>/content)?)?")
REPORTS = re.compile(r"(?P<meeting>[^/]+)/attendanceReports(?:/(?P<report>[^/]+)(?P<records>/attendanceRecords)?)?")
JOIN_FILTER = re.compile(r"JoinWebUrl eq '(?P<url>[^']+)'", re.IGNORECASE)


class OnlineMeetings:
    """Answers GETs below a user's `onlineMeetings`."""

    def __init__(self, world: World, gate: Gate, meetings: Meetings, downloads: Downloads) -> None:
        self._world = world
        self._gate = gate
        self._meetings = meetings
        self._downloads = downloads
        self._base = f"{world.settings.base_url}{PREFIX}"

    def answer(self, caller: Caller, key: str, rest: str, query: dict[str, str]) -> Response:
        """One call. `rest` is the undecoded path after `onlineMeetings/`. Raises `GraphError`."""
        owner = self._gate.owner(caller, key)
        for pattern, give in self._patterns():
            if match := pattern.fullmatch(rest):
                return give(caller, owner, match, query)
        return self._meeting(caller, owner, rest, query)

    def _patterns(self) -> list[tuple[re.Pattern[str], Callable[..., Response]]]:
        return [(LIST, self._list), (ITEMS, self._items), (REPORTS, self._reports)]

    def _meeting(self, caller: Caller, owner: User, rest: str, query: dict[str, str]) -> Response:
        caller.require(*READ)
        if rest:
            return JSONResponse(meeting_view(self._calls(owner, rest)))
        wanted = JOIN_FILTER.fullmatch(query.get("$filter", ""))
        if wanted is None:
            raise GraphError(400, "InvalidArgument", "Filter expression expected - /onlineMeetings?$filter=JoinWebUrl.")
        found = [call for call in self._meetings.of(owner) if join_url(call) == wanted["url"]]
        return JSONResponse({"value": [meeting_view(found)] if found else []})

    def _items(self, caller: Caller, owner: User, match: re.Match[str], _: dict[str, str]) -> Response:
        kind = match["kind"]
        caller.require(PERMISSIONS[kind])
        calls = [call for call in self._calls(owner, match["meeting"]) if is_ready(call, kind)]
        if match["item"] is None:
            views = [self._meetings.item_view(call, kind, self._base) for call in calls]
            return JSONResponse({"@odata.count": len(views), "value": views})
        call = next((call for call in calls if call["files"][kind]["id"] == unquote(match["item"])), None)
        if call is None:
            raise not_found()
        if match["content"]:
            return self._downloads.begin(call, kind)
        return JSONResponse(self._meetings.item_view(call, kind, self._base))

    def _reports(self, caller: Caller, owner: User, match: re.Match[str], _: dict[str, str]) -> Response:
        caller.require(ARTIFACT)
        calls = self._calls(owner, match["meeting"])
        if match["report"] is None:
            return JSONResponse({"value": [report_view(call) for call in reversed(calls)]})
        call = next((call for call in calls if call["id"] == match["report"]), None)
        if call is None:
            raise not_found()
        return JSONResponse({"value": attendance(call)} if match["records"] else report_view(call))

    def _list(self, caller: Caller, owner: User, match: re.Match[str], query: dict[str, str]) -> Response:
        """The export lists, which only apps may read. A page's link carries its place; `/delta` ends with a link."""
        kind = match["kind"].lower()
        if caller.user is not None:
            raise missing_permission()
        caller.require(PERMISSIONS[kind])
        arguments = _arguments(unquote(match["arguments"]))
        if arguments.get("meetingOrganizerUserId") != f"'{owner.id}'":
            raise GraphError(400, "BadRequest", "meetingOrganizerUserId is required.")
        begin, end = _instant(arguments, "startDateTime"), _instant(arguments, "endDateTime")
        calls = [call for call in self._meetings.of(owner) if is_ready(call, kind) and _between(call, begin, end)]
        return JSONResponse(self._page(calls, kind, f"{self._base}/users/{owner.id}/onlineMeetings/{match[0]}", query))

    def _page(self, calls: list[Doc], kind: str, address: str, query: dict[str, str]) -> dict[str, Any]:
        token = query.get("$skiptoken") or query.get("$deltatoken") or "0"
        if not token.isdigit():
            raise GraphError(410, "SyncStateNotFound", "The sync state generation is not found.")
        offset, size = int(token), int(self._world.options("teams", DEFAULT_OPTIONS)["page_size"])
        page = calls[offset : offset + size]
        views = [self._meetings.item_view(call, kind, self._base) for call in page]
        answer: dict[str, Any] = {"@odata.count": len(page), "value": views}
        if offset + size < len(calls):
            answer["@odata.nextLink"] = f"{address}?$skiptoken={offset + size}"
        elif address.endswith("/delta"):
            answer["@odata.deltaLink"] = f"{address}?$deltatoken={len(calls)}"
        return answer

    def _calls(self, owner: User, meeting: str) -> list[Doc]:
        calls = self._meetings.of(owner, unquote(meeting))
        if not calls:
            raise not_found()
        return calls


def _arguments(text: str) -> dict[str, str]:
    pairs = (part.strip().partition("=") for part in text.split(",") if part.strip())
    return {name: value for name, _, value in pairs}


def _instant(arguments: dict[str, str], name: str) -> datetime | None:
    if name not in arguments:
        return None
    try:
        return parse_iso(arguments[name])
    except ValueError as error:
        raise GraphError(400, "BadRequest", f"Invalid {name}.") from error


def _between(call: Doc, begin: datetime | None, end: datetime | None) -> bool:
    start = parse_iso(call["start"])
    return (begin is None or start >= begin) and (end is None or start <= end)
