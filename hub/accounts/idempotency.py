"""`Idempotency-Key`: a POST that is sent again gives the first one's answer, and does nothing.

Answers are kept for a day, sealed, because some of them show a secret once. Only answers below 400 are kept: a
request that failed may be sent again with the same key. Uploads are told apart by address alone, since reading one
twice would be the work that the key is there to save.
"""

import asyncio
import base64
import hashlib
import json
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any, Final

from fastapi import Request, Response
from sqlmodel import Session, col, delete

from hub.accounts.api_access import identify_request
from hub.accounts.models import IdempotentRequest
from hub.errors import BadRequest, Conflict, InvalidInput
from hub.kit.insert import insert_once
from hub.kit.multipart import read_body
from hub.runtime import Runtime

HEADER: Final = "idempotency-key"
KEEP: Final = timedelta(days=1)
_GIVEN_UP: Final = timedelta(minutes=15)
"""After this long without an answer the first request is taken for dead."""
_LONGEST: Final = 255
_MOST_JSON_BYTES: Final = 36 * 1024 * 1024
"""Beside the documents of a plan: more than a clip of 25 MB in base64, the longest JSON that routes take."""
_KEPT_HEADERS: Final = ("content-type", "location")

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


async def once(request: Request, handler: Handler) -> Response:
    """The handler's answer, or the one that the first request with this key was given. Raises `HubError`."""
    runtime: Runtime = request.app.state.runtime
    row = await _row(request, runtime)
    if known := await asyncio.to_thread(_begin, runtime, row):
        return known
    try:
        response = await handler(request)
    except BaseException:
        await asyncio.shield(asyncio.to_thread(_release, runtime, row.id))
        raise
    if response.status_code >= 400:
        await asyncio.to_thread(_release, runtime, row.id)
    else:
        await asyncio.to_thread(_keep, runtime, row.id, response)
    return response


async def _row(request: Request, runtime: Runtime) -> IdempotentRequest:
    given = request.headers[HEADER]
    if not 1 <= len(given) <= _LONGEST:
        raise BadRequest(f"An Idempotency-Key has 1 to {_LONGEST} characters.")
    caller = await identify_request(request)
    identity = hashlib.sha256(f"{caller.actor}\n{given}".encode()).hexdigest()
    return IdempotentRequest(
        id=f"idm_{identity}",
        organisation_id=caller.organisation_id,
        fingerprint=await _fingerprint(request, _MOST_JSON_BYTES + caller.plan.documents_bytes),
        created_at=runtime.clock(),
    )


async def _fingerprint(request: Request, limit_bytes: int) -> str:
    told = hashlib.sha256(f"{request.url.path}?{request.url.query}\n".encode())
    if request.headers.get("content-type", "").startswith("application/json"):
        # kept where Starlette keeps it for whoever reads next; its own `body` would take any size, at any pace
        request._body = await read_body(request, limit_bytes)
        told.update(request._body)
    return told.hexdigest()


def _begin(runtime: Runtime, row: IdempotentRequest) -> Response | None:
    """The earlier answer; None when this is the first request. Raises `Conflict` and `InvalidInput`."""
    now = runtime.clock()
    with runtime.database.transaction() as session:
        _forget(session, row, now - _GIVEN_UP, now - KEEP)
        if insert_once(session, row, on=("id",)):
            return None
        known = session.get_one(IdempotentRequest, row.id)
        if known.fingerprint != row.fingerprint:
            raise InvalidInput("This Idempotency-Key was used for another request.")
        if known.answer is None:
            raise _under_way()
        return _replayed(runtime, known, known.answer)


def _under_way() -> Conflict:
    """The one conflict that passes by itself, so it says when to ask again."""
    error = Conflict("The first request with this Idempotency-Key is still under way.")
    error.headers = {"Retry-After": "1"}
    return error


def _forget(session: Session, row: IdempotentRequest, given_up: Any, expired: Any) -> None:
    model = IdempotentRequest
    own = col(model.id) == row.id
    session.exec(delete(model).where(own, col(model.answer).is_(None), col(model.created_at) < given_up))
    session.exec(delete(model).where(own, col(model.created_at) < expired))


def _replayed(runtime: Runtime, known: IdempotentRequest, answer: str) -> Response:
    kept = json.loads(runtime.vault.open(answer, answer_context(known.id)))
    headers = {**kept["headers"], "Idempotency-Replayed": "true"}
    return Response(base64.b64decode(kept["body"]), status_code=known.status, headers=headers)


def _keep(runtime: Runtime, row_id: str, response: Response) -> None:
    headers = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
    kept = {"headers": headers, "body": base64.b64encode(response.body).decode()}
    with runtime.database.transaction() as session:
        row = session.get(IdempotentRequest, row_id)
        if row is not None:
            row.status = response.status_code
            row.answer = runtime.vault.seal(json.dumps(kept).encode(), answer_context(row_id))


def _release(runtime: Runtime, row_id: str) -> None:
    with runtime.database.transaction() as session:
        session.exec(delete(IdempotentRequest).where(col(IdempotentRequest.id) == row_id))


def forget_answers(runtime: Runtime) -> None:
    """Delete what is past its day."""
    with runtime.database.transaction() as session:
        before = runtime.clock() - KEEP
        session.exec(delete(IdempotentRequest).where(col(IdempotentRequest.created_at) < before))


def answer_context(row_id: str) -> str:
    """What a kept answer is bound to."""
    return f"idempotent-request:{row_id}"
