"""Queries over matches of one organisation."""

from collections.abc import Sequence
from typing import Any, ClassVar, Final

from sqlmodel import col

from connectors.base.records import RecordRef
from hub.crm.models import CrmMatch, CrmWatch
from hub.kit.repository import TenantRepository

BY_RULE: Final = "rule"
CHOSEN: Final = "chosen_by_member"
"""A person put this record in the place of another."""
ADDED: Final = "added_by_member"
"""A person put it beside what rules find: that says nothing about their records."""
REMOVED: Final = "removed"
"""A person took it away: the row stays, so that matching again does not bring it back."""
ADDITION_REMOVED: Final = "addition_removed"
"""The same for one that a person had added."""
GONE: Final = "record_deleted"
"""The CRM deleted the record: nothing sees the row any more, but whose record it was is known should the CRM ask to
forget that person. A rule that finds the record again brings the match back."""
TAKEN_AWAY: Final = frozenset({REMOVED, ADDITION_REMOVED})
ABOUT_ITSELF: Final = frozenset({ADDED, ADDITION_REMOVED})
"""What decides about its own record; the others also about whichever one a rule would put there."""


class Matches(TenantRepository[CrmMatch]):
    """Which records meetings belong to."""

    model: ClassVar[type[Any]] = CrmMatch

    def of_meeting(self, meeting_id: str, connection_id: str | None = None) -> Sequence[CrmMatch]:
        """The records that stand, oldest first; of one connection when given."""
        return [row for row in self.decided(meeting_id, connection_id) if row.rule not in TAKEN_AWAY]

    def decided(self, meeting_id: str, connection_id: str | None = None) -> Sequence[CrmMatch]:
        """Everything known, also what a person removed."""
        statement = self.select().where(CrmMatch.meeting_id == meeting_id, CrmMatch.rule != GONE)
        statement = statement.order_by(col(CrmMatch.id))
        if connection_id is not None:
            statement = statement.where(CrmMatch.connection_id == connection_id)
        return self.all(statement)

    def find(self, meeting_id: str, connection_id: str, record: RecordRef) -> CrmMatch | None:
        """The row of one record, also of one that is gone."""
        statement = self.select().where(
            CrmMatch.meeting_id == meeting_id,
            CrmMatch.connection_id == connection_id,
            CrmMatch.record_type == record.type,
            CrmMatch.record_id == record.id,
        )
        return self.session.exec(statement).first()

    def delete(self, row: CrmMatch) -> None:
        """Forget a match that no rule finds any more."""
        self.session.delete(row)
        self.session.flush()


class Watches(TenantRepository[CrmWatch]):
    """Meetings that are matched again."""

    model: ClassVar[type[Any]] = CrmWatch

    def of_meeting(self, meeting_id: str) -> CrmWatch | None:
        """The watch of one meeting; None when nothing is missing, or nobody looks any more."""
        return self.session.exec(self.select().where(CrmWatch.meeting_id == meeting_id)).first()


def record_of(row: CrmMatch) -> RecordRef:
    """The record of a match as connectors know it."""
    person = (row.participant_email or "").lower()
    return RecordRef(row.record_type, row.record_id, row.record_name, row.record_url, person)


def key_of(record: RecordRef) -> str:
    """How receipts name a record: `Contact:003...`."""
    return f"{record.type}:{record.id}"
