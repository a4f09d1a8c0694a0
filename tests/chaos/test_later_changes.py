"""What happens after the first result, or before there can be one: late transcripts, lost accounts, missed webhooks."""

import json
from pathlib import Path

import httpx
import pytest

from hub.analysis.models import Analysis
from hub.crm.models import CrmMatch
from hub.deliveries.models import Delivery, DeliveryState, Message
from hub.deliveries.outbox import WAITS_FOR_RECONNECT
from hub.ingest.models import InboundEvent
from hub.meetings.models import Meeting, Participant, TimelineEntry
from tests.support.stage import ACCOUNT_ID, Stage, connect, staging, zoom_signature

pytestmark = pytest.mark.slow


def test_a_late_transcript_makes_a_second_revision_of_the_same_records(
    tmp_path: Path, recordings: Path, results: str
) -> None:
    with staging(tmp_path, recordings, ANALYSE_ONCE=results) as stage:
        stage.start_hub()
        stage.play(transcript_delay_s=12)

        stage.until(lambda: stage.revision() == 2, "the second result")
        stage.until(stage.is_everything_delivered, "everything is delivered")

        assert [row.revision for row in stage.rows(Analysis)] == [1, 2]
        assert len(stage.subscriber.ids("analysis.completed")) == 2
        assert len(stage.messages_in_slack()) == 1
        assert len(stage.tasks_in_salesforce()) == 1


def test_a_delivery_waits_for_a_person_to_reconnect_and_then_goes_on(
    tmp_path: Path, recordings: Path, results: str
) -> None:
    with staging(tmp_path, recordings, providers=["zoom", "slack"], ANALYSE_ONCE=results) as stage:
        stage.start_hub()
        stage.revoke("slack")
        stage.play()
        stage.until(lambda: _to_slack(stage.rows(Delivery)) == WAITS_FOR_RECONNECT, "the delivery is parked")

        connect(stage, "slack")

        stage.until(stage.is_everything_delivered, "the delivery was resumed")
        assert len(stage.messages_in_slack()) == 1


def test_a_recording_waits_for_a_person_to_reconnect_and_then_goes_on(
    tmp_path: Path, recordings: Path, results: str
) -> None:
    with staging(tmp_path, recordings, providers=["zoom"], ANALYSE_ONCE=results) as stage:
        stage.start_hub()
        stage.revoke("zoom")
        stage.play(transcript=None)
        stage.until(lambda: [e for e in stage.rows(InboundEvent) if e.parked_attempt == 0], "the event is parked")
        assert "waits for reconnect" in stage.meeting().state_reason

        connect(stage, "zoom")

        stage.until(lambda: stage.subscriber.ids("analysis.completed"), "the result is announced")


def test_a_recording_that_no_webhook_announced_is_found(tmp_path: Path, recordings: Path, results: str) -> None:
    with staging(tmp_path, recordings, providers=["zoom"], HUB_RECONCILE_EVERY_S="5", ANALYSE_ONCE=results) as stage:
        stage.start_hub()

        stage.play(announce=False, webhook_url=None)

        stage.until(lambda: stage.subscriber.ids("analysis.completed"), "the result is announced")
        sources = {row.details.get("source") for row in stage.rows(TimelineEntry) if "announced" in row.step}
        assert sources == {"reconciliation"}


def test_a_broken_recording_fails_in_words_and_is_announced_once(tmp_path: Path) -> None:
    folder = tmp_path / "broken"
    folder.mkdir()
    (folder / "noise.mp4").write_bytes(b"\x00\x01not a film" * 5000)
    (folder / "words.vtt").write_text("WEBVTT\n\n00:01.000 --> 00:02.000\nDana Reyes: Good morning.\n")
    with staging(tmp_path, folder, providers=["zoom"]) as stage:
        stage.start_hub()

        stage.play(video="noise.mp4", transcript="words.vtt", duration_s=10.0)

        stage.until(lambda: len(_failures(stage)) == 2, "the recording and its transcript have failed")
        stage.until(lambda: stage.subscriber.ids("analysis.failed"), "the failure is announced")
        assert len([row for row in stage.rows(Message) if row.event_type == "analysis.failed"]) == 1
        assert stage.meeting().state == "failed"
        assert stage.meeting().state_reason == "The recording is not audio or video that can be read."
        assert stage.subscriber.body("analysis.failed")["error"]["code"] == "media_unreadable"
        assert stage.media_files() == []


def test_a_download_that_is_cut_goes_on_where_it_stopped(tmp_path: Path, recordings: Path, results: str) -> None:
    with staging(tmp_path, recordings, providers=["zoom"], ANALYSE_ONCE=results) as stage:
        stage.start_hub()
        stage.fault(provider="zoom", kind="cut", path="/zoom-files", times=2, after_bytes=200_000)

        stage.play(transcript=None)

        stage.until(lambda: stage.subscriber.ids("analysis.completed"), "the result is announced")
        [fetched] = [row for row in stage.rows(TimelineEntry) if row.step == "recording.fetched"]
        assert fetched.message.startswith(
            "The download was interrupted 2 times and went on where it had stopped: no usable"
        )


def test_removing_the_app_deletes_everything_that_came_from_it(tmp_path: Path, recordings: Path, results: str) -> None:
    with staging(tmp_path, recordings, ANALYSE_ONCE=results) as stage:
        stage.start_hub()
        stage.play()
        stage.until(stage.is_everything_delivered, "everything is delivered")

        stage.revoke("zoom")  # removing an app ends its access: it proves that whoever removed it did so for us as well
        removed = {"account_id": ACCOUNT_ID, "user_id": "u", "deauthorization_time": "2026-09-15T14:00:00Z"}
        body = json.dumps({"event": "app_deauthorized", "payload": removed}).encode()
        httpx.post(f"{stage.hub_url}/hooks/zoom", content=body, headers=zoom_signature(body)).raise_for_status()

        stage.until(lambda: not stage.rows(Meeting), "the meetings are gone")
        for model in (Analysis, CrmMatch, Participant, TimelineEntry):
            assert stage.rows(model) == []
        assert {row.event_type for row in stage.rows(Message)} <= {"connection.reconnect_required"}
        assert {row.message_id for row in stage.rows(Delivery)} <= {row.id for row in stage.rows(Message)}


def _failures(stage: Stage) -> list[TimelineEntry]:
    return [row for row in stage.rows(TimelineEntry) if row.step == "analysis.failed"]


def _to_slack(rows: object) -> str:
    assert isinstance(rows, list)
    reasons = [row.state_reason for row in rows if row.kind == "destination" and row.state is DeliveryState.PENDING]
    return reasons[0] if reasons else ""
