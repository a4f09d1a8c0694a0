"""What every answer of Zoom's tells: its JSON, and the time by Zoom's own clock."""

from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from connectors.base.answers import object_in


def body_of(answer: httpx.Response) -> Mapping[str, Any]:
    """The JSON object of an answer; raises as `connectors.base.answers.object_in` does."""
    return object_in(answer, "Zoom")


def their_now(answer: httpx.Response) -> datetime | None:
    """The present by Zoom's clock; None when the answer does not tell."""
    try:
        return parsedate_to_datetime(answer.headers.get("date", ""))
    except ValueError:
        return None
