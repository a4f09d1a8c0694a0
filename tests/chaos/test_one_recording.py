"""One recording goes all the way, in a real process, against the simulators."""

from pathlib import Path

import pytest

from hub.deliveries.models import Delivery
from tests.support.stage import staging

pytestmark = pytest.mark.slow


def test_a_recorded_call_reaches_slack_and_the_subscriber(tmp_path: Path, recordings: Path) -> None:
    with staging(tmp_path, recordings) as stage:
        stage.start_hub()

        stage.play()

        stage.until(lambda: stage.subscriber.ids("analysis.completed"), 50, "the result is announced")
        stage.until(lambda: stage.state("slack")["messages"], 20, "Slack has the message")
        stage.until(lambda: all(d.state != "pending" for d in stage.rows(Delivery)), 10, "deliveries are done")
        assert stage.meeting().state == "completed"
        assert stage.media_files() == []
        body = stage.subscriber.body("analysis.completed")
        assert body["meeting"]["title"] == "Renewal"
        assert "trust_score" in body
        print(stage.logs())
        print([(d.state, d.state_reason, d.kind) for d in stage.rows(Delivery)])
