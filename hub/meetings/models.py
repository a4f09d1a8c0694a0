"""Meetings, who took part, and the timeline every other view is drawn from."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlmodel import Field, UniqueConstraint

from hub.kit.database import json_field, moment
from hub.kit.ids import new_id
from hub.kit.repository import TenantModel


class MeetingState(StrEnum):
    """Where a meeting stands on its way, and why in `state_reason`, in words for people.

    `completed` has a reason only where analysing again failed or is delayed: the result of before stands.
    """

    WAITING = "waiting"
    FETCHING = "fetching"
    ANALYSING = "analysing"
    COMPLETED = "completed"
    FAILED = "failed"


UNDER_WAY: Final = (MeetingState.FETCHING, MeetingState.ANALYSING)
"""A run is at work on the meeting."""


class Meeting(TenantModel, table=True):
    """One recorded meeting of one connection. `external_id` is the provider's id for this occurrence."""

    __table_args__ = (UniqueConstraint("connection_id", "external_id"),)

    id: str = Field(default_factory=lambda: new_id("mtg"), primary_key=True)
    organisation_id: str = Field(foreign_key="organisation.id", index=True)
    connection_id: str | None = Field(default=None, foreign_key="connection.id", index=True)
    external_id: str
    provider: str
    title: str = ""
    host_email: str = ""
    ical_uid: str | None = None
    started_at: datetime | None = moment(default=None, nullable=True, index=True)
    ended_at: datetime | None = moment(default=None, nullable=True)
    duration_s: float | None = None
    state: MeetingState = MeetingState.WAITING
    state_reason: str = ""
    progress: float = 0.0
    """0..1 of the current state's work."""
    revision: int = 0
    """The highest completed analysis revision; 0 before the first."""
    created_at: datetime = moment(index=True)
    updated_at: datetime = moment()


class DeletedMeeting(TenantModel, table=True):
    """A meeting that is closed to what its provider announces: a transcript must not bring back what was deleted.

    Where all of it was deleted, this is all that is left; where a person was forgotten, the meeting is kept without
    them. See `hub.meetings.closed`.
    """

    __table_args__ = (UniqueConstraint("connection_id", "external_id"),)

    id: str = Field(default_factory=lambda: new_id("dmt"), primary_key=True)
    organisation_id: str = Field(foreign_key="organisation.id", index=True)
    connection_id: str = Field(foreign_key="connection.id")
    external_id: str
    deleted_at: datetime = moment()


class Participant(TenantModel, table=True):
    """Somebody who took part. `internal` people belong to the organisation and are never scored."""

    __table_args__ = (UniqueConstraint("meeting_id", "name", "email"),)

    id: str = Field(default_factory=lambda: new_id("par"), primary_key=True)
    organisation_id: str = Field(foreign_key="organisation.id", index=True)
    meeting_id: str = Field(foreign_key="meeting.id", index=True)
    name: str
    email: str = ""
    internal: bool = False
    host: bool = False
    speaker: str | None = None
    """The transcript's label for this person, once joined."""
    attended_s: float | None = None


class Recording(TenantModel, table=True):
    """A file the provider offers for a meeting. Only what describes it is kept, never the media."""

    __table_args__ = (UniqueConstraint("meeting_id", "external_id"),)

    id: str = Field(default_factory=lambda: new_id("rec"), primary_key=True)
    organisation_id: str = Field(foreign_key="organisation.id", index=True)
    meeting_id: str = Field(foreign_key="meeting.id", index=True)
    external_id: str
    kind: str
    extension: str = ""
    size_bytes: int | None = None
    used: bool = False


class TimelineEntry(TenantModel, table=True):
    """One step of one meeting's way; console, API and metrics all read this and nothing else.

    `step` is a fact such as `recording.announced`, `recording.fetched`, `analysis.completed`, `meeting.matched`,
    `delivery.succeeded`. `key` makes writing it idempotent when a step runs again.
    """

    __table_args__ = (UniqueConstraint("meeting_id", "key"),)

    id: str = Field(default_factory=lambda: new_id("tml"), primary_key=True)
    organisation_id: str = Field(foreign_key="organisation.id", index=True)
    meeting_id: str = Field(foreign_key="meeting.id", index=True)
    key: str
    step: str
    message: str = ""
    details: dict[str, object] = json_field(default_factory=dict)
    at: datetime = moment(index=True)
