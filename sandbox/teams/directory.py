"""`/me`, `/users`, `/organization` and the calendar."""

from datetime import datetime
from typing import Any

from sandbox.kit.clock import parse_iso
from sandbox.kit.store import Doc
from sandbox.teams.errors import GraphError, not_found
from sandbox.teams.gate import Caller
from sandbox.teams.meetings import Meetings, join_url
from sandbox.teams.tenant import CALENDAR, DOMAIN, TENANT_ID, TENANT_NAME, USERS, User, user_of


def profile(user: User) -> dict[str, Any]:
    """A user."""
    first, _, last = user.name.partition(" ")
    return {
        "id": user.id,
        "displayName": user.name,
        "givenName": first,
        "surname": last,
        "mail": user.email,
        "userPrincipalName": user.email,
    }


def found_user(caller: Caller, key: str) -> dict[str, Any]:
    """One user. Raises `GraphError`."""
    if caller.user is None:
        caller.require("User.Read.All")
    user = caller.me() if key == "me" else user_of(key)
    if user is None or (caller.user is not None and caller.user != user):
        raise not_found("The user does not exist or one of its queried reference-property objects are not present.")
    return profile(user)


def all_users(caller: Caller) -> dict[str, Any]:
    """Everybody. Raises `GraphError`."""
    caller.require("User.Read.All")
    return {"value": [profile(user) for user in USERS]}


def organization() -> dict[str, Any]:
    """The tenant."""
    domain = {"name": DOMAIN, "isDefault": True, "isInitial": False, "type": "Managed", "capabilities": "Email"}
    return {"value": [{"id": TENANT_ID, "displayName": TENANT_NAME, "verifiedDomains": [domain]}]}


def calendar(caller: Caller, meetings: Meetings, query: dict[str, str]) -> dict[str, Any]:
    """The signed-in user's online meetings between two instants. Raises `GraphError`."""
    caller.require(CALENDAR)
    begin, end = _instant(query, "startDateTime"), _instant(query, "endDateTime")
    found = [call for call in meetings.of(caller.me()) if begin <= parse_iso(call["start"]) <= end]
    return {"value": [_event(call) for call in found]}


def _event(call: Doc) -> dict[str, Any]:
    return {
        "id": f"AAMk{call['id']}",
        "subject": call["subject"],
        "isOnlineMeeting": True,
        "isOrganizer": True,
        "onlineMeetingProvider": "teamsForBusiness",
        "onlineMeeting": {"joinUrl": join_url(call)},
        "start": {"dateTime": call["start"].rstrip("Z"), "timeZone": "UTC"},
        "end": {"dateTime": call["end"].rstrip("Z"), "timeZone": "UTC"},
    }


def _instant(query: dict[str, str], name: str) -> datetime:
    try:
        return parse_iso(query[name])
    except (KeyError, ValueError) as error:
        raise GraphError(400, "ErrorInvalidParameter", f"This request requires the parameter '{name}'.") from error
