"""Addresses that codes may be sent to: written out in full when an app is registered, and compared letter by letter."""

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import SplitResult, urlsplit

from hub.accounts.errors import DetailsInvalid

MOST: Final = 10
_LONGEST: Final = 500
_LETTERS: Final = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")
_PRIVATE_SCHEME: Final = re.compile(r"[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+")
_LOOPBACK: Final = ("127.0.0.1", "::1")


def clean_redirect_uris(values: Iterable[str], *, public: bool) -> list[str]:
    """The addresses in order, each once. Raises `DetailsInvalid`.

    Https anywhere; plain http on this machine alone; public apps may also have a scheme of their own, which holds a
    dot so that it is somebody's (RFC 8252, section 7.1) and is never `javascript` or `data`.
    """
    found = list(dict.fromkeys(value.strip() for value in values if value.strip()))
    if not 1 <= len(found) <= MOST:
        raise DetailsInvalid("redirect_uris", f"Enter 1 to {MOST} redirect addresses, one in each line.")
    for value in found:
        _require_sound(value, public)
    return found


def is_registered(redirect_uri: str, registered: Iterable[str], *, any_loopback_port: bool) -> bool:
    """Whether codes may be sent there.

    A public app that listens on this machine takes whichever port is free, so the port of a loopback address does not
    count for it (RFC 8252, section 7.3; RFC 9700, section 2.1). Everything else has to be the same.
    """
    known = set(registered)
    if redirect_uri in known:
        return True
    return any_loopback_port and _without_port(redirect_uri) in {_without_port(each) for each in known} - {None}


def form_target(redirect_uri: str) -> str:
    """The address as a content security policy names it."""
    parts = urlsplit(redirect_uri)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else f"{parts.scheme}:"


def _require_sound(value: str, public: bool) -> None:
    parts = _split(value)
    if len(value) > _LONGEST or not _LETTERS.fullmatch(value) or parts is None or "#" in value or "@" in parts.netloc:
        raise DetailsInvalid("redirect_uris", f"{value[:80]} cannot be a redirect address.")
    if parts.scheme == "https" and parts.hostname and "*" not in parts.netloc:
        return
    if parts.scheme == "http" and parts.hostname in {*_LOOPBACK, "localhost"}:
        return
    if public and _PRIVATE_SCHEME.fullmatch(parts.scheme) and parts.path.startswith("/") and not parts.netloc:
        return
    raise DetailsInvalid(
        "redirect_uris",
        f"{value[:80]} is not https. Plain http works for 127.0.0.1 only, and public apps may use a scheme of their "
        "own such as com.example.app:/callback.",
    )


def _split(value: str) -> SplitResult | None:
    try:
        parts = urlsplit(value)
        return parts if parts.port is None or parts.port > 0 else None
    except ValueError:
        return None


def _without_port(value: str) -> tuple[str, str, str] | None:
    """What is left of a loopback address; None for any other."""
    parts = _split(value)
    if parts is None or parts.scheme != "http" or parts.hostname not in _LOOPBACK or "@" in parts.netloc:
        return None
    return parts.hostname, parts.path, parts.query
