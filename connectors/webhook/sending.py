"""One delivery attempt, and what its answer means (Standard Webhooks, "Operational considerations")."""

from collections.abc import Mapping
from datetime import UTC, datetime

import httpx

from connectors.base.errors import ConnectorError, ProviderUnavailable, RateLimited, RequestRejected
from connectors.base.http import retry_after

_OK = range(200, 300)
_REDIRECTS = range(300, 400)
_SAY_WHEN = {429, 503}
"""Answers that `Retry-After` belongs to (RFC 9110, section 10.2.3)."""


async def send(client: httpx.AsyncClient, url: str, headers: Mapping[str, str], body: bytes) -> int:
    """POST the signed body through the caller's guarded client; the status, which is 2xx. The answer is not read.

    Raises `RequestRejected` for 410 (`code="gone"`: the subscriber wants no more) and for redirects, which are never
    followed, `RateLimited` for 429, and `ProviderUnavailable` for any other answer, time-outs and broken connections:
    a subscriber's 404 or 400 is mostly a deployment that went wrong, and heals.
    """
    everything = {"content-type": "application/json", **headers}
    try:
        async with client.stream("POST", url, headers=everything, content=body, follow_redirects=False) as response:
            if response.status_code not in _OK:
                raise _error(response)
            return response.status_code
    except httpx.TimeoutException as error:
        raise ProviderUnavailable("the endpoint did not answer in time", code="timeout") from error
    except httpx.TransportError as error:
        raise ProviderUnavailable(f"no connection to the endpoint ({type(error).__name__})", code="network") from error
    except httpx.InvalidURL as error:
        raise RequestRejected("the endpoint's address is not valid", code="invalid_url") from error


def _error(response: httpx.Response) -> ConnectorError:
    status = response.status_code
    if status == 410:
        return RequestRejected("the endpoint is gone and wants no more messages", code="gone", status=status)
    if status in _REDIRECTS:
        return RequestRejected("the endpoint redirects, which is not followed", code="redirect", status=status)
    wait_s = retry_after(response.headers, datetime.now(UTC)) if status in _SAY_WHEN else None
    if status == 429:
        return RateLimited("the endpoint asks to wait", retry_after=wait_s, status=status)
    return ProviderUnavailable(f"the endpoint answered {status}", retry_after=wait_s, status=status)
