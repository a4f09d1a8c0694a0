"""The API on PostgreSQL: one call of each kind, and text that only SQLite would store."""

from typing import Any

import av
import cv2
import pytest

from hub.runtime import Runtime
from tests.support.api import Api, working_api
from tests.support.short_recording import RECORDINGS
from tests.support.waiting import until

pytestmark = pytest.mark.postgres


def a_frame() -> bytes:
    with av.open(str(RECORDINGS / "renewal_call.mp4")) as container:
        picture = next(container.decode(video=0)).to_ndarray(format="bgr24")
    encoded: bytes = cv2.imencode(".jpg", picture)[1].tobytes()
    return encoded


def finished(api: Api, job_id: str) -> dict[str, Any]:
    path = f"/v1/result/{job_id}"
    until(lambda: api.get(path).json()["status"] not in {"queued", "running"}, "the job has ended")
    found: dict[str, Any] = api.get(path).json()
    return found


def test_jobs_sessions_keys_and_lists_work(postgres_runtime: Runtime) -> None:
    with working_api(postgres_runtime) as api:
        job = api.post("/v1/analyse/text", json={"text": "We will sign in March."}).json()
        assert finished(api, job["job_id"])["status"] == "completed"
        assert api.delete(f"/v1/result/{job['job_id']}").status_code == 204

        session = api.post("/v1/sessions", json={"label": "one"}).json()["session_id"]
        assert api.post(f"/v1/sessions/{session}/frames", files={"frame": ("f.jpg", a_frame())}).status_code == 200
        assert api.post(f"/v1/sessions/{session}/end").json()["frame_count"] == 1
        assert api.get(f"/v1/sessions/{session}/report").json()["frame_count"] == 1

        headers = {"Idempotency-Key": "k"}
        made = [api.post("/v1/api-keys", json={"name": "n"}, headers=headers).json()["id"] for _ in range(2)]
        assert made[0] == made[1]
        for path in ("api-keys", "usage", "audit", "meetings", "connections", "destinations", "messages", "deliveries"):
            assert api.get(f"/v1/{path}").status_code == 200, path


@pytest.mark.parametrize(
    "path", ["sessions/%00", "result/%00", "meetings/%00", "sessions?cursor=%00", "audit?action=%00", "deliveries/%00"]
)
def test_nul_characters_are_refused_in_words(postgres_runtime: Runtime, path: str) -> None:
    from tests.support.api import api

    assert 400 <= api(postgres_runtime).get(f"/v1/{path}").status_code < 500
