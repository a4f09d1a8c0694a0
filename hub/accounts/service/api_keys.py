"""API keys: shown once, kept as a hash."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session, select

from hub.accounts import audit
from hub.accounts.errors import DetailsInvalid
from hub.accounts.models import ApiKey, Organisation
from hub.accounts.plans import PLANS, PROFESSIONAL, SANDBOX
from hub.accounts.scopes import SCOPES
from hub.accounts.service.details import clean_text
from hub.accounts.tokens import hash_token, new_token
from hub.runtime import Runtime

LIVE_PREFIX: Final = "ed_live_sk_"
TEST_PREFIX: Final = "ed_test_sk_"
SPEECH_PREFIX: Final = "psk_"
_UNNAMED: Final = "My organisation"
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


def create_api_key(
    session: Session, organisation_id: str, *, name: str, actor: str, now: datetime
) -> tuple[ApiKey, str]:
    """Make a key for everything on the usual plan; the second value is its only copy in clear.

    Raises `DetailsInvalid` for an empty name.
    """
    return make_api_key(session, organisation_id, NewKey(name), actor=actor, now=now)


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
    _record(session, key, actor, "api_key.created", now)
    return key, secret


def create_operator_key(
    runtime: Runtime, *, name: str = "command line", plan: str = PROFESSIONAL.name, organisation: str = ""
) -> str:
    """Make a key from the command line; gives its only copy in clear.

    On a new store it makes the organisation too, which the first person to sign up takes over. Raises
    `DetailsInvalid` when the organisation does not exist, or is not the only one and was not named.
    """
    now = runtime.clock()
    with runtime.database.transaction() as session:
        owner = _organisation(session, organisation, now)
        _, secret = make_api_key(session, owner.id, NewKey(name, plan), actor="operator", now=now)
    return secret


def _organisation(session: Session, name: str, now: datetime) -> Organisation:
    known = session.exec(select(Organisation)).all()
    if not known:
        made = Organisation(name=name or _UNNAMED, created_at=now)
        session.add(made)
        session.flush()
        return made
    found = [row for row in known if name in {"", row.name}]
    if len(found) != 1:
        raise DetailsInvalid("organisation", "Name one organisation that exists with --organisation.")
    return found[0]


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
