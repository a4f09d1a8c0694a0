"""Registering apps and ending them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, or_, select

from hub.accounts import audit
from hub.accounts.errors import DetailsInvalid
from hub.accounts.models import Organisation
from hub.accounts.oauth_server.models import OAuthClient
from hub.accounts.oauth_server.redirects import clean_redirect_uris
from hub.accounts.plans import PLANS, PROFESSIONAL
from hub.accounts.scopes import APP_SCOPES
from hub.accounts.service.details import clean_text
from hub.accounts.tokens import hash_token, new_token
from hub.runtime import Runtime

SECRET_PREFIX: Final = "ed_live_cs_"  # noqa: S105 how secrets begin, so that people can tell which one they hold
_HINT_LENGTH: Final = 4


@dataclass(frozen=True)
class NewClient:
    """What an app is to be. Without an organisation it is the operator's, for members of every organisation."""

    name: str
    redirect_uris: Sequence[str]
    scopes: Sequence[str]
    public: bool = False
    plan: str = PROFESSIONAL.name
    organisation_id: str | None = None


def register_client(session: Session, new: NewClient, *, actor: str, now: datetime) -> tuple[OAuthClient, str | None]:
    """Register an app; the second value is its secret's only copy in clear, None for public apps.

    Raises `DetailsInvalid`.
    """
    secret = None if new.public else SECRET_PREFIX + new_token()
    row = OAuthClient(
        organisation_id=new.organisation_id,
        name=clean_text("name", new.name, "the name that people will see"),
        redirect_uris=clean_redirect_uris(new.redirect_uris, public=new.public),
        scopes=_known_scopes(new.scopes),
        plan=_known_plan(new.plan),
        secret_hash=hash_token(secret) if secret else None,
        hint=secret[-_HINT_LENGTH:] if secret else "",
        created_at=now,
    )
    session.add(row)
    session.flush()
    _record(session, row, actor, "app.registered", now)
    return row, secret


def register_operator_client(runtime: Runtime, new: NewClient, organisation: str) -> tuple[OAuthClient, str | None]:
    """Register an app from the command line, for one organisation or, when none is named, for all.

    Raises `DetailsInvalid`.
    """
    with runtime.database.transaction() as session:
        owner = organisation_named(session, organisation) if organisation else None
        whole = replace(new, organisation_id=owner)
        return register_client(session, whole, actor="operator", now=runtime.clock())


def end_client(session: Session, client: OAuthClient, *, actor: str, now: datetime) -> None:
    """From now on the app's tokens open nothing, and nobody can allow it; doing it twice changes nothing."""
    if client.revoked_at is None:
        client.revoked_at = now
        _record(session, client, actor, "app.ended", now)


def own_clients(session: Session, organisation_id: str) -> Sequence[OAuthClient]:
    """Apps that this organisation registered, newest first, ended ones included."""
    own = select(OAuthClient).where(OAuthClient.organisation_id == organisation_id)
    return session.exec(own.order_by(col(OAuthClient.id).desc())).all()


def own_client(session: Session, organisation_id: str, client_id: str) -> OAuthClient | None:
    """One of them; None when it is missing or somebody else's."""
    own = (OAuthClient.organisation_id == organisation_id, OAuthClient.id == client_id)
    return session.exec(select(OAuthClient).where(*own)).first()


def is_open_to(client: OAuthClient, organisation_id: str) -> bool:
    """Whether members of this organisation may allow it."""
    return client.organisation_id in {None, organisation_id}


def organisation_named(session: Session, name: str) -> str:
    """Its id. Raises `DetailsInvalid` when no organisation, or more than one, has the name."""
    found = session.exec(select(Organisation.id).where(or_(Organisation.name == name, Organisation.id == name))).all()
    if len(found) != 1:
        raise DetailsInvalid("organisation", f"There is no one organisation called {name}.")
    return found[0]


def _known_scopes(scopes: Sequence[str]) -> list[str]:
    wanted = sorted(set(scopes))
    if unknown := [name for name in wanted if name not in APP_SCOPES]:
        raise DetailsInvalid("scopes", f"An app cannot have the scope {', '.join(unknown)}.")
    if not wanted:
        raise DetailsInvalid("scopes", "Choose at least one thing that the app may ask for.")
    return wanted


def _known_plan(plan: str) -> str:
    if plan not in PLANS:
        raise DetailsInvalid("plan", f"There is no plan {plan}: choose {', '.join(PLANS)}.")
    return plan


def _record(session: Session, row: OAuthClient, actor: str, action: str, now: datetime) -> None:
    """In the log of the organisation that it belongs to; the operator's apps belong to none."""
    if row.organisation_id is not None:
        details = {"name": row.name, "scopes": row.scopes, "redirect_uris": row.redirect_uris}
        audit.record(
            session, organisation_id=row.organisation_id, actor=actor, action=action, subject=row.id, at=now,
            details=details,
        )  # fmt: skip
