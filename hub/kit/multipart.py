"""Bodies that may be large: read as they come, bounded, and never whole in memory unless they are small."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect

from hub.errors import BadRequest, PayloadTooLarge, UnsupportedMedia

IDLE_S: Final = 30.0
"""A client that sends nothing for this long is given up."""
_PARSE_BYTES: Final = 1024 * 1024
_MOST_PARTS: Final = 200
_LONGEST_NAME: Final = 200


class Sink(Protocol):
    """Takes one part's bytes."""

    def write(self, data: bytes) -> None:
        """Take the next bytes; called from a worker thread."""

    def close(self) -> None:
        """The part is complete."""


@dataclass(frozen=True)
class PartHead:
    """What a part says about itself: all of it may be hostile."""

    name: str
    filename: str | None
    content_type: str


OpenPart = Callable[[PartHead], Sink]


@dataclass
class TextRoom:
    """What the fields of one form may hold in memory together."""

    limit_bytes: int
    taken: int = 0

    def take(self, size: int) -> None:
        """Raises `PayloadTooLarge` where that does not fit any more."""
        if self.taken + size > self.limit_bytes:
            raise PayloadTooLarge(f"The fields of the form are together over {self.limit_bytes} bytes.")
        self.taken += size


@dataclass
class TextSink:
    """A form field, kept in memory up to `limit_bytes`, and up to what other fields leave of `room`."""

    limit_bytes: int
    room: TextRoom | None = None
    data: bytearray = field(default_factory=bytearray)

    def write(self, data: bytes) -> None:
        """Raises `PayloadTooLarge`."""
        if len(self.data) + len(data) > self.limit_bytes:
            raise PayloadTooLarge(f"A form field is over {self.limit_bytes} bytes.")
        if self.room is not None:
            self.room.take(len(data))
        self.data += data

    def close(self) -> None:
        """Nothing is open."""

    @property
    def text(self) -> str:
        """The field as text. Raises `BadRequest` where it is none."""
        try:
            return self.data.decode("utf-8")
        except UnicodeDecodeError as error:
            raise BadRequest("A form field is not UTF-8 text.") from error


async def read_body(request: Request, limit_bytes: int) -> bytes:
    """A small body, whole. Raises `PayloadTooLarge` and `BadRequest`."""
    body = bytearray()
    async for chunk in chunks(request):
        body += chunk
        if len(body) > limit_bytes:
            raise PayloadTooLarge(f"The body is over {limit_bytes} bytes.")
    return bytes(body)


async def receive_parts(request: Request, open_part: OpenPart) -> None:
    """Give each part of a multipart/form-data body to the sink that `open_part` makes for it.

    Raises `UnsupportedMedia`, `BadRequest` and whatever sinks raise.
    """
    reader = _Reader(open_part)
    parser = MultipartParser(_boundary(request), reader.callbacks(), max_header_count=16)
    held = bytearray()
    try:
        async for chunk in chunks(request):
            held += chunk
            if len(held) >= _PARSE_BYTES:
                await asyncio.to_thread(parser.write, bytes(held))
                held.clear()
        await asyncio.to_thread(parser.write, bytes(held))
    except FormParserError as error:
        raise BadRequest("The multipart body is damaged.") from error
    finally:
        reader.close()
    if not reader.complete:
        raise BadRequest("The multipart body ends before its last boundary.")


async def chunks(request: Request) -> AsyncIterator[bytes]:
    """The body as it arrives. Raises `BadRequest` when it stops coming."""
    stream = request.stream()
    while True:
        try:
            async with asyncio.timeout(IDLE_S):
                chunk = await anext(stream)
        except StopAsyncIteration:
            return
        except TimeoutError as error:
            raise BadRequest("The body stopped coming.") from error
        except ClientDisconnect as error:
            raise BadRequest("The connection was closed before the body was complete.") from error
        yield chunk


def is_multipart(request: Request) -> bool:
    """Whether the body says that it is a form with files."""
    return request.headers.get("content-type", "").lower().startswith("multipart/form-data")


def _boundary(request: Request) -> bytes:
    _, options = parse_options_header(request.headers.get("content-type", ""))
    boundary = options.get(b"boundary", b"")
    if not is_multipart(request) or not 1 <= len(boundary) <= 70:
        raise UnsupportedMedia("Send multipart/form-data with a boundary.")
    return boundary


class _Reader:
    """Turns the parser's events into writes on sinks."""

    def __init__(self, open_part: OpenPart) -> None:
        self.complete = False
        self._open_part = open_part
        self._sink: Sink | None = None
        self._parts = 0
        self._headers: dict[bytes, bytes] = {}
        self._name = self._value = b""

    def callbacks(self) -> Any:
        """By the parser's names."""
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._header_name,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_headers_finished": self._open,
            "on_part_data": self._write,
            "on_part_end": self.close,
            "on_end": self._end,
        }

    def close(self) -> None:
        """Close what is open."""
        if self._sink is not None:
            self._sink.close()
        self._sink = None

    def _begin(self) -> None:
        self._parts += 1
        if self._parts > _MOST_PARTS:
            raise BadRequest(f"The body has more than {_MOST_PARTS} parts.")
        self._headers = {}

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        self._headers[self._name.lower()] = self._value
        self._name = self._value = b""

    def _open(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        filename = options.get(b"filename")
        head = PartHead(
            name=_text(options.get(b"name", b"")),
            filename=None if filename is None else _text(filename),
            content_type=_text(self._headers.get(b"content-type", b"")).split(";")[0].strip().lower(),
        )
        self._sink = self._open_part(head)

    def _write(self, data: bytes, start: int, end: int) -> None:
        if self._sink is not None:
            self._sink.write(data[start:end])

    def _end(self) -> None:
        self.complete = True


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", errors="replace")[:_LONGEST_NAME]
