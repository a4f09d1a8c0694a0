"""Zoom's bodies, in the shapes that they really have, become the hub's records."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import connectors.zoom
from connectors.base.errors import RequestRejected
from connectors.base.records import FileKind, RecordingFile
from connectors.zoom.mapping import events_in, listed_events, meeting_details, meeting_path
from hub.meetings.cases import choose_inputs

FIXTURES = Path(connectors.zoom.__file__).parent / "fixtures"
PAYLOADS = Path(__file__).parents[4].parent / "shared" / "providers" / "payloads" / "zoom"


def body_of(name: str) -> dict[str, Any]:
    body: dict[str, Any] = json.loads((FIXTURES / name).read_text())["body"]
    return body


def test_webhook_and_listing_agree_on_what_is_the_same_recording() -> None:
    listed = [
        event
        for meeting in json.loads((FIXTURES / "list.one_page.json").read_text())["meetings"]
        for event in listed_events(meeting, "aQx7TestAccount01")
    ]
    announced = [
        *events_in(body_of("webhook.recording_completed.json")),
        *events_in(body_of("webhook.transcript_completed.json")),
    ]

    assert [event.key for event in listed] == [event.key for event in announced]
    assert all(event.recording for event in listed)


def test_a_repeated_webhook_with_a_later_time_stamp_is_the_same_event() -> None:
    body = body_of("webhook.recording_completed.json")
    again = {**body, "event_ts": body["event_ts"] + 300_000, "download_token": "another"}

    assert events_in(body)[0].key == events_in(again)[0].key


def test_another_file_makes_another_event() -> None:
    body = body_of("webhook.recording_completed.json")
    changed = json.loads(json.dumps(body).replace("file-audio-0003", "file-audio-0009"))

    assert events_in(body)[0].key != events_in(changed)[0].key


def test_the_download_token_is_kept_apart_from_what_may_be_shown() -> None:
    [event] = events_in(body_of("webhook.recording_completed.json"))

    assert event.recording is not None
    assert event.recording.secrets == {"download_token": "invented-download-token"}
    assert "invented-download-token" not in repr(event)


def test_files_come_best_first_whatever_zoom_left_out() -> None:
    meeting = body_of("webhook.recording_completed.json")["payload"]["object"]

    files = meeting_details(meeting, []).files

    assert [(file.kind, file.layout, file.extension) for file in files] == [
        (FileKind.VIDEO, "active_speaker", "mp4"),
        (FileKind.VIDEO, "gallery_view", "mp4"),
        (FileKind.AUDIO, "audio_only", "m4a"),
        (FileKind.OTHER, "timeline", "json"),
        (FileKind.OTHER, "closed_caption", "vtt"),
    ]
    assert len({file.id for file in files}) == len(files)


def test_people_who_rejoined_are_one_and_strangers_with_the_same_name_are_two() -> None:
    rows = [
        {
            "id": "u1",
            "name": "Mira Okafor",
            "user_email": "Mira@Harbourlight.example",
            "duration": 600,
            "internal_user": True,
        },
        {"id": "", "name": "Guest", "user_email": "", "duration": 100},
        {"id": "", "name": "Guest", "duration": 50},
        {"id": "u1", "name": "Mira (phone)", "user_email": "", "duration": 60, "internal_user": True},
        {"id": "g2", "name": "Alex", "user_email": "alex@pellworm.example", "duration": 5, "internal_user": False},
        {"id": "g3", "name": "Alex", "user_email": "alex@other.example", "duration": 5, "internal_user": False},
        {
            "name": "Late",
            "duration": 0,
            "join_time": "2026-11-19T09:00:00Z",
            "leave_time": "2026-11-19T09:00:30.0000000+00:00",
        },
        {"name": "Unknown", "duration": 0},
    ]
    meeting = {"uuid": "u==", "host_email": "mira@harbourlight.example", "host_id": "u1"}

    people = meeting_details(meeting, rows).attendees

    assert [(p.name, p.email, p.host, p.internal, p.attended_s) for p in people] == [
        ("Mira Okafor", "mira@harbourlight.example", True, True, 660.0),
        ("Guest", "", False, None, 150.0),
        ("Alex", "alex@pellworm.example", False, False, 5.0),
        ("Alex", "alex@other.example", False, False, 5.0),
        ("Late", "", False, None, 30.0),
        ("Unknown", "", False, None, None),
    ]


@pytest.mark.parametrize(
    ("uuid", "path"),
    [
        ("plain==", "plain%3D%3D"),
        ("a/b==", "a%2Fb%3D%3D"),
        ("/ab==", "%252Fab%253D%253D"),
        ("a//b", "a%252F%252Fb"),
    ],
)
def test_uuids_are_encoded_twice_only_where_zoom_needs_it(uuid: str, path: str) -> None:
    assert meeting_path(uuid) == path


@pytest.mark.parametrize(
    "body",
    [
        {"event": "recording.completed"},
        {"event": "recording.completed", "payload": []},
        {"event": "recording.completed", "payload": {"object": {}}},
        {"event": "recording.completed", "payload": {"object": {"uuid": 7}}, "event_ts": 1},
        {"event": "recording.completed", "payload": {"object": {"uuid": "x"}}},
        {"event": "app_deauthorized", "payload": {}},
    ],
)
def test_a_broken_event_is_rejected_not_half_read(body: dict[str, Any]) -> None:
    with pytest.raises(RequestRejected):
        events_in(body)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
_FIELDS = st.sampled_from(
    ["uuid", "id", "recording_files", "start_time", "duration", "file_type", "download_url", "status", "topic"]
)


@given(
    event=st.sampled_from(
        [
            "recording.completed",
            "recording.transcript_completed",
            "meeting.aic_transcript_completed",
            "meeting.ended",
            "app_deauthorized",
        ]
    ),
    meeting=st.dictionaries(_FIELDS, _JSON | st.lists(st.dictionaries(_FIELDS, _JSON))),
    stamp=_JSON,
)
def test_no_body_makes_the_parser_fall_over(event: str, meeting: dict[str, Any], stamp: Any) -> None:
    try:
        events_in({"event": event, "event_ts": stamp, "payload": {"account_id": "a", "object": meeting}})
        listed_events(meeting, "a")
        meeting_details(meeting, [meeting])
    except RequestRejected:
        pass


@pytest.mark.skipif(not PAYLOADS.is_dir(), reason="the provider's published examples are not here")
class TestPublishedExamples:
    def read(self, name: str) -> Any:
        return json.loads((PAYLOADS / name).read_text())["body"]

    def test_a_completed_recording(self) -> None:
        [event] = events_in(self.read("webhook.recording.completed.json"))

        assert event.account_id == "AAAAAABBBB"
        assert event.recording is not None
        assert event.recording.meeting_id == "4444AAAiAAAAAiAiAiiAii=="
        assert event.occurred_at == datetime(2021, 7, 14, 2, 44, 51, 572000, tzinfo=UTC)

    def test_a_transcript_without_extension(self) -> None:
        body = self.read("webhook.recording.transcript_completed.json")

        [event] = events_in(body)
        [file] = meeting_details(body["payload"]["object"], []).files

        assert event.key.startswith("transcript.completed:")
        assert (file.kind, file.extension) == (FileKind.TRANSCRIPT, "vtt")

    def test_an_ended_meeting_and_a_removed_app(self) -> None:
        assert events_in(self.read("webhook.meeting.ended.json"))[0].kind == "meeting.ended"
        assert events_in(self.read("webhook.app_deauthorized.json"))[0].kind == "account.deauthorized"

    def test_events_that_are_not_for_us(self) -> None:
        assert events_in(self.read("webhook.meeting.participant_joined.json")) == ()

    def test_a_recording_whose_type_and_extension_disagree(self) -> None:
        people = self.read("rest.past_meetings.participants.json")["participants"]

        details = meeting_details(self.read("rest.meetings.recordings.get.json"), people)

        assert [(file.kind, file.extension) for file in details.files] == [(FileKind.VIDEO, "mp4")]
        assert [(each.email, each.attended_s, each.internal) for each in details.attendees] == [
            ("jchill@example.com", 259.0, False)
        ]

    def test_a_page_of_the_list(self) -> None:
        [meeting] = self.read("rest.users.recordings.list.json")["meetings"]

        assert [event.kind for event in listed_events(meeting, "x")] == ["recording.completed"]


class TestARecordingThatWasStoppedAndStartedAgain:
    """The files of `webhook.recording_completed`, and the same again for a second, longer stretch."""

    def meeting(self, *, best_layout_in: int = 1) -> dict[str, Any]:
        meeting: dict[str, Any] = body_of("webhook.recording_completed.json")["payload"]["object"]
        first = [row for row in meeting["recording_files"] if row.get("file_type") in {"MP4", "M4A"}]
        words = {"id": "file-words", "file_type": "TRANSCRIPT", "download_url": "https://zoom.us/rec/download/words"}
        again = [
            {**row, "id": f"{row['id']}-again", **self.between("10:00:00", "11:30:00")}
            for row in [*first, words]
            if best_layout_in == 2 or row.get("recording_type") != "active_speaker"
        ]
        kept = [row for row in first if best_layout_in == 1 or row.get("recording_type") != "active_speaker"]
        early = [{**row, **self.between("09:00:00", "09:10:00")} for row in [*kept, words]]
        return {**meeting, "recording_files": early + again}

    def between(self, start: str, end: str) -> dict[str, str]:
        return {"recording_start": f"2026-11-19T{start}Z", "recording_end": f"2026-11-19T{end}Z"}

    @pytest.mark.parametrize("best_layout_in", [1, 2])
    def test_media_and_words_are_of_its_longest_part(self, best_layout_in: int) -> None:
        inputs = choose_inputs(meeting_details(self.meeting(best_layout_in=best_layout_in), []))

        assert inputs.media.id.endswith("-again")
        assert inputs.transcript is not None
        assert inputs.transcript.id == "file-words-again"
        assert inputs.left_out.startswith("The recording was stopped and started again. Part 2 of 2 was analysed")

    def test_words_of_another_part_are_not_taken_for_those_of_the_longest(self) -> None:
        meeting = self.meeting()
        rows = [row for row in meeting["recording_files"] if row["id"] != "file-words-again"]
        companion = RecordingFile("companion-1", FileKind.TRANSCRIPT, "https://zoom.us/rec/download/companion")

        inputs = choose_inputs(meeting_details({**meeting, "recording_files": rows}, [], companion))

        assert inputs.media.id.endswith("-again")
        assert inputs.transcript is None

    def test_a_recording_of_one_part_is_whole(self) -> None:
        inputs = choose_inputs(meeting_details(body_of("webhook.recording_completed.json")["payload"]["object"], []))

        assert (inputs.media.layout, inputs.left_out) == ("active_speaker", "")
