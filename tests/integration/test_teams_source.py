"""Teams against the simulated tenant: both ways to connect, hearing of recordings, describing and fetching them."""

import asyncio
import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.base.errors import AuthorizationLost, ProviderUnavailable, RateLimited, RequestRejected
from connectors.base.records import EventKind, FileKind, MeetingDetails, RecordingRef, SourceEvent
from hub.connections.errors import AccountTaken, ConnectFailed
from hub.connections.models import Connection, ConnectionState
from hub.connections.service.subscribe import end_subscriptions, keep_subscribed
from hub.runtime import Runtime
from tests.support.certificates import pem_with_certificate
from tests.support.teams_lab import (
    DANA,
    EVERYBODY,
    MEDIA,
    MINE,
    TENANT,
    TeamsLab,
    key_of,
    new_organisation,
    teams_lab,
)

MODES = pytest.mark.parametrize("config", [MINE, EVERYBODY], ids=["my_meetings", "whole_organisation"])


@pytest.fixture
def lab(tmp_path: Path, runtime: Runtime) -> Iterator[TeamsLab]:
    with teams_lab(tmp_path, runtime) as built:
        yield built


class TestConnecting:
    def test_a_person_connects_their_own_meetings(self, lab: TeamsLab) -> None:
        connection = lab.connect(MINE)

        assert connection.account_id == TENANT
        assert connection.account_name == "Northwind Analytics (dana.reyes@northwind.example)"
        assert connection.account["user_id"] == DANA

    def test_an_administrators_consent_connects_the_whole_organisation(self, lab: TeamsLab) -> None:
        connection = lab.connect(EVERYBODY)

        assert (connection.account_id, connection.account_name) == (TENANT, "Northwind Analytics")
        assert connection.account["tenant"] == TENANT
        assert "OnlineMeetingRecording.Read.All" in lab.state()["consent"]

    def test_a_consent_that_is_refused_connects_nothing(self, lab: TeamsLab) -> None:
        with pytest.raises(ConnectFailed) as raised:
            lab.connect(EVERYBODY, decision="deny")

        assert raised.value.declined

    def test_a_tenant_cannot_be_claimed_by_another_organisation(self, lab: TeamsLab) -> None:
        lab.connect(EVERYBODY)

        with pytest.raises(ConnectFailed, match="another organisation"):
            lab.connect(EVERYBODY, organisation_id=new_organisation(lab.runtime))

    @pytest.mark.parametrize(("first", "second"), [(MINE, EVERYBODY), (EVERYBODY, MINE)])
    def test_access_to_other_meetings_takes_no_connections_place_unasked(
        self, lab: TeamsLab, first: dict[str, str], second: dict[str, str]
    ) -> None:
        standing = lab.connect(first)

        with pytest.raises(AccountTaken, match="disconnect that first"):
            lab.connect(second)

        assert lab.stored(standing).config == first
        assert lab.connect(first).id == standing.id

    @MODES
    def test_access_that_ended_is_renewed_unseen(self, lab: TeamsLab, config: dict[str, str]) -> None:
        connection = lab.connect(config)
        later = replace(lab, runtime=replace(lab.runtime, clock=lambda: datetime.now(UTC) + timedelta(hours=2)))

        asyncio.run(_check(later, connection))

        assert lab.stored(connection).token_version == 2
        assert lab.stored(connection).account["tenant_id"] == TENANT

    @MODES
    def test_an_app_removed_from_the_tenant_asks_for_a_reconnect(self, lab: TeamsLab, config: dict[str, str]) -> None:
        connection = lab.connect(config)
        lab.order("revoke/teams")

        with pytest.raises(AuthorizationLost):
            asyncio.run(_check(lab, connection))

        assert lab.stored(connection).state is ConnectionState.RECONNECT


class TestListing:
    @MODES
    def test_recordings_are_found_without_a_notification(self, lab: TeamsLab, config: dict[str, str]) -> None:
        connection = lab.connect(config)
        call = lab.play(announce=False)

        recorded, transcribed = asyncio.run(_listed(lab, connection))

        assert (recorded.kind, transcribed.kind) == (EventKind.RECORDING_COMPLETED, EventKind.TRANSCRIPT_COMPLETED)
        assert recorded.recording is not None
        assert transcribed.recording is not None
        assert recorded.recording.meeting_id == transcribed.recording.meeting_id
        assert recorded.recording.meeting_id.startswith(call["meeting_id"])
        assert {recorded.account_id, transcribed.account_id} == {TENANT}

    def test_the_lists_are_read_over_all_their_pages(self, lab: TeamsLab) -> None:
        lab.order("options/teams", {"page_size": 2}, "PUT")
        connection = lab.connect(EVERYBODY)
        for _ in range(5):
            lab.play(announce=False, transcript=None)

        assert len({event.key for event in asyncio.run(_listed(lab, connection))}) == 5

    def test_occurrences_of_a_series_are_meetings_of_their_own(self, lab: TeamsLab) -> None:
        connection = lab.connect(EVERYBODY)
        first = lab.play(announce=False, transcript=None)
        lab.play(announce=False, transcript=None, meeting_id=first["meeting_id"])

        events = asyncio.run(_listed(lab, connection))

        assert len({event.recording.meeting_id for event in events if event.recording}) == 2

    def test_what_is_older_than_asked_for_is_left_out(self, lab: TeamsLab) -> None:
        connection = lab.connect(MINE)
        lab.play(announce=False, start_time="2026-01-05T10:00:00Z")

        assert asyncio.run(_listed(lab, connection)) == []

    def test_users_without_the_access_policy_are_left_alone(self, lab: TeamsLab) -> None:
        connection = lab.connect(EVERYBODY)
        lab.play(announce=False)
        lab.order("options/teams", {"access_policy": False}, "PUT")

        assert asyncio.run(_listed(lab, connection)) == []


class TestNotifications:
    @MODES
    @pytest.mark.parametrize("encrypted", [False, True], ids=["basic", "encrypted"])
    def test_what_a_notification_becomes_has_the_keys_of_the_list(
        self, lab: TeamsLab, config: dict[str, str], encrypted: bool
    ) -> None:
        lab = lab.with_keys(pem_with_certificate()) if encrypted else lab
        connection = lab.connect(config)
        asyncio.run(_subscribe(lab, connection))

        lab.play()

        announced = lab.receiver.until(2)
        assert [event.incomplete for event in announced] == [not encrypted] * 2
        completed = asyncio.run(_completed(lab, connection, announced))
        listed = asyncio.run(_listed(lab, connection))
        assert {event.key: event for event in completed} == {event.key: event for event in listed}

    def test_subscriptions_are_renewed_early_and_not_doubled(self, lab: TeamsLab) -> None:
        connection = lab.connect(EVERYBODY)
        first = asyncio.run(_subscribe(lab, connection))
        ids = _subscribed(lab)

        again = asyncio.run(_subscribe(lab, connection))
        later = replace(lab, runtime=replace(lab.runtime, clock=lambda: datetime.now(UTC) + timedelta(hours=40)))
        renewed = asyncio.run(_subscribe(later, connection))

        assert _subscribed(lab) == ids
        assert len(ids) == 2
        assert first is not None
        assert again == first
        assert renewed is not None
        assert renewed >= first

    def test_a_changed_secret_or_certificate_replaces_them(self, lab: TeamsLab) -> None:
        connection = lab.connect(EVERYBODY)
        asyncio.run(_subscribe(lab, connection))
        before = _subscribed(lab)

        asyncio.run(_subscribe(lab.with_keys(pem_with_certificate()), connection))

        assert len(_subscribed(lab)) == 2
        assert not _subscribed(lab) & before

    @pytest.mark.parametrize("happening", ["reauthorizationRequired", "subscriptionRemoved", "missed"])
    def test_a_subscription_that_ends_is_brought_back(self, lab: TeamsLab, happening: str) -> None:
        connection = lab.connect(EVERYBODY)
        asyncio.run(_subscribe(lab, connection))

        lab.order("teams/lifecycle", {"event": happening})
        event = lab.receiver.until(1)[0]
        asyncio.run(_subscribe(lab, connection, asked=True))
        lab.play(transcript=None)

        assert (event.kind, event.account_id) == (EventKind.SUBSCRIPTION_ENDING, TENANT)
        assert any(each.kind is EventKind.RECORDING_COMPLETED for each in lab.receiver.until(2))

    def test_disconnecting_ends_the_subscriptions(self, lab: TeamsLab) -> None:
        connection = lab.connect(MINE)
        asyncio.run(_subscribe(lab, connection))

        asyncio.run(end_subscriptions(lab.runtime, key_of(connection), "teams"))

        assert _subscribed(lab) == set()

    def test_a_recording_deleted_meanwhile_is_no_event(self, lab: TeamsLab) -> None:
        connection = lab.connect(EVERYBODY)
        asyncio.run(_subscribe(lab, connection))
        lab.play(transcript=None)
        announced = lab.receiver.until(1)
        lab.order("reset?provider=teams")
        lab.connect(EVERYBODY)

        assert asyncio.run(_completed(lab, connection, announced)) == []


class TestDescribing:
    @MODES
    def test_a_meeting_has_its_people_and_the_files_of_its_session(self, lab: TeamsLab, config: dict[str, str]) -> None:
        connection = lab.connect(config)
        call = lab.play(announce=False)
        lab.play(announce=False, meeting_id=call["meeting_id"], start_time="2026-11-19T10:00:00Z")

        details = asyncio.run(_described(lab, connection, call))

        assert details.title == "Renewal"
        assert details.duration_s == pytest.approx(90)
        assert details.host_email == "dana.reyes@northwind.example"
        assert [file.kind for file in details.files] == [FileKind.VIDEO, FileKind.TRANSCRIPT]
        host, customer, guest = details.attendees
        assert (host.host, host.internal, host.attended_s) == (True, True, 90)
        assert (customer.email, customer.internal) == ("priya.shah@contoso.example", None)
        assert (guest.name, guest.email) == ("Sam (guest)", "")

    def test_a_missing_access_policy_is_explained(self, lab: TeamsLab) -> None:
        connection = lab.connect(EVERYBODY)
        call = lab.play(announce=False)
        lab.order("options/teams", {"access_policy": False}, "PUT")

        with pytest.raises(RequestRejected, match="30 minutes") as raised:
            asyncio.run(_described(lab, connection, call))

        assert raised.value.code == "access_policy"


class TestFetching:
    def test_a_file_comes_whole_and_resumed_without_the_token_on_the_other_host(self, lab: TeamsLab) -> None:
        connection = lab.connect(EVERYBODY)
        call = lab.play(announce=False)

        whole, offset, rest, captions = asyncio.run(_fetched(lab, connection, call))

        assert hashlib.sha256(whole).digest() == hashlib.sha256(MEDIA).digest()
        assert (offset, rest) == (1000, MEDIA[1000:])
        assert b"0:0:1.000 --> 0:1:2.000\n<v Dana Reyes>Good morning.</v>" in captions
        assert lab.state()["leaked_tokens"] == 0

    def test_a_download_that_is_cut_is_worth_another_try(self, lab: TeamsLab) -> None:
        connection = lab.connect(EVERYBODY)
        call = lab.play(announce=False)
        lab.order("faults", [{"provider": "teams", "kind": "cut", "path": "/microsoft-files/", "after_bytes": 5000}])

        with pytest.raises(ProviderUnavailable):
            asyncio.run(_fetched(lab, connection, call))

    def test_a_link_that_expired_on_the_way_is_worth_another_try(self, lab: TeamsLab) -> None:
        connection = lab.connect(EVERYBODY)
        call = lab.play(announce=False)
        lab.order("faults", [{"provider": "teams", "kind": "expired_download", "path": "/microsoft-files/"}])

        with pytest.raises(ProviderUnavailable):
            asyncio.run(_fetched(lab, connection, call))

        assert (
            hashlib.sha256(asyncio.run(_fetched(lab, connection, call))[0]).digest() == hashlib.sha256(MEDIA).digest()
        )

    def test_throttling_says_when_to_come_back(self, lab: TeamsLab) -> None:
        connection = lab.connect(EVERYBODY)
        lab.order("faults", [{"provider": "teams", "kind": "429_retry_after", "path": "/organization", "seconds": 10}])

        with pytest.raises(RateLimited) as raised:
            asyncio.run(_check(lab, connection))

        assert raised.value.retry_after == 10


async def _check(lab: TeamsLab, connection: Connection) -> None:
    async with lab.source(connection) as source:
        await source.check()


async def _listed(lab: TeamsLab, connection: Connection) -> list[SourceEvent]:
    async with lab.source(connection) as source:
        return [event async for event in source.list_recordings(datetime.now(UTC) - timedelta(days=3), {})]


async def _completed(lab: TeamsLab, connection: Connection, events: list[SourceEvent]) -> list[SourceEvent]:
    async with lab.source(connection) as source:
        found = [await source.complete(event) if event.incomplete else event for event in events]
    return [event for event in found if event is not None]


async def _subscribe(lab: TeamsLab, connection: Connection, *, asked: bool = False) -> datetime | None:
    return await keep_subscribed(lab.runtime, key_of(connection), "teams", asked=asked)


def _subscribed(lab: TeamsLab) -> set[str]:
    return {str(each["id"]) for each in lab.state()["subscriptions"]}


async def _described(lab: TeamsLab, connection: Connection, call: dict[str, Any]) -> MeetingDetails:
    async with lab.source(connection) as source:
        details: MeetingDetails = await source.describe(_reference(call))
        return details


async def _fetched(lab: TeamsLab, connection: Connection, call: dict[str, Any]) -> tuple[bytes, int, bytes, bytes]:
    async with lab.source(connection) as source:
        video, captions = (await source.describe(_reference(call))).files
        async with source.open(_reference(call), video, 0) as stream:
            whole = b"".join([chunk async for chunk in stream])
        async with source.open(_reference(call), video, 1000) as stream:
            offset, rest = stream.offset, b"".join([chunk async for chunk in stream])
        async with source.open(_reference(call), captions, 0) as stream:
            return whole, offset, rest, b"".join([chunk async for chunk in stream])


def _reference(call: dict[str, Any]) -> RecordingRef:
    """As a stored meeting has it, without the facts of an event."""
    return RecordingRef(f"{call['meeting_id']}#{call['correlation_id']}")
