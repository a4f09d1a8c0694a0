"""One request's id and trace, from the call of the API through work and analysis to what subscribers get."""

from pathlib import Path

import httpx
import pytest
import structlog

from hub.engine import trail
from tests.support.collector import Collector, collecting
from tests.support.own_hub import served
from tests.support.subscriber import Subscriber, subscribing
from tests.support.waiting import until

REQUEST_ID = "import-7f3a9c21"


@pytest.mark.slow
def test_the_id_and_the_trace_of_a_request_reach_the_subscriber(tmp_path: Path) -> None:
    with collecting() as collector, subscribing() as subscriber:
        log, key = _play(tmp_path, collector, subscriber)

    (completed,) = [item for item in subscriber.received if item.event == "analysis.completed"]
    assert completed.headers["x-request-id"] == REQUEST_ID
    (asked,) = collector.named("POST /v1/analyse/text")
    whole = [span for span in collector.spans if span.trace_id == asked.trace_id]
    names = {span.name for span in whole}
    assert {"workflow analyse_input", "step run_job", "analysis.ask media", "delivery.call"} <= names, names
    by_id = {span.span_id: span for span in whole}
    (call,) = [span for span in whole if span.name == "delivery.call"]
    ancestors = []
    while call.parent_id:
        call = by_id[call.parent_id]
        ancestors.append(call.name)
    assert ancestors[-1] == "POST /v1/analyse/text"
    assert asked.facts["http.response.status_code"] in {"200", "202"}
    told = log + repr(collector.spans)
    for secret in (key, "Priya", subscriber.url, "ed_live_sk_"):
        assert secret not in told


def _play(folder: Path, collector: Collector, subscriber: Subscriber) -> tuple[str, str]:
    """One text through a hub; gives what was logged, and the key."""
    settings = {
        "HUB_TRACING__ENDPOINT": collector.url,
        "HUB_ALLOW_PRIVATE_WEBHOOK_TARGETS": "true",
        "HUB_LOG_FORMAT": "json",
    }
    with served(folder, **settings) as hub:
        headers = {"Authorization": f"Bearer {hub.key}", "X-Request-Id": REQUEST_ID}
        for path, body in (
            ("webhook-endpoints", {"url": subscriber.url}),
            ("analyse/text", {"text": "We will sign in March, said Priya."}),
        ):
            httpx.post(f"{hub.url}/v1/{path}", json=body, headers=headers, timeout=60).raise_for_status()
        until(lambda: subscriber.ids("analysis.completed"), "the result is announced", logs=hub.log.read_text)
    return hub.log.read_text(), hub.key


def test_log_lines_of_work_carry_the_request_s_id() -> None:
    with trail.following({"request_id": REQUEST_ID}, "analyse_input", "job:1"):
        assert structlog.contextvars.get_contextvars() == {"request_id": REQUEST_ID}
        assert trail.current() == {"request_id": REQUEST_ID}
    assert trail.current() == {}
