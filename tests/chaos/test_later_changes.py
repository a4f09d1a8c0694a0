"""What happens after the first result, or before there can be one: late transcripts, lost accounts, missed webhooks."""

from pathlib import Path

import pytest

from hub.analysis.models import Analysis
from hub.deliveries.models import Delivery, DeliveryState
from hub.deliveries.outbox import WAITS_FOR_RECONNECT
from hub.ingest.models import InboundEvent
from hub.meetings.models import TimelineEntry
from tests.support.stage import connect, staging

pytestmark = pytest.mark.slow


def test_a_late_transcript_makes_a_second_revision_of_the_same_records(tmp_path: Path, recordings: Path) -> None:
    with staging(tmp_path, recordings) as stage:
        stage.start_hub()
        stage.play(transcript_delay_s=12)
        stage.until(lambda: stage.meeting().revision == 1, 50, "the first result")

        stage.until(lambda: stage.meeting().revision == 2, 50, "the second result")
        stage.until(stage.is_everything_delivered, 30, "everything is delivered")

        assert [row.revision for row in stage.rows(Analysis)] == [1, 2]
        assert len(stage.subscriber.ids("analysis.completed")) == 2
        assert len(stage.messages_in_slack()) == 1
        assert len(stage.tasks_in_salesforce()) == 1


def test_a_delivery_waits_for_a_person_to_reconnect_and_then_goes_on(tmp_path: Path, recordings: Path) -> None:
    with staging(tmp_path, recordings, providers=["zoom", "slack"]) as stage:
        stage.start_hub()
        stage.revoke("slack")
        stage.play()
        stage.until(lambda: _to_slack(stage.rows(Delivery)) == WAITS_FOR_RECONNECT, 50, "the delivery is parked")

        connect(stage, "slack")

        stage.until(stage.is_everything_delivered, 40, "the delivery was resumed")
        assert len(stage.messages_in_slack()) == 1


def test_a_recording_waits_for_a_person_to_reconnect_and_then_goes_on(tmp_path: Path, recordings: Path) -> None:
    with staging(tmp_path, recordings, providers=["zoom"]) as stage:
        stage.start_hub()
        stage.revoke("zoom")
        stage.play(transcript=None)
        stage.until(lambda: [e for e in stage.rows(InboundEvent) if e.parked_attempt == 0], 40, "the event is parked")
        assert "waits for reconnect" in stage.meeting().state_reason

        connect(stage, "zoom")

        stage.until(lambda: stage.subscriber.ids("analysis.completed"), 50, "the result is announced")


def test_a_recording_that_no_webhook_announced_is_found(tmp_path: Path, recordings: Path) -> None:
    with staging(tmp_path, recordings, providers=["zoom"], HUB_RECONCILE_EVERY_S="5") as stage:
        stage.start_hub()

        stage.play(announce=False, webhook_url=None)

        stage.until(lambda: stage.subscriber.ids("analysis.completed"), 50, "the result is announced")
        sources = {row.details.get("source") for row in stage.rows(TimelineEntry) if "announced" in row.step}
        assert sources == {"reconciliation"}


def test_a_broken_recording_fails_in_words_and_is_announced(tmp_path: Path, recordings: Path) -> None:
    folder = tmp_path / "broken"
    folder.mkdir()
    (folder / "short.vtt").write_bytes((recordings / "short.vtt").read_bytes())
    (folder / "noise.mp4").write_bytes(b"\x00\x01not a film" * 5000)
    with staging(tmp_path, folder, providers=["zoom"]) as stage:
        stage.start_hub()

        stage.play(video="noise.mp4", duration_s=10.0)

        stage.until(lambda: stage.subscriber.ids("analysis.failed"), 50, "the failure is announced")
        assert stage.meeting().state == "failed"
        assert "cannot" in stage.meeting().state_reason or "not" in stage.meeting().state_reason
        assert stage.subscriber.body("analysis.failed")["error"]["code"] == "media_unreadable"
        assert stage.media_files() == []


def test_a_download_that_is_cut_goes_on_where_it_stopped(tmp_path: Path, recordings: Path) -> None:
    with staging(tmp_path, recordings, providers=["zoom"]) as stage:
        stage.start_hub()
        stage.fault(provider="zoom", kind="cut", path="/zoom-files", times=2, after_bytes=200_000)

        stage.play(transcript=None)

        stage.until(lambda: stage.subscriber.ids("analysis.completed"), 50, "the result is announced")


def _to_slack(rows: object) -> str:
    assert isinstance(rows, list)
    reasons = [row.state_reason for row in rows if row.kind == "destination" and row.state is DeliveryState.PENDING]
    return reasons[0] if reasons else ""
