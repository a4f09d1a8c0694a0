"""A running hub that is connected to the simulated tenant: from the recording to the meeting in the hub."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn
from pydantic import SecretStr
from sqlmodel import select

from hub.app import create_app
from hub.connections.models import Connection
from hub.connections.service.subscribe import try_subscribing
from hub.ingest.models import InboundEvent
from hub.meetings.models import Meeting, TimelineEntry
from hub.runtime import Runtime
from hub.settings import Settings
from sandbox.serving import free_port, running
from tests.support.certificates import pem_with_certificate
from tests.support.stores import ready_runtime
from tests.support.teams_lab import (
    EVERYBODY,
    TRANSCRIPT,
    Receiver,
    TeamsLab,
    app_of,
    key_of,
    new_organisation,
)
from tests.support.waiting import until


@dataclass
class Running:
    """Both sides, and a connection between them."""

    lab: TeamsLab
    connection: Connection

    @property
    def runtime(self) -> Runtime:
        return self.lab.runtime

    def meetings(self) -> list[Meeting]:
        with self.runtime.database.transaction() as session:
            return list(session.exec(select(Meeting)).all())

    def timeline(self) -> list[TimelineEntry]:
        with self.runtime.database.transaction() as session:
            return list(session.exec(select(TimelineEntry)).all())

    def events(self) -> list[InboundEvent]:
        with self.runtime.database.transaction() as session:
            return list(session.exec(select(InboundEvent)).all())


@pytest.fixture(params=["basic", "encrypted"])
def hub(request: pytest.FixtureRequest, tmp_path: Path, settings: Settings) -> Iterator[Running]:
    (tmp_path / "call.mp4").write_bytes(b"this is no video, so that nothing is analysed")
    (tmp_path / "call.vtt").write_text(TRANSCRIPT)
    port = free_port()
    with running(tmp_path / "sandbox", tmp_path) as url:
        keys = tmp_path / "hook.pem"
        keys.write_text(pem_with_certificate())
        path = SecretStr(str(keys) if request.param == "encrypted" else "")
        app = app_of(url).model_copy(update={"webhook_keys": path})
        update = {"oauth_apps": {"teams": app}, "port": port}
        runtime = ready_runtime(settings.model_copy(update=update))
        with _serving(runtime, port):
            lab = TeamsLab(url, runtime, Receiver(), new_organisation(runtime))
            connection = lab.connect(EVERYBODY)
            assert asyncio.run(try_subscribing(runtime, key_of(connection), "teams"))
            yield Running(lab, connection)
        runtime.database.close()


def test_a_recording_and_its_transcript_become_one_meeting(hub: Running) -> None:
    hub.lab.play(participants=[])

    until(lambda: any(meeting.state == "failed" for meeting in hub.meetings()), "the pipeline's run")
    until(lambda: len({event.kind for event in hub.events()}) == 2, "the news of both files")
    until(lambda: all(sent["state"] == "delivered" for sent in hub.lab.state()["notifications"]), "all are answered")

    [meeting] = hub.meetings()
    kinds = {event.kind for event in hub.events() if event.meeting_external_id == meeting.external_id}
    assert (meeting.title, meeting.host_email) == ("Renewal", "dana.reyes@northwind.example")
    assert kinds == {"recording.completed", "transcript.completed"}
    assert {attempt["status"] for sent in hub.lab.state()["notifications"] for attempt in sent["attempts"]} == {202}


@pytest.mark.parametrize("hub", ["basic"], indirect=True)
def test_why_asking_about_a_notification_took_two_tries_stands_in_the_meetings_timeline(hub: Running) -> None:
    slow_down = {"provider": "teams", "kind": "429_retry_after", "path": "/recordings/", "seconds": 1}
    hub.lab.order("faults", [slow_down])

    hub.lab.play(participants=[])

    until(lambda: any(row.step == "recording.delayed" for row in hub.timeline()), "the second try")
    [delay] = [row.message for row in hub.timeline() if row.step == "recording.delayed"]
    assert "429" in delay
    assert delay.endswith("(retry in 1 s)")


def test_a_removed_subscription_is_made_again_and_what_it_missed_is_found(hub: Running) -> None:
    hub.lab.play(announce=False, duration_s=0)

    hub.lab.order("teams/lifecycle", {"event": "subscriptionRemoved"})

    until(lambda: len(hub.meetings()) == 1, "the meeting that nobody announced")
    until(lambda: _subscribed(hub) == ["getAllRecordings", "getAllTranscripts"], "both subscriptions")


def _subscribed(hub: Running) -> list[str]:
    return sorted(each["resource"].rpartition("/")[2] for each in hub.lab.state()["subscriptions"])


@contextmanager
def _serving(runtime: Runtime, port: int) -> Iterator[None]:
    """The hub's application on a port, in a thread."""
    config = uvicorn.Config(create_app(runtime), host="127.0.0.1", port=port, log_level="warning", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        until(lambda: server.started or not thread.is_alive(), "the hub")
        assert server.started
        yield
    finally:
        server.should_exit = True
        thread.join(30)
