"""`/zoom/v2/chat/users/{user}/messages`: what the connected user writes to contacts."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from sandbox.kit.clock import iso, parse_iso
from sandbox.kit.store import Doc
from sandbox.kit.world import World
from sandbox.zoom.account import CONTACTS, HOST_EMAIL, HOST_ID
from sandbox.zoom.errors import ZoomError

LONGEST_MESSAGE = 1024
LARGEST_PAGE = 50

Body = dict[str, Any]


class Chat:
    """The conversations of the one user; a conversation with oneself is allowed, as in the client."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._messages = world.collection("zoom", "chat_message")

    def send(self, message: Body) -> Body:
        """Keep a message. Raises `ZoomError`."""
        text, to = _checked(message)
        now = self._world.clock()
        kept: Doc = {"id": str(uuid4()), "message": text, "to_contact": to, "sender": HOST_EMAIL, "sender_id": HOST_ID}
        kept |= {"date_time": iso(now), "timestamp": int(now.timestamp() * 1000), "edited": False}
        self._messages.put(kept["id"], kept)
        return {"id": kept["id"]}

    def edit(self, message_id: str, change: Body) -> None:
        """Change a message's text. Raises `ZoomError`."""
        text, to = _checked(change)
        found = self._messages.get(message_id)
        if found is None or found["to_contact"] != to:
            raise ZoomError(404, 5301, "The message does not exist.")
        self._messages.put(message_id, found | {"message": text, "edited": True})

    def delete(self, message_id: str) -> None:
        """Take a message away, as a person can in the client."""
        self._messages.delete(message_id)

    def listing(self, query: dict[str, str]) -> Body:
        """One page of a conversation, newest first: of a day, or between two instants."""
        to = _contact(query.get("to_contact", ""))
        begin, end = self._range(query)
        found = [each for each in reversed(self.all()) if each["to_contact"] == to]
        found = [each for each in found if begin <= parse_iso(each["date_time"]) <= end]
        size, offset = _page(query)
        following = f"page-{offset + size}" if offset + size < len(found) else ""
        page = [_view(each) for each in found[offset : offset + size]]
        return {"page_size": size, "next_page_token": following, "messages": page}

    def all(self) -> list[Doc]:
        """Every message, oldest first."""
        return self._messages.all()

    def _range(self, query: dict[str, str]) -> tuple[datetime, datetime]:
        today = self._world.clock().date().isoformat()
        try:
            if "from" in query and "to" in query:
                return parse_iso(query["from"]), parse_iso(query["to"])
            day = datetime.fromisoformat(query.get("date") or today).replace(tzinfo=UTC)
        except ValueError as error:
            raise ZoomError(400, 300, "Invalid date format.") from error
        return day, day + timedelta(days=1)


def _checked(message: Body) -> tuple[str, str]:
    text = message.get("message")
    if not isinstance(text, str) or not 0 < len(text) <= LONGEST_MESSAGE:
        raise ZoomError(400, 300, "Validation Failed.")
    return text, _contact(message.get("to_contact"))


def _contact(value: object) -> str:
    if value not in CONTACTS:
        raise ZoomError(400, 300, f"The value that you entered in the to_contact field is invalid: {value}.")
    return str(value)


def _page(query: dict[str, str]) -> tuple[int, int]:
    size, offset = query.get("page_size", "10"), query.get("next_page_token", "page-0").removeprefix("page-")
    if not size.isdigit() or not offset.isdigit() or not 0 < int(size) <= LARGEST_PAGE:
        raise ZoomError(400, 300, "Validation Failed.")
    return int(size), int(offset)


def _view(kept: Doc) -> Body:
    names = ("id", "message", "sender", "date_time", "timestamp")
    return {name: kept[name] for name in names} | ({"message_modification": "edited"} if kept["edited"] else {})
