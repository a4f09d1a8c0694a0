"""Answers to people when something is not there, not allowed or went wrong."""

from fastapi import Request
from fastapi.responses import Response

from hub.console.rendering import page
from hub.errors import request_id

_HEADINGS = {403: "You can't do that", 404: "There is nothing here", 500: "Something went wrong on our side"}
_MISSING = "The page may have been deleted, or its address is not complete."


def not_found(request: Request) -> Response:
    """The page for a row that does not exist, or is another organisation's."""
    return error_page(request, 404, _MISSING)


def error_page(request: Request, status: int, message: str) -> Response:
    """One page for all errors; it reads nothing from the store, which may be what failed."""
    return page(
        request,
        "errors/error.html",
        status=status,
        heading=_HEADINGS.get(status, "That did not work"),
        text=message,
        request_id=request_id(request) if status >= 500 else "",
    )
