"""One recording goes all the way, in a real process, against the simulators."""

from pathlib import Path

import pytest

from hub.deliveries.models import Delivery, DeliveryState
from hub.meetings.models import TimelineEntry
from tests.support.stage import staging

pytestmark = pytest.mark.slow


def test_a_recorded_call_reaches_every_destination(tmp_path: Path, recordings: Path) -> None:
    with staging(tmp_path, recordings) as stage:
        hub = stage.start_hub()

        stage.play()

        stage.until(stage.is_everything_delivered, "everything is delivered")
        assert stage.meeting().state == "completed"
        assert {row.state for row in stage.rows(Delivery)} == {DeliveryState.SUCCEEDED}
        assert stage.media_files() == []
        body = stage.subscriber.body("analysis.completed")
        assert body["meeting"]["title"] == "Renewal"
        assert body["speakers"]
        steps = {row.step for row in stage.rows(TimelineEntry)}
        assert {"recording.announced", "recording.fetched", "analysis.completed", "delivery.succeeded"} <= steps
        assert hub.terminate() in {0, -15}


def test_employees_are_never_scored(tmp_path: Path, recordings: Path) -> None:
    with staging(tmp_path, recordings) as stage:
        stage.start_hub()

        stage.play()

        stage.until(lambda: stage.subscriber.ids("analysis.completed"), "the result is announced")
        speakers = {row["name"]: row for row in stage.subscriber.body("analysis.completed")["speakers"]}
        assert speakers["Dana Reyes"]["observed"] is False
        assert speakers["Dana Reyes"]["vad"] is None
        assert speakers["Dana Reyes"]["talk_time_s"] > 0
        assert speakers["Priya Shah"]["observed"] is True
