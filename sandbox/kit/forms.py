"""Reading what callers send."""

import base64
import binascii
import json
from typing import Any

from fastapi import Request


async def form_fields(request: Request) -> dict[str, str]:
    """The text fields of a form body."""
    form = await request.form()
    return {key: value for key, value in form.items() if isinstance(value, str)}


async def json_or_form(request: Request) -> dict[str, Any]:
    """The body as JSON object or form, by its content type; query parameters count too. Raises `ValueError`."""
    fields: dict[str, Any] = dict(request.query_params)
    if "json" in request.headers.get("content-type", ""):
        body = json.loads(await request.body() or b"{}")
        if not isinstance(body, dict):
            raise ValueError("the body is not an object")
        return fields | body
    return fields | await form_fields(request)


def bearer(request: Request) -> str | None:
    """The bearer token of the Authorization header (Salesforce also says `OAuth`)."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() in ("bearer", "oauth") else None


def basic(request: Request) -> tuple[str | None, str | None]:
    """Name and secret of HTTP Basic; None for both without it."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None, None
    try:
        name, _, secret = base64.b64decode(value).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None, None
    return name, secret
