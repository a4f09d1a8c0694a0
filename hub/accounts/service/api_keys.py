"""API keys: shown once, kept as a hash."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session

from hub.accounts import audit
from hub.accounts.errors import DetailsInvalid
from hub.accounts.models import ApiKey
from hub.accounts.plans import PLANS, PROFESSIONAL, SANDBOX
from hub.accounts.scopes import SCOPES
from hub.accounts.service.details import clean_text
from hub.accounts.tokens import hash_token, new_token

LIVE_PREFIX: Final = "ed_live_sk_"
TEST_PREFIX: Final = "ed_test_sk_"
SPEECH_PREFIX: Final = "psk_"
_HINT_LENGTH = 4


@dataclass(frozen=True)
class NewKey:
    """What a key is to be: its plan, its scopes (empty for all), and when it ends. `speech` keys are `psk_...`."""

    name: str
    plan: str = PROFESSIONAL.name
    scopes: tuple[str, ...] = ()
    expires_at: datetime | None = None
    speech: bool = False

    @property
    def prefix(self) -> str:
        """How the key begins, so that people can tell which one they hold."""
        if self.speech:
            return SPEECH_PREFIX
        return TEST_PREFIX if self.plan == SANDBOX.name else LIVE_PREFIX


def make_api_key(
    session: Session, organisation_id: str, new: NewKey, *, actor: str, now: datetime
) -> tuple[ApiKey, str]:
    """Make a key; the second value is its only copy in clear. Raises `DetailsInvalid`."""
    secret = new.prefix + new_token()
    key = ApiKey(
        organisation_id=organisation_id,
        name=clean_text("name", new.name, "a name that says what the key is for"),
        plan=_known_plan(new.plan),
        scopes=_known_scopes(new),
        key_hash=hash_token(secret),
        hint=secret[-_HINT_LENGTH:],
        created_at=now,
        expires_at=new.expires_at,
    )
    session.add(key)
    session.flush()
    _record(session, key, actor, "api_key.created", now, _granted(key))
    return key, secret


def _known_plan(plan: str) -> str:
    if plan not in PLANS:
        raise DetailsInvalid("plan", f"There is no plan {plan}: choose {', '.join(PLANS)}.")
    return plan


def _known_scopes(new: NewKey) -> list[str]:
    if unknown := sorted(set(new.scopes) - SCOPES.keys()):
        raise DetailsInvalid("scopes", f"There is no scope {', '.join(unknown)}.")
    return ["speech"] if new.speech else sorted(set(new.scopes))


def revoke_api_key(session: Session, key: ApiKey, *, actor: str, now: datetime) -> None:
    """From now on the key opens nothing; doing it twice changes nothing."""
    if key.revoked_at is None:
        key.revoked_at = now
        _record(session, key, actor, "api_key.revoked", now)


def _granted(key: ApiKey) -> dict[str, object]:
    """What the key may be used for; no scopes mean all."""
    ends = key.expires_at.isoformat() if key.expires_at else None
    return {"plan": key.plan, "scopes": key.scopes, "expires_at": ends}


def _record(
    session: Session, key: ApiKey, actor: str, action: str, now: datetime, details: Mapping[str, object] | None = None
) -> None:
    audit.record(
        session,
        organisation_id=key.organisation_id,
        actor=actor,
        action=action,
        subject=key.id,
        at=now,
        details={"name": key.name, "hint": key.hint, **(details or {})},
    )
