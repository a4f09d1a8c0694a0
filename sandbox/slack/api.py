"""`/slack/api`: the Web API's methods."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from sandbox.kit.forms import json_or_form
from sandbox.kit.oauth.tokens import Access
from sandbox.slack.authorization import Authorization
from sandbox.slack.channels import Workspace, message_view
from sandbox.slack.errors import SlackError, TooFast
from sandbox.slack.files import Files
from sandbox.slack.team import BOT_ID, BOT_USER_ID, TEAM_ID, TEAM_NAME, channel_view, user_view

Fields = dict[str, Any]
Method = Callable[[Fields, Access], dict[str, Any]]


class Api:
    """Every method with the scopes of which one is needed."""

    def __init__(self, authorization: Authorization, workspace: Workspace, files: Files, team_url: str) -> None:
        self._team_url = team_url
        self._authorization = authorization
        self._workspace = workspace
        self._files = files
        self._methods: dict[str, tuple[tuple[str, ...], Method]] = {
            "auth.test": ((), self._auth_test),
            "team.info": (("team:read",), self._team),
            "conversations.list": (("channels:read", "groups:read"), self._list),
            "conversations.info": (("channels:read", "groups:read"), self._info),
            "conversations.join": (("channels:join",), self._join),
            "conversations.history": (("channels:history", "groups:history"), self._history),
            "conversations.replies": (("channels:history", "groups:history"), self._replies),
            "chat.postMessage": (("chat:write",), self._post),
            "chat.update": (("chat:write",), self._update),
            "chat.delete": (("chat:write",), self._delete),
            "chat.getPermalink": ((), self._permalink),
            "users.lookupByEmail": (("users:read.email",), self._lookup),
            "files.getUploadURLExternal": (("files:write",), self._begin_upload),
            "files.completeUploadExternal": (("files:write",), self._complete_upload),
        }
        self.router = APIRouter(prefix="/slack/api")
        self.router.add_api_route("/{method}", self.call, methods=["GET", "POST"])

    async def call(self, request: Request, method: str) -> Response:
        """Any method: 200 with `ok`, or 429."""
        try:
            fields = await json_or_form(request)
            return self._answer(request, method, fields)
        except (SlackError, TooFast) as error:
            return error.response()
        except ValueError:
            return SlackError("invalid_json").response()

    def _answer(self, request: Request, method: str, fields: Fields) -> Response:
        if method == "oauth.v2.access":
            return JSONResponse(self._authorization.exchange(request, fields))
        if method == "auth.revoke":
            return JSONResponse(self._revoke(request, fields))
        if method not in self._methods:
            raise SlackError("unknown_method", req_method=method)
        scopes, handler = self._methods[method]
        access = self._authorization.enter(request, fields, scopes)
        headers = {"X-OAuth-Scopes": ",".join(access.scopes), "X-Accepted-OAuth-Scopes": ",".join(scopes)}
        return JSONResponse({"ok": True} | handler(fields, access), headers=headers)

    def _revoke(self, request: Request, fields: Fields) -> dict[str, Any]:
        self._authorization.enter(request, fields, ())
        if str(fields.get("test", "")).lower() in ("1", "true"):
            return {"ok": True, "revoked": False}
        self._authorization.server.tokens.revoke(self._authorization.token(request, fields) or "")
        return {"ok": True, "revoked": True}

    def _auth_test(self, _: Fields, __: Access) -> dict[str, Any]:
        who = {"team": TEAM_NAME, "user": "echodepth_hub", "team_id": TEAM_ID, "user_id": BOT_USER_ID}
        return who | {"url": self._team_url, "bot_id": BOT_ID, "is_enterprise_install": False}

    def _team(self, _: Fields, __: Access) -> dict[str, Any]:
        return {"team": {"id": TEAM_ID, "name": TEAM_NAME, "domain": "northwind", "email_domain": "northwind.example"}}

    def _list(self, fields: Fields, access: Access) -> dict[str, Any]:
        types = str(fields.get("types") or "public_channel").split(",")
        visible = [channel for channel in self._workspace.channels() if _is_listed(channel, types, access)]
        if str(fields.get("exclude_archived", "")).lower() in ("1", "true"):
            visible = [channel for channel in visible if not channel["archived"]]
        limit, offset = _page(fields)
        more = f"next:{offset + limit}" if offset + limit < len(visible) else ""
        page = [channel_view(channel) for channel in visible[offset : offset + limit]]
        return {"channels": page, "response_metadata": {"next_cursor": more}}

    def _info(self, fields: Fields, _: Access) -> dict[str, Any]:
        return {"channel": channel_view(self._workspace.channel(fields.get("channel")))}

    def _join(self, fields: Fields, _: Access) -> dict[str, Any]:
        channel, was_member = self._workspace.join(fields.get("channel"))
        answer: dict[str, Any] = {"channel": channel_view(channel)}
        if was_member:
            answer |= {"warning": "already_in_channel", "response_metadata": {"warnings": ["already_in_channel"]}}
        return answer

    def _history(self, fields: Fields, _: Access) -> dict[str, Any]:
        channel = self._workspace.channel(fields.get("channel"))
        if not channel["member"]:
            raise SlackError("not_in_channel")
        oldest = float(fields.get("oldest") or 0)
        newest_first = [m for m in self._workspace.messages(channel["id"])[::-1] if _is_in_channel(m, oldest)]
        return _messages(newest_first, fields)

    def _replies(self, fields: Fields, _: Access) -> dict[str, Any]:
        channel = self._workspace.channel(fields.get("channel"))
        if not channel["member"]:
            raise SlackError("not_in_channel")
        ts = str(fields.get("ts", ""))
        thread = [m for m in self._workspace.messages(channel["id"]) if ts in (m["ts"], m.get("thread_ts"))]
        if not thread:
            raise SlackError("thread_not_found")
        return _messages(thread, fields)

    def _post(self, fields: Fields, access: Access) -> dict[str, Any]:
        self._files.require_shown(fields.get("blocks"))
        message = self._workspace.post(fields, public="chat:write.public" in access.scopes)
        return {"channel": message["channel"], "ts": message["ts"], "message": message_view(message)}

    def _update(self, fields: Fields, _: Access) -> dict[str, Any]:
        self._files.require_shown(fields.get("blocks"))
        message = self._workspace.update(fields)
        answer = {"channel": message["channel"], "ts": message["ts"], "text": message["text"]}
        return answer | {"message": message_view(message)}

    def _delete(self, fields: Fields, _: Access) -> dict[str, Any]:
        message = self._workspace.delete(fields)
        return {"channel": message["channel"], "ts": message["ts"]}

    def _permalink(self, fields: Fields, _: Access) -> dict[str, Any]:
        channel = self._workspace.channel(fields.get("channel"))
        ts = str(fields.get("message_ts", ""))
        if not any(message["ts"] == ts for message in self._workspace.messages(channel["id"])):
            raise SlackError("message_not_found")
        link = f"{self._team_url}archives/{channel['id']}/p{ts.replace('.', '')}"
        return {"channel": channel["id"], "permalink": link}

    def _lookup(self, fields: Fields, _: Access) -> dict[str, Any]:
        return {"user": user_view(self._workspace.user(fields.get("email")))}

    def _begin_upload(self, fields: Fields, _: Access) -> dict[str, Any]:
        return self._files.begin(fields)

    def _complete_upload(self, fields: Fields, _: Access) -> dict[str, Any]:
        channel = self._workspace.channel(fields["channel_id"]) if fields.get("channel_id") else None
        return self._files.complete(fields, channel)


def _is_in_channel(message: dict[str, Any], oldest: float) -> bool:
    """Replies stand in their thread only, unless they were sent to the channel as well."""
    told = not message.get("thread_ts") or message.get("reply_broadcast")
    return bool(told) and float(message["ts"]) >= oldest


def _messages(found: list[dict[str, Any]], fields: Fields) -> dict[str, Any]:
    limit, offset = _page(fields)
    metadata = str(fields.get("include_all_metadata", "")).lower() in ("1", "true")
    page = [message_view(m, metadata=metadata) for m in found[offset : offset + limit]]
    more = offset + limit < len(found)
    cursor = f"next:{offset + limit}" if more else ""
    return {"messages": page, "has_more": more, "response_metadata": {"next_cursor": cursor}}


def _is_listed(channel: dict[str, Any], types: list[str], access: Access) -> bool:
    if channel["private"]:
        return "private_channel" in types and channel["member"] and "groups:read" in access.scopes
    return "public_channel" in types and "channels:read" in access.scopes


def _page(fields: Fields) -> tuple[int, int]:
    limit = str(fields.get("limit") or "100")
    offset = str(fields.get("cursor") or "next:0").removeprefix("next:")
    if not limit.isdigit() or not 1 <= int(limit) <= 1000:
        raise SlackError("invalid_limit")
    if not offset.isdigit():
        raise SlackError("invalid_cursor")
    return int(limit), int(offset)
