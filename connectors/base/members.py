"""The members of one JSON object with their own bytes, also of values nested too deeply to be read."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

LARGEST: Final = 64 * 1024 * 1024
TOO_DEEP: Final = object()
"""Stands for a value that no parser descends into."""
_SPACE = re.compile(r"[ \t\r\n]*")
_NESTED = re.compile(r'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]')
_DECODER: Final = json.JSONDecoder()

Members = Mapping[str, tuple[bytes, Any]]
"""By name: how the value is spelt, and the value."""


def members_of(data: bytes) -> Members:
    """The members of the object in `data`; a value that is nested too deeply is `TOO_DEEP`. Raises `ValueError`."""
    if len(data) > LARGEST:
        raise ValueError(f"it is over {LARGEST // 1024**2} MiB")
    try:
        text = data.decode("utf-8-sig")
        return {name: (text[start:end].encode(), value) for name, start, end, value in _scan(text)}
    except UnicodeDecodeError as error:
        raise ValueError("it is not UTF-8 text") from error


def _scan(text: str) -> Iterator[tuple[str, int, int, Any]]:
    """Name, begin, end and value of the members of one JSON object. Raises `ValueError`."""
    at = _expect(text, 0, "{")
    if text[at : at + 1] == "}":
        return _end(text, at + 1)
    while True:
        name, at = _DECODER.raw_decode(text, at)
        if not isinstance(name, str):
            raise ValueError("a member has no name")
        start = _expect(text, at, ":")
        value, end = _value(text, start)
        yield name, start, end, value
        at = _skip(text, end)
        if text[at : at + 1] == "}":
            return _end(text, at + 1)
        at = _expect(text, at, ",")


def _value(text: str, start: int) -> tuple[Any, int]:
    try:
        return _DECODER.raw_decode(text, start)
    except RecursionError:
        return TOO_DEEP, _closing(text, start)


def _closing(text: str, start: int) -> int:
    """Where the value that opens at `start` is closed, found without descending into it."""
    depth = 0
    for match in _NESTED.finditer(text, start):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(match[0], 0)
        if depth == 0:
            return match.end()
    raise ValueError("a value is not closed")


def _expect(text: str, at: int, mark: str) -> int:
    at = _skip(text, at)
    if text[at : at + 1] != mark:
        raise ValueError(f"expected {mark!r} at character {at}: a recorded call is a JSON object")
    return _skip(text, at + 1)


def _end(text: str, at: int) -> None:
    if _skip(text, at) != len(text):
        raise ValueError(f"something follows the object at character {at}")


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at
