"""Where inputs of the API stand, as often as anybody asks: many questions are one query, whichever process asks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

import sqlalchemy as sa
from sqlmodel import col

from hub.analysis.models import AnalysisJob, JobState
from hub.errors import NotFound
from hub.kit.batching import Batcher
from hub.kit.database import Database
from hub.runtime import Runtime


@dataclass(frozen=True)
class Standing:
    """A job without its files and its result; the fields are those of `AnalysisJob`."""

    id: str
    organisation_id: str
    kind: str
    state: JobState
    stage: str
    progress: float
    watermark: str | None
    analysis_id: str | None
    error_code: str | None
    error_message: str | None
    created_at: datetime
    finished_at: datetime | None


class _Wanted(NamedTuple):
    database: Database
    organisation_id: str
    job_id: str


async def standing_of(runtime: Runtime, organisation_id: str, job_id: str) -> Standing:
    """The job as it is now. Raises `NotFound`."""
    found = await _standings.get(_Wanted(runtime.database, organisation_id, job_id))
    if found is None:
        raise NotFound("There is no such job.")
    return found


_COLUMNS: Final = [getattr(AnalysisJob, name) for name in Standing.__dataclass_fields__]
_FIND: Final = sa.select(*_COLUMNS).where(
    sa.tuple_(col(AnalysisJob.organisation_id), col(AnalysisJob.id)).in_(sa.bindparam("wanted", expanding=True))
)


def _find_all(wanted: Sequence[_Wanted]) -> dict[_Wanted, Standing]:
    by_database: dict[Database, list[tuple[str, str]]] = {}
    for one in wanted:
        by_database.setdefault(one.database, []).append((one.organisation_id, one.job_id))
    return {
        _Wanted(database, row.organisation_id, row.id): row
        for database, keys in by_database.items()
        for row in _find(database, keys)
    }


def _find(database: Database, keys: Sequence[tuple[str, str]]) -> list[Standing]:
    with database.engine.connect() as connection:
        return [Standing(*row) for row in connection.execute(_FIND, {"wanted": keys})]


_standings: Final[Batcher[_Wanted, Standing]] = Batcher(_find_all)
