"""Channels, people and messages."""

import json
from typing import Any

from sandbox.kit.ratelimit import RateLimit
from sandbox.kit.refusals import Refusals
from sandbox.kit.store import Doc
from sandbox.kit.world import World
from sandbox.slack.blocks import problems_of
from sandbox.slack.errors import SlackError, TooFast, invalid_blocks
from sandbox.slack.team import APP_ID, BOT_ID, BOT_NAME, BOT_USER_ID, CHANNELS, TEAM_ID, USERS

LONGEST_TEXT = 40_000


class Workspace:
    """What the one team holds."""

    def __init__(self, world: World, limit: RateLimit) -> None:
        self._world = world
        self._limit = limit
        self._refusals = Refusals(world, "slack")
        self._channels = world.collection("slack", "channel")
        self._messages = world.collection("slack", "message")

    def seed(self) -> None:
        """The channels, unless they are there."""
        if not self._channels.count():
            for channel in CHANNELS:
                self._channels.put(channel["id"], {"archived": False, "member": False} | channel)

    def channels(self) -> list[Doc]:
        """Every channel."""
        return self._channels.all()

    def channel(self, key: Any) -> Doc:
        """By id, or by `#name`; a private channel that the app is not in does not exist for it. Raises `SlackError`."""
        name = str(key or "").removeprefix("#")
        found = self._channels.find(lambda c: name in (c["id"], c["name"]) and (c["member"] or not c["private"]))
        if not found:
            raise SlackError("channel_not_found")
        return found[0]

    def make(self, name: str, *, private: bool, member: bool) -> Doc:
        """A new channel, as people make them."""
        channel: Doc = {"id": f"C0{name.upper().replace('-', '')}", "name": name, "purpose": "", "archived": False}
        channel |= {"private": private, "member": member}
        self._channels.put(channel["id"], channel)
        return channel

    def join(self, key: Any) -> tuple[Doc, bool]:
        """Become a member; says whether the app was one already. Raises `SlackError`."""
        channel = self.channel(key)
        if channel["archived"]:
            raise SlackError("is_archived")
        self._channels.put(channel["id"], channel | {"member": True})
        return channel | {"member": True}, channel["member"]

    def user(self, email: Any) -> Doc:
        """By e-mail. Raises `SlackError`."""
        found = [user for user in USERS if user["email"] == str(email or "").lower()]
        if not found:
            raise SlackError("users_not_found")
        return found[0]

    def messages(self, channel_id: str) -> list[Doc]:
        """A channel's messages, oldest first."""
        return self._messages.find(lambda message: message["channel"] == channel_id)

    def all_messages(self) -> list[Doc]:
        """Every message, oldest first."""
        return self._messages.all()

    def post(self, fields: dict[str, Any], *, public: bool) -> Doc:
        """Say something; `public` allows it in channels the app has not joined. Raises `SlackError`, `TooFast`."""
        channel = self.channel(fields.get("channel"))
        if channel["archived"]:
            raise SlackError("is_archived")
        if not channel["member"] and not public:
            raise SlackError("not_in_channel")
        content = _content(fields)
        self._take_turn(channel["id"])
        message = {
            "channel": channel["id"],
            "ts": self._timestamp(),
            "edited": None,
            "thread_ts": fields.get("thread_ts"),
            "reply_broadcast": str(fields.get("reply_broadcast", "")).lower() in ("1", "true"),
        }
        message |= content
        self._messages.put(message["ts"], message)
        return message

    def update(self, fields: dict[str, Any]) -> Doc:
        """Say something else instead. Raises `SlackError`."""
        channel = self.channel(fields.get("channel"))
        message = self._messages.get(str(fields.get("ts", "")))
        if message is None or message["channel"] != channel["id"]:
            raise SlackError("message_not_found")
        changed = message | _content(fields) | {"edited": self._world.clock().isoformat()}
        self._messages.put(message["ts"], changed)
        return changed

    def delete(self, fields: dict[str, Any]) -> Doc:
        """Take a message back. Raises `SlackError`."""
        channel = self.channel(fields.get("channel"))
        message = self._messages.get(str(fields.get("ts", "")))
        if message is None or message["channel"] != channel["id"]:
            raise SlackError("message_not_found")
        self._messages.delete(message["ts"])
        return message

    def _take_turn(self, channel_id: str) -> None:
        wait = self._limit.wait_for(channel_id, self._world.clock())
        if wait:
            self._refusals.count("messages per channel")
            raise TooFast(max(1, round(wait)))

    def _timestamp(self) -> str:
        """Unique within the team, as real ones are within a channel."""
        micros = int(self._world.clock().timestamp() * 1_000_000)
        while self._messages.get(stamp := f"{micros // 1_000_000}.{micros % 1_000_000:06d}"):
            micros += 1
        return stamp


def message_view(message: Doc, *, metadata: bool = True) -> dict[str, Any]:
    """A message as the API shows it, with or without its metadata."""
    view = {
        "type": "message",
        "user": BOT_USER_ID,
        "bot_id": BOT_ID,
        "text": message["text"],
        "ts": message["ts"],
        "bot_profile": {
            "id": BOT_ID,
            "app_id": APP_ID,
            "name": BOT_NAME,
            "team_id": TEAM_ID,
            "deleted": False,
            "updated": 1_760_000_000,
            "icons": dict.fromkeys(("image_36", "image_48", "image_72"), "https://a.slack-edge.com/bot.png"),
        },
    }
    optional = {key: message[key] for key in ("blocks", "thread_ts", "metadata") if message.get(key)}
    if not metadata:
        optional.pop("metadata", None)
    return view | optional


def _content(fields: dict[str, Any]) -> dict[str, Any]:
    text = str(fields.get("text") or "")
    blocks = _parsed(fields.get("blocks"), "invalid_blocks_format")
    metadata = _parsed(fields.get("metadata"), "invalid_metadata_format")
    if blocks:
        _check_blocks(blocks)
    if not text and not blocks:
        raise SlackError("no_text")
    if len(text) > LONGEST_TEXT:
        raise SlackError("msg_too_long")
    return {"text": text, "blocks": blocks or [], "metadata": metadata}


def _check_blocks(blocks: Any) -> None:
    problems = problems_of(blocks)
    if problems:
        raise invalid_blocks(problems)


def _parsed(value: Any, error: str) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value) if value else None
    except ValueError as problem:
        raise SlackError(error) from problem
