"""What every answer of Zoom's tells: its JSON, and the time by Zoom's own clock."""

from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from connectors.base.errors import ProviderUnavailable


def body_of(answer: httpx.Response) -> Mapping[str, Any]:
    """The JSON object of an answer. Raises `ProviderUnavailable` for anything else."""
    try:
        body = answer.json()
    except (ValueError, RecursionError) as error:
        raise ProviderUnavailable("Zoom sent something that is not JSON", status=answer.status_code) from error
    if not isinstance(body, dict):
        raise ProviderUnavailable("Zoom sent JSON of another shape", status=answer.status_code)
    return body


def their_now(answer: httpx.Response) -> datetime | None:
    """The present by Zoom's clock; None when the answer does not tell."""
    try:
        return parsedate_to_datetime(answer.headers.get("date", ""))
    except ValueError:
        return None
