"""What every endpoint of the API shares in the OpenAPI document: errors, pages, input that any store can hold."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel, ConfigDict, model_validator

Item = TypeVar("Item")

Identifier = Annotated[str, Query(max_length=64, pattern=r"^[A-Za-z0-9_]+$")]
Cursor = Annotated[str | None, Query(max_length=64, pattern=r"^[A-Za-z0-9_]+$", description="`next_cursor`, as given.")]
Limit = Annotated[int, Query(ge=1, le=100, description="Rows of a page.")]


class ErrorDetails(BaseModel):
    """What went wrong. `code` is stable; quote `request_id` to support."""

    code: str
    message: str
    request_id: str
    details: dict[str, Any] | None = None


class ErrorAnswer(BaseModel):
    """The shape of every error."""

    error: ErrorDetails


class Listing(BaseModel, Generic[Item]):
    """One page, newest first. `next_cursor` is null on the last page."""

    data: list[Item]
    next_cursor: str | None = None


class Input(BaseModel):
    """A request body: unknown fields are refused, and so is text that not every store can hold."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _storable(cls, value: Any) -> Any:
        require_storable(value)
        return value


def require_storable(value: Any) -> None:
    """Raises `ValueError` for NUL characters and lone surrogates, however deep."""
    if isinstance(value, str):
        if "\x00" in value or any("\ud800" <= character <= "\udfff" for character in value):
            raise ValueError("text must not hold NUL characters or lone surrogates")
    elif isinstance(value, Mapping):
        for key, item in value.items():
            require_storable(key)
            require_storable(item)
    elif isinstance(value, list | tuple):
        for item in value:
            require_storable(item)


def form_fields(properties: Mapping[str, Any]) -> dict[str, Any]:
    """The same fields in a form, where nothing can be null: what is not meant is left out."""
    return {name: _without_null(field) for name, field in properties.items()}


def _without_null(field: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in field.items() if name != "default" or value is not None}
    if "anyOf" in kept:
        kept["anyOf"] = [choice for choice in kept["anyOf"] if choice != {"type": "null"}]
    return kept


_EXAMPLES: Final[Mapping[int, tuple[str, str, str]]] = {
    400: ("The request cannot be understood.", "validation_error", "The body is not valid JSON."),
    401: ("The API key is missing, wrong, revoked or expired.", "unauthorized", "This API key does not exist."),
    403: ("The key may not do this.", "forbidden", "This key does not have the scope `analyse`."),
    404: ("There is no such thing for this organisation.", "not_found", "There is no such job."),
    408: ("The request came too slowly.", "timeout", "The body came too slowly."),
    409: ("The current state does not allow it.", "conflict", "The session has ended."),
    413: ("The body is over the limit of the plan.", "payload_too_large", "The file is over 1073741824 bytes."),
    415: ("The format is not taken.", "unsupported_media_type", "Send JSON or multipart/form-data."),
    422: ("The request is well-formed but not acceptable.", "validation_error", "Some fields are missing or wrong."),
    429: ("Too many calls for the plan.", "rate_limited", "Your plan takes 60 requests a minute."),
    500: ("Our fault.", "internal_error", "Something went wrong on our side."),
    503: ("Come back in a moment.", "unavailable", "Too much is being analysed at the moment."),
}
_PASSING: Final[Mapping[int, str]] = {
    409: "Seconds to wait, where the first request with this Idempotency-Key is still under way.",
    429: "Seconds to wait.",
    503: "Seconds to wait.",
}
_ALWAYS: Final = (400, 401, 403, 408, 413, 422, 429, 500)


def error_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The OpenAPI `responses` of an endpoint: those that every one can give, and these."""
    return only_errors(*_ALWAYS, *statuses)


def only_errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The same for an endpoint that can give no other errors than these."""
    return {status: _response(status) for status in sorted({*statuses})}


def _response(status: int) -> dict[str, Any]:
    description, code, message = _EXAMPLES[status]
    example = {"error": {"code": code, "message": message, "request_id": "req_01k9f3m2t8xq4w7d5b6n0v1c2a"}}
    found: dict[str, Any] = {
        "model": ErrorAnswer,
        "description": description,
        "content": {"application/json": {"example": example}},
    }
    if status in _PASSING:
        found["headers"] = {"Retry-After": {"description": _PASSING[status], "schema": {"type": "integer"}}}
    return found
