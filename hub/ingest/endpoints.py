"""`POST /hooks/{provider}`: where providers announce things."""

import asyncio

from fastapi import APIRouter, Request, Response

from connectors.base.errors import ProviderUnavailable, RequestRejected, SignatureInvalid
from connectors.base.records import InboundRequest
from connectors.registry import UnknownProvider
from hub.errors import InvalidInput, NotFound, PayloadTooLarge, Unauthorized, Unavailable
from hub.ingest import service
from hub.ingest.limits import MAX_BODY_BYTES
from hub.runtime import Runtime

router = APIRouter()


@router.post("/hooks/{provider}", include_in_schema=False)
async def receive_hook(provider: str, request: Request) -> Response:
    """Verify, store, start, answer; everything else happens later."""
    runtime: Runtime = request.app.state.runtime
    inbound = _as_sent(runtime, request, await _body(request))
    try:
        answer = await asyncio.to_thread(service.accept, runtime, provider, inbound)
    except UnknownProvider as error:
        raise NotFound("No such provider.") from error
    except SignatureInvalid as error:
        raise Unauthorized(error.message) from error
    except RequestRejected as error:
        raise InvalidInput(error.message) from error
    except ProviderUnavailable as error:
        raise Unavailable(error.message) from error
    if answer is None:
        return Response(status_code=service.accepted_status(provider))
    return Response(answer.body, status_code=answer.status, media_type=answer.content_type)


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise PayloadTooLarge(f"The body is over {MAX_BODY_BYTES} bytes.")
    return bytes(body)


def _as_sent(runtime: Runtime, request: Request, body: bytes) -> InboundRequest:
    """The request with the address as the provider knows it, which some of them sign."""
    query = f"?{request.url.query}" if request.url.query else ""
    return InboundRequest(
        method=request.method,
        url=f"{runtime.settings.base_url}{request.url.path}{query}",
        headers={name.lower(): value for name, value in request.headers.items()},
        body=body,
    )
