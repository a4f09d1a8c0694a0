"""The hub is killed with SIGKILL at its worst moments: nothing is lost, nothing arrives twice, no media stays."""

from pathlib import Path

import pytest

from tests.support.stage import Stage, staging

pytestmark = pytest.mark.slow

MOMENTS = {
    "while the recording arrives": "hub.meetings.media:_Sink._write:after",
    "with the recording on disk": "hub.meetings.recordings:_note_fetched:before",
    "while it is analysed": "hub.analysis.runner:_hand_over:after",
    "before the result is published": "hub.meetings.workflows:publish_result:before",
    "after the result is published, before the step is noted": "hub.meetings.workflows:publish_result:after",
    "after deliveries are planned": "hub.deliveries.planning:plan:after",
    "after the message was posted, before that is noted": "hub.deliveries.sending:_to_notifier:after",
    "after the CRM was written, before that is noted": "hub.deliveries.sending:_to_crm:after",
    "after the subscriber was told, before that is noted": "hub.deliveries.sending:_to_endpoint:after",
}
TAKEN_OVER = (
    "while the recording arrives",
    "while it is analysed",
    "after the result is published, before the step is noted",
    "after deliveries are planned",
    "after the CRM was written, before that is noted",
)
"""One of each stage: which of its moments it was makes no difference to whoever takes over."""


@pytest.fixture
def once(crash_at: str, results: str) -> str:
    """For `ANALYSE_ONCE`: nothing where it is the core that is killed; the others may take another test's result."""
    return "" if crash_at == MOMENTS["while it is analysed"] else results


@pytest.mark.parametrize("crash_at", MOMENTS.values(), ids=MOMENTS.keys())
def test_a_restart_finishes_what_the_killed_process_began(
    tmp_path: Path, recordings: Path, crash_at: str, once: str
) -> None:
    with staging(tmp_path, recordings, ANALYSE_ONCE=once) as stage:
        doomed = stage.start_hub(crash_at=crash_at)
        stage.play()
        stage.until(lambda: doomed.process.poll() is not None, "the first process is dead")

        stage.start_hub()

        stage.until(stage.is_everything_delivered, "everything is delivered")
        _assert_once(stage)


def test_a_polite_stop_in_the_middle_of_an_analysis_loses_nothing_either(tmp_path: Path, recordings: Path) -> None:
    with staging(tmp_path, recordings) as stage:
        first = stage.start_hub()
        stage.play()
        stage.until(lambda: stage.analysis_processes(), "the analysis runs")
        first.terminate()
        assert stage.analysis_processes() == []

        stage.start_hub()

        stage.until(stage.is_everything_delivered, "everything is delivered")
        _assert_once(stage)


@pytest.mark.postgres
@pytest.mark.parametrize("crash_at", [MOMENTS[name] for name in TAKEN_OVER], ids=TAKEN_OVER)
def test_another_worker_takes_over(
    tmp_path: Path, recordings: Path, postgres_url: str, crash_at: str, once: str
) -> None:
    with staging(tmp_path, recordings, database_url=postgres_url, ANALYSE_ONCE=once) as stage:
        hubs = [stage.start_hub(crash_at=crash_at), stage.start_hub("worker", crash_at=crash_at)]
        stage.play()
        stage.until(lambda: any(hub.process.poll() is not None for hub in hubs), "one of them is dead")

        stage.until(stage.is_everything_delivered, "everything is delivered")

        _assert_once(stage)


def _assert_once(stage: Stage) -> None:
    assert stage.meeting().state == "completed"
    assert len(stage.subscriber.ids("analysis.completed")) == 1
    assert len(stage.messages_in_slack()) == 1
    assert len(stage.tasks_in_salesforce()) == 1 if stage.has("salesforce") else True
    stage.until(lambda: not stage.media_files(), "no media is left")
    stage.until(lambda: not stage.analysis_processes(), "no analysis process is left")
