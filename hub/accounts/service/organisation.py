"""The organisation's own settings."""

from datetime import datetime

from sqlmodel import Session

from hub.accounts import audit
from hub.accounts.errors import DetailsInvalid
from hub.accounts.models import Organisation
from hub.accounts.service.details import clean_domains, clean_text
from hub.accounts.sessions import Member

_LONGEST_RETENTION_DAYS = 3650


def change_organisation(
    session: Session, member: Member, *, name: str, domains: str, retention_days: str, now: datetime
) -> Organisation:
    """Change name, own domains and how long results are kept (empty: the operator's default).

    Raises `DetailsInvalid`. The audit log says what was there before: domains decide who is never scored, and
    retention what is deleted.
    """
    organisation = session.get_one(Organisation, member.organisation_id)
    former = {f"former_{key}": value for key, value in _settings(organisation).items()}
    organisation.name = clean_text("name", name, "the name of your organisation")
    organisation.domains = clean_domains(domains)
    organisation.retention_days = _days(retention_days)
    audit.record(
        session,
        organisation_id=organisation.id,
        actor=member.user_id,
        action="organisation.changed",
        subject=organisation.id,
        at=now,
        details={**former, **_settings(organisation)},
    )
    return organisation


def _settings(organisation: Organisation) -> dict[str, object]:
    return {
        "name": organisation.name,
        "domains": list(organisation.domains),
        "retention_days": organisation.retention_days,
    }


def _days(text: str) -> int | None:
    if not text.strip():
        return None
    if not text.strip().isdecimal() or not 1 <= int(text) <= _LONGEST_RETENTION_DAYS:
        raise DetailsInvalid("retention_days", f"Enter a number of days from 1 to {_LONGEST_RETENTION_DAYS}.")
    return int(text)
