"""What a session's report says in sentences."""

from datetime import UTC, datetime
from typing import Any

from hub.sessions.models import FrameReading, LiveSession
from hub.sessions.schemas import session_view
from hub.sessions.service.reporting import make_report

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def a_session(**values: Any) -> LiveSession:
    facts: dict[str, Any] = {
        "organisation_id": "org_1",
        "key_id": "key_1",
        "created_at": NOW,
        "active_at": NOW,
        "first_ms": 0,
    }
    return LiveSession(**{**facts, **values})


def reading(at_s: int, valence: float, aus: list[int]) -> FrameReading:
    return FrameReading(
        organisation_id="org_1", session_id="ses_1", timestamp_ms=1000 * at_s, valence=valence, arousal=0.5,
        dominance=0.5, confidence=0.9, active_aus=aus,
    )  # fmt: skip


def test_it_names_the_minutes_of_alerts_the_brows_and_the_deepest_fall() -> None:
    alerts = [{"type": "arousal_high", "session_offset_s": offset} for offset in (200, 250, 260, 900)]
    session = a_session(
        frame_count=3, last_ms=1_000_000, baseline_frames=1, baseline_valence=0.7, baseline_arousal=0.4,
        baseline_dominance=0.5, alerts=alerts,
    )  # fmt: skip
    readings = [reading(0, 0.7, []), reading(273, 0.31, [1, 4]), reading(1000, 0.6, [1, 4, 17])]

    report = make_report(session, readings)

    assert report["duration_s"] == 1000
    assert "minutes 4 to 5 and 16" in report["summary"]
    assert "AU1 and AU4" in report["summary"]
    assert "273 s in, 0.39 under the baseline" in report["summary"]
    assert report["baseline_vad"] == {"v": 0.7, "a": 0.4, "d": 0.5}
    assert [point["session_offset_s"] for point in report["trend"]] == [0, 270, 1000]


def test_a_session_without_any_face_has_an_honest_report() -> None:
    report = make_report(a_session(), [])

    assert report["mean_vad"] == {"v": None, "a": None, "d": None}
    assert "nothing to report" in report["summary"]


def test_whole_seconds_come_back_as_they_were_sent() -> None:
    told = [session_view(a_session(label="a", baseline_window_s=seconds)).model_dump_json() for seconds in (60.0, 2.5)]

    assert '"baseline_window_s":60,' in told[0]
    assert '"baseline_window_s":2.5,' in told[1]
