"""A meeting with everything the console can show, built from the result's own fields."""

import math
import random
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlmodel import Session

from hub.analysis.models import Analysis, AnalysisState
from hub.connections.models import Connection, ConnectionState
from hub.crm.models import CrmMatch
from hub.deliveries.models import Attempt, Delivery, DeliveryState, Destination
from hub.meetings.models import Meeting, MeetingState, Participant, TimelineEntry
from hub.runtime import Runtime

ENDED = datetime(2026, 11, 19, 15, 4, tzinfo=UTC)
SECONDS = 14 * 60 + 20
_TURN_S = 26

Series = list[float | None]


def spoken_by(speaker: int) -> list[list[float]]:
    """Who speaks when: three people who take turns, the second most of the time."""
    order = (1, 0, 1, 2, 1, 0)
    return [
        [float(start), float(min(start + _TURN_S - 2, SECONDS))]
        for index, start in enumerate(range(0, SECONDS, _TURN_S))
        if order[index % len(order)] == speaker
    ]


def series(seed: int, middle: float, dip_at: float, depth: float) -> Series:
    """A plausible per-second signal: slow waves, small noise, one dip; None where nobody observed speaks."""
    chance = random.Random(seed)
    heard = [span for speaker in (1, 2) for span in spoken_by(speaker)]
    values: Series = []
    for second in range(SECONDS):
        wave = 0.06 * math.sin(second / 41 + seed) + 0.04 * math.sin(second / 13 + seed)
        dip = depth * math.exp(-(((second - dip_at) / 38) ** 2))
        value = min(1.0, max(0.0, middle + wave + dip + chance.gauss(0, 0.02)))
        values.append(round(value, 4) if any(start <= second < end for start, end in heard) else None)
    return values


def result() -> dict[str, Any]:
    """A whole result, as `analysis_core.result.Result.to_dict` gives it."""
    credibility = series(1, 0.62, 505, -0.34)
    lanes = {
        "valence": series(2, 0.58, 510, -0.30),
        "arousal": series(3, 0.41, 498, 0.38),
        "dominance": series(4, 0.52, 520, -0.16),
    }
    return {
        "duration_s": float(SECONDS),
        "trust_score": 58.4,
        "abstained": None,
        "trust_interval": [53.1, 63.6],
        "credibility_signal": credibility,
        "vad": {
            "valence": 0.56,
            "arousal": 0.44,
            "dominance": 0.51,
            "delta_from_baseline": {"valence": -0.05, "arousal": 0.08, "dominance": -0.02},
            "confidence": 0.71,
        },
        "vad_series": lanes,
        "action_units": [
            _unit(12, "Lip corner puller", 0.31, 0.82),
            _unit(4, "Brow lowerer", 0.22, 0.64),
            _unit(1, "Inner brow raiser", 0.18, 0.55),
            _unit(25, "Lips part", 0.40, 0.78),
            {**_unit(14, "Dimpler", None, None), "supported": False, "source": "unsupported"},
        ],
        "events": [
            _event(
                "words.hesitation",
                141,
                "Priya Nair",
                {"sentence": "Well, I think, um, we would have to look at that again."},
            ),
            _event(
                "words.commitment", 268, "Priya Nair", {"sentence": "I will send you the signed order by Thursday."}
            ),
            _event(
                "words.objection",
                472,
                "Priya Nair",
                {"sentence": "The price is not something I could take to our board as it stands."},
            ),
            _event("answer.slow", 742, "Tom\u00e1s Herrera", {"silence_s": 3.4}),
        ],
        "alerts": [
            {"type": "arousal_high", "threshold": 0.8, "value": 0.84, "offset_s": 486.0, "speaker": "Priya Nair"},
            {"type": "credibility_low", "threshold": 0.35, "value": 0.27, "offset_s": 524.0, "speaker": "Priya Nair"},
        ],
        "speakers": [
            _speaker("Dana Whitfield", 0, observed=False, questions=11),
            {**_speaker("Priya Nair", 1, observed=True, questions=6), **_scored(55.2, (49.0, 61.1), credibility)},
            {
                **_speaker("Tom\u00e1s Herrera", 2, observed=True, questions=3),
                **_scored(66.0, (57.8, 73.9), credibility),
            },
        ],
        "coverage": {
            "audio": {"available": True, "share": 0.97, "note": ""},
            "face": {"available": True, "share": 0.61, "note": "A face was seen in 61 % of the observed speech."},
            "text": {"available": True, "share": 1.0, "note": ""},
        },
        "contributions": _contributions(),
        "summary": "Priya and Tom\u00e1s came across a little more composed and direct than at the start of the call.\n"
        "The stretch around 8:30, about the price, stands out: more strain in the voice and more hedging than before. "
        "It settled again within two minutes.",
        "warnings": ["The transcript spells no filled pauses; they were taken from the audio."],
        "models": [{"name": "speech-embedding", "version": "1", "sha256": "d01c3014881c9c6f" + "0" * 48}],
    }


def _contributions() -> dict[str, Any]:
    points = {
        "composure": 1.9,
        "fluency": 3.4,
        "directness": 4.1,
        "congruence": 0.6,
        "engagement": 1.2,
        "sustained_lows": -2.8,
    }
    moments = [
        (139.0, 158.0, -0.9, "fluency", "Well, I think, um, we would have to look at that again."),
        (262.0, 284.0, 2.2, "directness", "I will send you the signed order by Thursday."),
        (470.0, 490.0, -3.1, "composure", "The price is not something I could take to our board as it stands."),
        (520.0, 541.0, -1.7, "directness", "Maybe we could, sort of, split it over two years."),
        (738.0, 757.0, 1.4, "engagement", "That works for us. What do you need from me?"),
    ]
    return {
        "signals": [{"signal": name, "points": value, "observed_share": 0.9} for name, value in points.items()],
        "moments": [
            {
                "start_s": start,
                "end_s": end,
                "speaker": "Priya Nair",
                "points": value,
                "strongest_signal": name,
                "text": text,
            }
            for start, end, value, name, text in moments
        ],
    }


def _unit(code: int, name: str, intensity: float | None, peak: float | None) -> dict[str, Any]:
    return {
        "code": code,
        "name": name,
        "source": "blendshape",
        "supported": True,
        "intensity": intensity,
        "peak": peak,
        "active": bool(peak and peak >= 0.3),
        "confidence": 0.9,
    }


def _event(kind: str, at: float, speaker: str, evidence: dict[str, Any]) -> dict[str, Any]:
    return {"type": kind, "start_s": at, "end_s": at + 4, "speaker": speaker, "strength": 0.7, "evidence": evidence}


def _speaker(name: str, index: int, *, observed: bool, questions: int) -> dict[str, Any]:
    spans = spoken_by(index)
    talk = sum(end - start for start, end in spans)
    return {
        "name": name,
        "observed": observed,
        "talk_time_s": talk,
        "talk_share": round(talk / (SECONDS * 0.92), 4),
        "turns": len(spans),
        "interruptions": 1,
        "longest_monologue_s": 24.0,
        "questions": questions,
        "spoken": spans,
    }


def _scored(score: float, interval: tuple[float, float], signal: Series) -> dict[str, Any]:
    return {
        "trust_score": score,
        "trust_interval": list(interval),
        "credibility_signal": signal,
        "vad": {"valence": 0.55, "arousal": 0.46, "dominance": 0.5, "delta_from_baseline": {}, "confidence": 0.7},
    }


def seed_meeting(runtime: Runtime, organisation_id: str, found: dict[str, Any] | None = None) -> Meeting:
    """Store a connected source and CRM, a completed meeting, its result, records, deliveries and timeline."""
    with runtime.database.transaction() as session:
        zoom = _connection(session, organisation_id, "zoom", "Northwind Trading")
        crm = _connection(session, organisation_id, "salesforce", "Northwind Trading")
        meeting = _meeting(session, organisation_id, zoom)
        analysis = _analysis(session, meeting, found or result())
        _people(session, meeting)
        _match(session, meeting, crm)
        _deliveries(session, meeting, analysis, crm)
        _timeline(session, meeting)
        return meeting


def seed_meeting_under_way(runtime: Runtime, organisation_id: str) -> Meeting:
    """A meeting that is being analysed."""
    with runtime.database.transaction() as session:
        meeting = Meeting(
            organisation_id=organisation_id,
            external_id="under-way",
            provider="zoom",
            title="Kick-off with Fabrikam",
            host_email="dana@northwind.example",
            started_at=ENDED,
            duration_s=1805,
            state=MeetingState.ANALYSING,
            progress=0.42,
            created_at=ENDED,
            updated_at=ENDED,
        )
        session.add(meeting)
        return meeting


def _connection(session: Session, organisation_id: str, provider: str, name: str) -> Connection:
    row = Connection(
        organisation_id=organisation_id,
        provider=provider,
        account_id=f"{provider}-1",
        account_name=name,
        state=ConnectionState.ACTIVE,
        tokens="",
        created_at=ENDED,
        checked_at=ENDED,
    )
    session.add(row)
    session.flush()
    return row


def _meeting(session: Session, organisation_id: str, zoom: Connection) -> Meeting:
    row = Meeting(
        organisation_id=organisation_id,
        connection_id=zoom.id,
        external_id="demo",
        provider="zoom",
        title="Renewal and rollout, Contoso",
        host_email="dana@northwind.example",
        started_at=ENDED - timedelta(seconds=SECONDS),
        ended_at=ENDED,
        duration_s=SECONDS,
        state=MeetingState.COMPLETED,
        progress=1.0,
        revision=1,
        created_at=ENDED,
        updated_at=ENDED,
    )
    session.add(row)
    session.flush()
    return row


def _analysis(session: Session, meeting: Meeting, found: dict[str, Any]) -> Analysis:
    row = Analysis(
        organisation_id=meeting.organisation_id,
        meeting_id=meeting.id,
        state=AnalysisState.COMPLETED,
        trust_score=found["trust_score"],
        alert_count=len(found["alerts"]),
        duration_s=found["duration_s"],
        result=found,
        created_at=ENDED,
        completed_at=ENDED,
    )
    session.add(row)
    session.flush()
    return row


def _people(session: Session, meeting: Meeting) -> None:
    for name, email, internal in (
        ("Dana Whitfield", "dana@northwind.example", True),
        ("Priya Nair", "priya.nair@contoso.example", False),
        ("Tom\u00e1s Herrera", "tomas@contoso.example", False),
        ("Wei Zhang", "wei@contoso.example", False),
    ):
        session.add(
            Participant(
                organisation_id=meeting.organisation_id,
                meeting_id=meeting.id,
                name=name,
                email=email,
                internal=internal,
                host=internal,
                speaker=name,
            )
        )


def _match(session: Session, meeting: Meeting, crm: Connection) -> None:
    session.add_all(
        [
            CrmMatch(
                organisation_id=meeting.organisation_id,
                meeting_id=meeting.id,
                connection_id=crm.id,
                provider="salesforce",
                record_type="Contact",
                record_id="0035g00000A1",
                record_name="Priya Nair",
                record_url="https://northwind.example/0035g00000A1",
                participant_email="priya.nair@contoso.example",
                rule="contact_by_email",
                reason="Contact with the e-mail priya.nair@contoso.example.",
                alternatives=[{"type": "Contact", "id": "0035g00000A9", "name": "P. Nair (older)"}],
                created_at=ENDED,
            ),
            CrmMatch(
                organisation_id=meeting.organisation_id,
                meeting_id=meeting.id,
                connection_id=crm.id,
                provider="salesforce",
                record_type="Opportunity",
                record_id="0065g00000B1",
                record_name="Contoso renewal 2027",
                record_url="https://northwind.example/0065g00000B1",
                rule="opportunity_by_contact_role",
                reason="Open opportunity on which Priya Nair has a role.",
                created_at=ENDED,
            ),
        ]
    )


def _deliveries(session: Session, meeting: Meeting, analysis: Analysis, crm: Connection) -> None:
    destination = Destination(
        organisation_id=meeting.organisation_id,
        connection_id=crm.id,
        name="Salesforce",
        created_at=ENDED,
        mapping={"trust_score": "EchoDepth_Trust_Score__c", "valence": "EchoDepth_Valence__c"},
    )
    session.add(destination)
    session.flush()
    delivery = Delivery(
        organisation_id=meeting.organisation_id,
        key=f"{analysis.id}:1:{destination.id}",
        kind="destination",
        destination_id=destination.id,
        meeting_id=meeting.id,
        analysis_id=analysis.id,
        state=DeliveryState.SUCCEEDED,
        created_at=ENDED,
        finished_at=ENDED,
        receipt={
            "summary": "1 Contact and 1 Opportunity updated, 1 Task logged.",
            "url": "https://northwind.example/00T1",
        },
    )
    session.add(delivery)
    session.flush()
    for number, (outcome, status, decision) in enumerate(
        [("ProviderUnavailable", 503, "retry in 30 s"), ("succeeded", 200, "")]
    ):
        session.add(
            Attempt(
                organisation_id=meeting.organisation_id,
                delivery_id=delivery.id,
                number=number,
                outcome=outcome,
                status=status,
                decision=decision,
                duration_ms=412,
                at=ENDED + timedelta(seconds=100 + 30 * number),
            )
        )


def _timeline(session: Session, meeting: Meeting) -> None:
    for after, step, message in (
        (0, "meeting.ended", ""),
        (42, "recording.announced", "by webhook"),
        (51, "recording.fetched", "212 MB of video, the transcript and 4 participants"),
        (93, "analysis.completed", "14 min analysed in 42 s"),
        (97, "meeting.matched", "2 records in Salesforce"),
        (131, "delivery.succeeded", "Salesforce"),
    ):
        session.add(
            TimelineEntry(
                organisation_id=meeting.organisation_id,
                meeting_id=meeting.id,
                key=step,
                step=step,
                message=message,
                at=ENDED + timedelta(seconds=after),
            )
        )
