"""Results are rendered once and kept for a while, and never shown when they should not be."""

import gzip
import json

import pytest
from sqlmodel import select

from hub.accounts.models import ApiKey
from hub.analysis.answers import Rendered, Shelf, shelf
from hub.analysis.jobs import cancel_job
from hub.analysis.models import Analysis, AnalysisJob, AnalysisState, JobState
from hub.runtime import Runtime
from tests.support.api import Api, api

RESULT = {"trust_score": 62.4, "sentences": ["Größe, größer, am größten."] * 100}


def a_result(runtime: Runtime) -> str:
    now = runtime.clock()
    with runtime.database.transaction() as session:
        key = session.exec(select(ApiKey).order_by(ApiKey.id)).first()
        assert key is not None
        analysis = Analysis(
            organisation_id=key.organisation_id, kind="text", state=AnalysisState.COMPLETED, result=RESULT,
            created_at=now, completed_at=now,
        )  # fmt: skip
        session.add(analysis)
        session.flush()
        job = AnalysisJob(
            organisation_id=key.organisation_id, key_id=key.id, kind="text", state=JobState.COMPLETED, progress=1.0,
            stage="completed", analysis_id=analysis.id, created_at=now, finished_at=now,
        )  # fmt: skip
        session.add(job)
        session.flush()
        return job.id


@pytest.fixture
def caller(runtime: Runtime) -> Api:
    return api(runtime)


def test_the_same_answer_comes_plain_and_compressed_first_and_later(runtime: Runtime, caller: Api) -> None:
    path = f"/v1/result/{a_result(runtime)}"

    answers = [caller.get(path, headers={"Accept-Encoding": coding}) for coding in ("identity", "gzip") * 2]

    assert [answer.headers.get("Content-Encoding") for answer in answers] == [None, "gzip"] * 2
    told = [answer.json() for answer in answers]
    assert told == [told[0]] * 4
    assert told[0]["result"] == RESULT
    assert told[0]["trust_score"] == 62.4
    assert {answer.headers["Vary"] for answer in answers} == {"Accept-Encoding"}
    assert len({answer.headers["X-Request-Id"] for answer in answers}) == 4


def test_who_has_the_report_is_told_that_it_is_still_the_one(runtime: Runtime, caller: Api) -> None:
    path = f"/v1/result/{a_result(runtime)}"
    tag = caller.get(path).headers["ETag"]

    unchanged = caller.get(path, headers={"If-None-Match": tag})

    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert unchanged.headers["ETag"] == tag
    assert caller.get(path, headers={"If-None-Match": 'W/"another"'}).status_code == 200


def test_a_result_that_another_process_forgot_is_not_shown_again(runtime: Runtime, caller: Api) -> None:
    job_id = a_result(runtime)
    tag = caller.get(f"/v1/result/{job_id}").headers["ETag"]
    with runtime.database.transaction() as session:
        organisation_id = session.exec(select(ApiKey)).one().organisation_id

    cancel_job(runtime, organisation_id, job_id)  # what this process keeps knows nothing of it

    assert shelf(runtime.database).get(job_id) is not None
    after = caller.get(f"/v1/result/{job_id}", headers={"If-None-Match": tag})
    assert (after.status_code, after.json()["status"]) == (200, "cancelled")
    assert "result" not in after.json()


def test_a_result_that_is_deleted_here_is_kept_no_longer(runtime: Runtime, caller: Api) -> None:
    job_id = a_result(runtime)
    caller.get(f"/v1/result/{job_id}")

    assert caller.delete(f"/v1/result/{job_id}").status_code == 204

    assert shelf(runtime.database).get(job_id) is None


def test_another_organisation_does_not_get_what_is_kept(runtime: Runtime, caller: Api) -> None:
    job_id = a_result(runtime)
    assert caller.get(f"/v1/result/{job_id}").status_code == 200

    assert api(runtime, organisation="Contoso").get(f"/v1/result/{job_id}").status_code == 404


def test_a_shelf_holds_no_more_than_it_may_and_nothing_for_ever() -> None:
    kept, packed = Shelf(most_bytes=250), gzip.compress(json.dumps(RESULT).encode())
    for number in range(4):
        kept.put(f"job_{number}", Rendered(b"x" * 100, None))

    assert [kept.get(f"job_{number}") is not None for number in range(4)] == [False, False, True, True]
    kept.put("job_large", Rendered(b"x" * 200, packed))
    assert kept.get("job_large") is None
    brief = Shelf(kept_for_s=-1)
    brief.put("job", Rendered(b"x", None))
    assert brief.get("job") is None
