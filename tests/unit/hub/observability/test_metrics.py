"""What Prometheus is told, by whom it may be asked, and that it names nobody."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr
from starlette.testclient import TestClient

from hub.accounts.models import Organisation
from hub.app import create_app
from hub.deliveries.models import Delivery, DeliveryState
from hub.meetings.models import Meeting, TimelineEntry
from hub.observability.hops import WHOLE, at_quantiles, hop_seconds
from hub.runtime import Runtime
from tests.support.api import api

ELSEWHERE = ("203.0.113.9", 50000)


def told(page: str) -> dict[str, list[Any]]:
    return {family.name: family.samples for family in text_string_to_metric_families(page)}


def value(page: str, family: str, **labels: str) -> float:
    (found,) = [
        sample.value
        for sample in told(page)[family]
        if labels.items() <= sample.labels.items() and not sample.name.endswith(("_created", "_bucket"))
    ]
    return float(found)


def a_meeting(runtime: Runtime, seconds: dict[str, float], name: str = "Northwind Secret Name") -> None:
    """A meeting whose steps came so long after its end, which was ten minutes ago."""
    ended = runtime.clock() - timedelta(minutes=10)
    with runtime.database.transaction() as session:
        owner = Organisation(name=name, created_at=ended)
        session.add(owner)
        session.flush()
        meeting = Meeting(
            organisation_id=owner.id, external_id="m", provider="zoom", title="Renewal with Priya",
            host_email="dana@northwind.example", ended_at=ended, created_at=ended, updated_at=ended,
        )  # fmt: skip
        session.add(meeting)
        session.flush()
        for step, after in seconds.items():
            session.add(_trace_of(meeting, step, ended + timedelta(seconds=after)))


def _trace_of(meeting: Meeting, step: str, at: datetime) -> Delivery | TimelineEntry:
    own: dict[str, Any] = {
        "organisation_id": meeting.organisation_id,
        "meeting_id": meeting.id,
        "key": f"{meeting.id}:{step}",
    }
    if step != "crm.delivered":
        return TimelineEntry(**own, step=step, at=at)
    return Delivery(**own, kind="destination", state=DeliveryState.SUCCEEDED, created_at=at, finished_at=at)


WAY = {
    "recording.announced": 30.0, "recording.fetched": 40.0, "recording.analysed": 100.0, "analysis.completed": 101.0,
    "crm.delivered": 105.0,
}  # fmt: skip


def test_requests_are_counted_by_template_and_status(runtime: Runtime) -> None:
    caller = api(runtime)
    for job in ("job_1", "job_2"):
        caller.get(f"/v1/result/{job}")
    caller.get("/wp-login.php")

    page = caller.get("/metrics").text

    assert value(page, "hub_http_requests", route="/v1/result/{job_id}", status="404", method="GET") == 2
    assert value(page, "hub_http_requests", route="none") == 1
    assert "job_1" not in page
    assert "wp-login" not in page


def test_refusals_for_rate_are_counted(runtime: Runtime) -> None:
    caller = api(runtime, limits={"requests_per_minute": 1})
    for _ in range(3):
        caller.get("/v1/api-keys")

    assert value(caller.get("/metrics").text, "hub_rate_limited_requests") == 2


def test_each_hop_from_the_meeting_s_end_to_the_crm_is_told(runtime: Runtime) -> None:
    a_meeting(runtime, WAY)

    page = api(runtime).get("/metrics").text

    fetching = "recording.announced to recording.fetched"
    assert value(page, "hub_meeting_hop_seconds", hop=fetching, quantile="0.5") == pytest.approx(10)
    assert value(page, "hub_meeting_hop_seconds", hop=WHOLE, quantile="0.99") == pytest.approx(105)
    assert value(page, "hub_meeting_hop_meetings", hop=WHOLE) == 1
    assert value(page, "hub_deliveries", kind="destination", state="succeeded") == 1
    assert value(page, "hub_meetings", provider="zoom") == 1


def test_a_step_that_is_missing_ends_no_hop(runtime: Runtime) -> None:
    a_meeting(runtime, {"recording.announced": 5.0, "analysis.completed": 9.0})

    with runtime.database.transaction() as session:
        assert hop_seconds(session, runtime.clock()) == {"meeting.ended to recording.announced": [5.0]}


def test_percentiles_are_those_of_the_values() -> None:
    assert at_quantiles([7.0]) == {0.5: 7.0, 0.95: 7.0, 0.99: 7.0}
    assert at_quantiles([float(n) for n in range(101)]) == {0.5: 50.0, 0.95: 95.0, 0.99: 99.0}


@pytest.mark.postgres
def test_the_store_is_asked_on_postgresql_too(postgres_runtime: Runtime) -> None:
    a_meeting(postgres_runtime, WAY)

    page = api(postgres_runtime).get("/metrics").text

    assert value(page, "hub_store_up") == 1
    assert value(page, "hub_meeting_hop_seconds", hop=WHOLE, quantile="0.5") == pytest.approx(105)


def test_nobody_is_named(runtime: Runtime) -> None:
    a_meeting(runtime, WAY)

    page = api(runtime).get("/metrics").text

    for name in ("Northwind", "Priya", "dana@", "org_", "key_", "mtg_"):
        assert name not in page, name


def test_a_store_that_is_away_is_said_and_the_rest_is_told(runtime: Runtime) -> None:
    caller = api(runtime)
    with runtime.database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE delivery RENAME TO elsewhere")

    page = caller.get("/metrics").text

    assert value(page, "hub_store_up") == 0
    assert "hub_http_requests" in page


def test_this_machine_may_ask_and_others_need_the_token(runtime: Runtime) -> None:
    runtime.settings.metrics_token = None
    app = create_app(runtime)
    https = {"base_url": "https://hub.example", "client": ELSEWHERE}

    assert TestClient(app, client=("127.0.0.1", 1)).get("/metrics").status_code == 200
    refused = TestClient(app, **https).get("/metrics")  # type: ignore[arg-type]
    assert refused.status_code == 403
    assert "HUB_METRICS_TOKEN" in refused.json()["error"]["message"]

    runtime.settings.metrics_token = SecretStr("scrape-me")
    there = TestClient(app, **https)  # type: ignore[arg-type]
    assert there.get("/metrics").status_code == 401
    assert there.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 401
    assert there.get("/metrics", headers={"Authorization": "Bearer scrape-me"}).status_code == 200
