"""How far a CRM's records are looked for: a destination's own choice."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class InternalMeetings(StrEnum):
    """What happens to meetings without anybody from outside."""

    SKIP = "skip"
    """Nothing is looked for, and nothing is sent."""
    ACTIVITY = "activity"
    """Only an activity that the CRM already has for the meeting is used."""
    PEOPLE = "people"
    """The organisation's own people are looked for too; the call is linked to them, and no figure is written."""


class Policy(BaseModel):
    """A destination's `policy` column; an empty one is the usual."""

    model_config = ConfigDict(extra="forbid")

    leads: bool = True
    """Take Leads where no Contact has the address."""
    closed_deals: bool = False
    """Take a closed deal where none is open."""
    internal_meetings: InternalMeetings = InternalMeetings.ACTIVITY
