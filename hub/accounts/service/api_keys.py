"""API keys: shown once, kept as a hash."""

from datetime import datetime

from sqlmodel import Session, select

from hub.accounts import audit
from hub.accounts.errors import DetailsInvalid
from hub.accounts.models import ApiKey, Organisation
from hub.accounts.service.details import clean_text
from hub.accounts.tokens import hash_token, new_token
from hub.runtime import Runtime

LIVE_PREFIX = "ed_live_sk_"
_HINT_LENGTH = 4


def create_api_key(
    session: Session, organisation_id: str, *, name: str, actor: str, now: datetime
) -> tuple[ApiKey, str]:
    """Make a key; the second value is its only copy in clear. Raises `DetailsInvalid` for an empty name."""
    secret = LIVE_PREFIX + new_token()
    key = ApiKey(
        organisation_id=organisation_id,
        name=clean_text("name", name, "a name that says what the key is for"),
        key_hash=hash_token(secret),
        hint=secret[-_HINT_LENGTH:],
        created_at=now,
    )
    session.add(key)
    session.flush()
    _record(session, key, actor, "api_key.created", now)
    return key, secret


def create_operator_key(runtime: Runtime, *, name: str, organisation: str = "") -> str:
    """Make a key from the command line; gives its only copy in clear.

    Raises `DetailsInvalid` when the organisation does not exist, or is not the only one and was not named.
    """
    with runtime.database.transaction() as session:
        found = [row for row in session.exec(select(Organisation)).all() if organisation in {"", row.name}]
        if len(found) != 1:
            raise DetailsInvalid("organisation", "Name one organisation that exists with --organisation.")
        _, secret = create_api_key(session, found[0].id, name=name, actor="operator", now=runtime.clock())
    return secret


def revoke_api_key(session: Session, key: ApiKey, *, actor: str, now: datetime) -> None:
    """From now on the key opens nothing; doing it twice changes nothing."""
    if key.revoked_at is None:
        key.revoked_at = now
        _record(session, key, actor, "api_key.revoked", now)


def _record(session: Session, key: ApiKey, actor: str, action: str, now: datetime) -> None:
    audit.record(
        session,
        organisation_id=key.organisation_id,
        actor=actor,
        action=action,
        subject=key.id,
        at=now,
        details={"name": key.name, "hint": key.hint},
    )
