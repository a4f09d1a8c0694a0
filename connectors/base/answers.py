"""Answers that should be JSON objects."""

from collections.abc import Mapping
from typing import Any

import httpx

from connectors.base.errors import ProviderUnavailable, RequestRejected


def object_in(answer: httpx.Response, provider: str) -> Mapping[str, Any]:
    """The JSON object of an answer.

    Raises `RequestRejected` for a redirect, which calls of an API do not follow, and `ProviderUnavailable` for
    anything else: something in between has answered.
    """
    status = answer.status_code
    if 300 <= status < 400:
        raise RequestRejected(f"{provider} redirects ({status}), which is not followed", code="redirect", status=status)
    try:
        value = answer.json()
    except (ValueError, RecursionError) as error:
        raise ProviderUnavailable(f"{provider} sent something that is not JSON", status=status) from error
    if not isinstance(value, dict):
        raise ProviderUnavailable(f"{provider} sent JSON of another shape", status=status)
    return value
