"""The audit log: who did what to what."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from hub.accounts.models import AuditEntry


def record(
    session: Session,
    *,
    organisation_id: str,
    actor: str,
    action: str,
    subject: str,
    at: datetime,
    details: Mapping[str, object] | None = None,
) -> AuditEntry:
    """Add one entry in the caller's transaction.

    `actor` is a user id, an API key id or `hub`; `action` is `noun.past_participle` (`connection.created`);
    `subject` the id of what it was done to. `details` never hold secrets or results.
    """
    entry = AuditEntry(
        organisation_id=organisation_id,
        actor=actor,
        action=action,
        subject=subject,
        details=dict(details or {}),
        created_at=at,
    )
    session.add(entry)
    return entry
