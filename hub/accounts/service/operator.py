"""What whoever runs the hub does about keys and members on the command line, in every organisation."""

from collections.abc import Sequence
from typing import Final

from sqlmodel import Session, col, select

from hub.accounts.errors import DetailsInvalid
from hub.accounts.models import ApiKey, Membership, Organisation, User
from hub.accounts.service.api_keys import NewKey, make_api_key, revoke_api_key
from hub.runtime import Runtime

OPERATOR: Final = "operator"
"""Who the audit log names."""
_UNNAMED: Final = "My organisation"
_USUAL: Final = NewKey("command line")


def create_operator_key(runtime: Runtime, new: NewKey = _USUAL, *, organisation: str = "") -> str:
    """Make a key; gives its only copy in clear.

    On a new store it makes the organisation too, which the first person to sign up takes over. Raises
    `DetailsInvalid` for the key, and when the organisation does not exist, or is not the only one and was not named.
    """
    now = runtime.clock()
    with runtime.database.transaction() as session:
        owner = _organisation(session, organisation) or _first(session, runtime, organisation)
        _, secret = make_api_key(session, owner.id, new, actor=OPERATOR, now=now)
    return secret


def revoke_operator_key(runtime: Runtime, key_id: str) -> ApiKey:
    """End a key of any organisation. Raises `DetailsInvalid` where there is no such key."""
    with runtime.database.transaction() as session:
        key = session.exec(select(ApiKey).where(ApiKey.id == key_id, col(ApiKey.client_id).is_(None))).first()
        if key is None:
            raise DetailsInvalid("key", f"There is no key {key_id}: see `hub keys list`.")
        revoke_api_key(session, key, actor=OPERATOR, now=runtime.clock())
        return key


def every_key(runtime: Runtime) -> Sequence[tuple[Organisation, ApiKey]]:
    """Keys that people hold, newest first, revoked ones included."""
    statement = select(Organisation, ApiKey).join(ApiKey).where(col(ApiKey.client_id).is_(None))
    with runtime.database.transaction() as session:
        return session.exec(statement.order_by(col(Organisation.name), col(ApiKey.id).desc())).all()


def every_member(runtime: Runtime) -> Sequence[tuple[Organisation, User, Membership]]:
    """Who can sign in, and as what."""
    statement = (
        select(Organisation, User, Membership)
        .join(Membership, col(Membership.organisation_id) == col(Organisation.id))
        .join(User, col(User.id) == col(Membership.user_id))
    )
    with runtime.database.transaction() as session:
        return session.exec(statement.order_by(col(Organisation.name), col(User.email))).all()


def _organisation(session: Session, name: str) -> Organisation | None:
    """The one with this name, or the only one; None on a new store."""
    known = session.exec(select(Organisation)).all()
    found = [row for row in known if name in {"", row.name}]
    if known and len(found) != 1:
        raise DetailsInvalid("organisation", "Name one organisation that exists with --organisation.")
    return found[0] if found else None


def _first(session: Session, runtime: Runtime, name: str) -> Organisation:
    made = Organisation(name=name or _UNNAMED, region=runtime.settings.region, created_at=runtime.clock())
    session.add(made)
    session.flush()
    return made
