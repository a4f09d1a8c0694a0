"""Structured logs that hold ids and facts, never people's names, addresses, bodies or secrets."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, Final, Literal

import structlog

_SECRET_WORDS: Final = ("token", "secret", "password", "authorization", "cookie", "key_hash", "email", "body")
_REDACTED: Final = "[redacted]"


def configure(log_format: Literal["console", "json"]) -> None:
    """Set up logging for the process; everything goes to standard error, so that commands can print results."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            redact,
            structlog.processors.format_exc_info,
            _renderer(log_format),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def redact(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Blank every value whose name says that it is secret or personal."""
    for name in event:
        if any(word in name.lower() for word in _SECRET_WORDS):
            event[name] = _REDACTED
    return event


def _renderer(log_format: str) -> Any:
    if log_format == "json":
        return structlog.processors.JSONRenderer()
    return structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)
