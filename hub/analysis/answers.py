"""Answers about results, rendered once: a result does not change, so its bytes are kept beside the store for a while.

Every answer begins with the job's row as it is now. What is kept is found only through a completed row, so a result
that was cancelled or forgotten, by whichever process, is not shown again.
"""

import gzip
import json
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple
from weakref import WeakKeyDictionary

from fastapi import Request, Response
from fastapi.responses import JSONResponse
from sqlmodel import col, select

from hub.analysis.models import Analysis, JobState
from hub.analysis.schemas import answer_of
from hub.analysis.standings import Standing
from hub.errors import request_id
from hub.kit.batching import Batcher
from hub.kit.database import Database
from hub.runtime import Runtime

_MOST_BYTES: Final = 64 * 1024**2
_KEPT_FOR_S: Final = 600.0
_WORTH_PACKING: Final = 1024
_AT_ONCE: Final = 4


@dataclass(frozen=True)
class Rendered:
    """A whole answer, plain and compressed."""

    plain: bytes
    packed: bytes | None

    @property
    def size(self) -> int:
        """Bytes of both."""
        return len(self.plain) + len(self.packed or b"")


class Shelf:
    """The answers that were asked for last, up to a number of bytes."""

    def __init__(self, most_bytes: int = _MOST_BYTES, kept_for_s: float = _KEPT_FOR_S) -> None:
        self._most_bytes = most_bytes
        self._kept_for_s = kept_for_s
        self._kept: OrderedDict[str, tuple[float, Rendered]] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()

    def get(self, key: str) -> Rendered | None:
        """What was put there, unless it was long ago."""
        with self._lock:
            made_at, found = self._kept.get(key, (0.0, None))
            if found is None or time.monotonic() - made_at > self._kept_for_s:
                return None
            self._kept.move_to_end(key)
            return found

    def put(self, key: str, rendered: Rendered) -> None:
        """Keep it; others make room."""
        with self._lock:
            self._drop(key)
            self._kept[key] = (time.monotonic(), rendered)
            self._size += rendered.size
            while self._size > self._most_bytes:
                self._drop(next(iter(self._kept)))

    def drop(self, key: str) -> None:
        """Forget it now."""
        with self._lock:
            self._drop(key)

    def _drop(self, key: str) -> None:
        _, found = self._kept.pop(key, (0.0, None))
        self._size -= found.size if found else 0


async def answer_to(request: Request, runtime: Runtime, job: Standing) -> Response:
    """The job as the API tells it, with its result once there is one; 304 for a caller who has that already."""
    if job.state is not JobState.COMPLETED or job.analysis_id is None:
        return _without_result(request, job)
    tag = f'W/"{job.analysis_id}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    rendered = await _rendered(runtime, job)
    if rendered is None:
        return _without_result(request, job)
    if rendered.packed is not None and "gzip" in request.headers.get("accept-encoding", ""):
        # `Vary` is added to what is not compressed yet by those who compress it
        headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        return Response(rendered.packed, headers=headers, media_type="application/json")
    return Response(rendered.plain, headers=headers, media_type="application/json")


async def whole_answer_to(request: Request, runtime: Runtime, job: Standing) -> Response:
    """The same for the POST that began the job: never compressed here, since it may be kept to be given again."""
    rendered = await _rendered(runtime, job)
    if rendered is None:
        return _without_result(request, job)
    return Response(rendered.plain, media_type="application/json")


async def _rendered(runtime: Runtime, job: Standing) -> Rendered | None:
    """The answer with its result; None when that was forgotten since the row was read."""
    return shelf(runtime.database).get(job.id) or await _renderings.get(_Wanted(runtime.database, job))


def _without_result(request: Request, job: Standing) -> Response:
    return JSONResponse(answer_of(job, None, request_id(request)))


_shelves: "WeakKeyDictionary[Database, Shelf]" = WeakKeyDictionary()


def shelf(database: Database) -> Shelf:
    """The answers kept for this store."""
    return _shelves.setdefault(database, Shelf())


class _Wanted(NamedTuple):
    database: Database
    job: Standing


def _render_all(wanted: Sequence[_Wanted]) -> dict[_Wanted, Rendered]:
    made = {one: _render(one) for one in wanted}
    return {one: rendered for one, rendered in made.items() if rendered is not None}


_renderings: Final[Batcher[_Wanted, Rendered]] = Batcher(_render_all, most=_AT_ONCE)


def _render(wanted: _Wanted) -> Rendered | None:
    result = _result(wanted.database, wanted.job)
    if result is None:
        return None
    told = answer_of(wanted.job, result, "")
    plain = json.dumps(told, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    rendered = Rendered(plain, gzip.compress(plain, 6, mtime=0) if len(plain) >= _WORTH_PACKING else None)
    shelf(wanted.database).put(wanted.job.id, rendered)
    return rendered


def _result(database: Database, job: Standing) -> Mapping[str, Any] | None:
    own = (col(Analysis.id) == job.analysis_id, col(Analysis.organisation_id) == job.organisation_id)
    with database.transaction() as session:
        return session.exec(select(Analysis.result).where(*own)).first()
