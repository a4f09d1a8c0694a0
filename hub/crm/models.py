"""Matches between meetings and CRM records, each with its reason."""

from datetime import datetime

from sqlmodel import Field, UniqueConstraint

from hub.kit.database import json_field, moment
from hub.kit.ids import new_id
from hub.kit.repository import TenantModel


class CrmMatch(TenantModel, table=True):
    """One CRM record a meeting belongs to; `reason` says why in words, `alternatives` what else was found."""

    __table_args__ = (UniqueConstraint("meeting_id", "connection_id", "record_type", "record_id"),)

    id: str = Field(default_factory=lambda: new_id("mat"), primary_key=True)
    organisation_id: str = Field(foreign_key="organisation.id", index=True)
    meeting_id: str = Field(foreign_key="meeting.id", index=True)
    connection_id: str = Field(foreign_key="connection.id", index=True)
    provider: str
    record_type: str
    record_id: str
    record_name: str = ""
    record_url: str = ""
    participant_email: str | None = None
    rule: str
    """The matching rule, for example `contact_by_email`, `opportunity_by_contact_role`; or, as `hub.crm.repository`
    names it, what a person did (chose another record, added one, took one away), or that the CRM deleted the record."""
    reason: str
    alternatives: list[dict[str, str]] = json_field(default_factory=list)
    chosen_by: str = "rule"
    """`rule`, or the id of the member who corrected it."""
    created_at: datetime = moment()


class CrmWatch(TenantModel, table=True):
    """A meeting for which not every record was found yet: it is matched again at `next_at`, up to `until`."""

    id: str = Field(default_factory=lambda: new_id("wat"), primary_key=True)
    organisation_id: str = Field(foreign_key="organisation.id", index=True)
    meeting_id: str = Field(foreign_key="meeting.id", unique=True)
    rounds: int = 0
    next_at: datetime = moment(index=True)
    until: datetime = moment()
