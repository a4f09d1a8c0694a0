"""The values that pass between the hub and connectors."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal


@dataclass(frozen=True)
class Account:
    """The provider account behind a connection. `id` routes inbound events; `facts` holds what calls need."""

    id: str
    name: str
    facts: Mapping[str, str] = field(default_factory=dict)


# --- sources -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class InboundRequest:
    """A webhook call as it arrived: header names in lower case, body untouched."""

    method: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True)
class InboundResponse:
    """An answer the provider expects at once, such as a URL validation."""

    status: int
    body: bytes
    content_type: str = "application/json"


class EventKind(StrEnum):
    """What a source can announce."""

    RECORDING_COMPLETED = "recording.completed"
    TRANSCRIPT_COMPLETED = "transcript.completed"
    MEETING_ENDED = "meeting.ended"
    ACCOUNT_DEAUTHORIZED = "account.deauthorized"
    SUBSCRIPTION_ENDING = "subscription.ending"
    """The provider stops sending events unless we subscribe again or renew."""
    ACCESS_REVOKED = "access.revoked"
    """The provider took our access away, and a person can give it again."""
    RECORD_MERGED = "record.merged"
    RECORD_DELETED = "record.deleted"
    PERSON_FORGOTTEN = "person.forgotten"
    """Whoever a record was about asked to be forgotten: what we hold about them has to go."""


@dataclass(frozen=True)
class RecordingRef:
    """How to find one meeting's recording again. `secrets` (a download token) is stored sealed, or not at all."""

    meeting_id: str
    facts: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class RecordChange:
    """CRM records of one type that are no longer there under these ids; `into` has taken their place in a merge."""

    type: str
    ids: tuple[str, ...]
    into: str = ""


@dataclass(frozen=True)
class SourceEvent:
    """One fact from a provider. `key` is the same for every repetition of it, and different otherwise.

    `incomplete`: the provider named the recording without what is needed to tell its meeting. The connector's
    `complete` (`connectors.base.connector.Completing`) gives the event itself, which has another key.
    """

    kind: EventKind
    account_id: str
    key: str
    occurred_at: datetime
    recording: RecordingRef | None = None
    incomplete: bool = False
    records: RecordChange | None = None
    user_id: str = ""
    """Whose own access it is about, as the fact `user_id` of an account names them; empty: the whole account's."""


@dataclass(frozen=True)
class Command:
    """A question that somebody typed at the provider. `place` is where, as a target's facts name it."""

    account_id: str
    place: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class Hook:
    """Where a provider is to send its events. `secret` goes with each of them; a `certificate` encrypts them."""

    url: str
    secret: str = field(repr=False)
    certificate: str = ""
    """PEM; empty when events are to come unencrypted."""


class FileKind(StrEnum):
    """What a recording file holds, as far as the hub cares."""

    VIDEO = "video"
    AUDIO = "audio"
    TRANSCRIPT = "transcript"
    OTHER = "other"


@dataclass(frozen=True)
class RecordingFile:
    """A downloadable file. `layout` is the provider's word (`active_speaker`, `audio_only`, ...).

    `part` counts from 1 where a recording was stopped and begun again: files of one part cover the same stretch.
    """

    id: str
    kind: FileKind
    url: str = field(repr=False)
    extension: str = ""
    size_bytes: int | None = None
    layout: str = ""
    started_at: datetime | None = None
    part: int = 1


@dataclass(frozen=True)
class Attendee:
    """Somebody who took part, as the provider tells it; `internal` is None when it does not."""

    name: str
    email: str = ""
    host: bool = False
    internal: bool | None = None
    attended_s: float | None = None


@dataclass(frozen=True)
class MeetingDetails:
    """A meeting with everything a source knows about it. `files` come best first for analysis."""

    external_id: str
    title: str
    started_at: datetime | None
    duration_s: float | None
    host_email: str
    attendees: tuple[Attendee, ...]
    files: tuple[RecordingFile, ...]
    ended_at: datetime | None = None
    ical_uid: str | None = None


# --- results -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Vad:
    """Valence, arousal and dominance, each 0..1, or None where the core could not tell."""

    valence: float | None
    arousal: float | None
    dominance: float | None


@dataclass(frozen=True)
class Alert:
    """A threshold that was crossed, `offset_s` seconds into the meeting."""

    type: str
    value: float
    threshold: float
    offset_s: float
    speaker: str | None = None


@dataclass(frozen=True)
class Moment:
    """A stretch worth looking at: what it did to the score, in plain words."""

    offset_s: float
    text: str
    effect: float
    speaker: str = ""
    why: str = ""
    """What stood out, in a word or two."""


@dataclass(frozen=True)
class SpeakerReport:
    """One speaker's figures; `email` is set once the speaker was joined to a participant.

    Who is not `observed` (the organisation's own people) has talk time and nothing else.
    """

    name: str
    email: str
    trust_score: float | None
    vad: Vad
    talk_time_s: float
    trust_interval: tuple[float, float] | None = None
    abstained_reason: str | None = None
    observed: bool = True


AnalysisKind = Literal["video", "audio", "text"]
"""What an analysis had to go on: a picture (and sound), sound without a picture, or words alone."""


@dataclass(frozen=True)
class Report:
    """An analysis in the form destinations and notifiers need. Idempotency key: `analysis_id`.

    `trust_score` is 0..100, or None with `abstained_reason`; `trend` is the per-second credibility signal,
    0..1 or None. The score describes how a person comes across relative to their own baseline. It does not
    detect lies, and no text made from it may say so.
    """

    analysis_id: str
    meeting_id: str
    revision: int
    kind: AnalysisKind
    title: str
    started_at: datetime | None
    duration_s: float
    trust_score: float | None
    trust_interval: tuple[float, float] | None
    abstained_reason: str | None
    vad: Vad
    alerts: tuple[Alert, ...]
    moments: tuple[Moment, ...]
    summary: str
    trend: tuple[float | None, ...]
    speakers: tuple[SpeakerReport, ...]
    host_email: str
    url: str
    completed_at: datetime
    guests: int = 0
    """How many people from outside took part, as far as the source tells."""
    own_people: frozenset[str] = frozenset()
    """E-mail addresses, in lower case, of the organisation's own people: nothing is written about them."""


@dataclass(frozen=True)
class Person:
    """A participant to look for in a CRM."""

    email: str
    name: str


@dataclass(frozen=True)
class MatchQuery:
    """Who took part from outside, what may already stand in the CRM for this meeting, and how far to look.

    Without `leads` only people who are contacts are found; `closed_deals` takes a closed deal where none is open;
    without `companies` an e-mail domain leads to nobody.
    """

    meeting_id: str
    people: tuple[Person, ...]
    ical_uid: str | None = None
    own_domains: tuple[str, ...] = ()
    leads: bool = True
    closed_deals: bool = False
    companies: bool = True


@dataclass(frozen=True)
class RecordRef:
    """A CRM record. `person` is the e-mail address of the participant it stands for, if it stands for one."""

    type: str
    id: str
    name: str = ""
    url: str = ""
    person: str = ""


@dataclass(frozen=True)
class Candidate:
    """A record that a rule found: `reason` in words, `alternatives` the records the rule passed over."""

    record: RecordRef
    rule: str
    reason: str
    person_email: str | None = None
    alternatives: tuple[RecordRef, ...] = ()


class ChangeKind(StrEnum):
    """What provisioning would do, or did; `by_hand` is left to a person."""

    CREATE = "create"
    UPDATE = "update"
    KEEP = "keep"
    BY_HAND = "by_hand"


@dataclass(frozen=True)
class Change:
    """One step of provisioning, for people to read before it is done."""

    kind: ChangeKind
    what: str
    name: str
    detail: str = ""


@dataclass(frozen=True)
class Receipt:
    """What a delivery left behind: enough to update it, link to it and undo it. Holds no secrets."""

    summary: str
    url: str = ""
    ids: Mapping[str, str] = field(default_factory=dict)
    former: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    """Per record (`Contact:003...`) the field values that were there before; what `undo` restores."""
    warnings: tuple[str, ...] = ()
    written: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    """Per record the values as the CRM holds them now; `undo` leaves alone what somebody changed since."""
    records: tuple[str, ...] = ()
    """Every record the delivery was for, also those that were only linked; set by the hub."""


@dataclass(frozen=True)
class Target:
    """Where inside an account a notifier sends, for example `{"channel": "C0123"}`."""

    facts: Mapping[str, str]


@dataclass(frozen=True)
class TargetOption:
    """A choice for a target picker."""

    id: str
    label: str
    facts: Mapping[str, str] = field(default_factory=dict)
