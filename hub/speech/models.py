"""What clips of one conversation sounded like, for predictions."""

from datetime import datetime

from sqlmodel import Field

from hub.kit.database import moment
from hub.kit.ids import new_id
from hub.kit.repository import TenantModel


class SpeechReading(TenantModel, table=True):
    """One analysed clip. `conversation` is a hash of the caller's own `session_id`."""

    id: str = Field(default_factory=lambda: new_id("spr"), primary_key=True)
    organisation_id: str = Field(foreign_key="organisation.id")
    conversation: str = Field(index=True)
    emotion: str
    valence: float
    arousal: float
    dominance: float
    created_at: datetime = moment(index=True)
