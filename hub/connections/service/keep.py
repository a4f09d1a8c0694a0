"""Keep what an authorisation brought: a new connection, or new tokens for the account's old one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from connectors import registry
from connectors.base.manifest import Capability
from connectors.base.records import Account
from hub.accounts import audit
from hub.connections.errors import AccountTaken
from hub.connections.models import Authorization, Connection, ConnectionState
from hub.connections.repository import ConnectionRepository
from hub.connections.sealing import seal_tokens
from hub.kit.ids import new_id
from hub.runtime import Runtime
from oauth.tokens import TokenSet


@dataclass(frozen=True)
class Kept:
    """A connection that works now; `renewed` when the account was connected before."""

    connection: Connection
    renewed: bool


def keep_connection(
    runtime: Runtime, authorization: Authorization, actor: str, account: Account, tokens: TokenSet
) -> Kept:
    """Store the tokens, sealed. One row per organisation, provider and account, however often it is connected.

    Raises `AccountTaken` when a source's account is connected as somebody else, or for other people's meetings.
    """
    try:
        return _keep(runtime, authorization, actor, account, tokens)
    except IntegrityError:
        # somebody connected the same account in the same moment: now there is a row to renew
        return _keep(runtime, authorization, actor, account, tokens)


def _keep(runtime: Runtime, authorization: Authorization, actor: str, account: Account, tokens: TokenSet) -> Kept:
    now = runtime.clock()
    with runtime.database.transaction() as session:
        repository = ConnectionRepository(session, authorization.organisation_id)
        found = repository.by_account(authorization.provider, account.id)
        if found is not None:
            _require_same_access(found, account)
        connection = found or _new(authorization, account, now)
        _renew(runtime, connection, authorization, account, tokens, now)
        repository.add(connection)
        _record(session, connection, actor, renewed=found is not None, at=now)
    return Kept(connection, renewed=found is not None)


def _require_same_access(found: Connection, account: Account) -> None:
    """Whoever connects a source decides whose meetings are read: another person's access is no renewal."""
    manifest = registry.manifest(found.provider)
    if found.state is ConnectionState.REVOKED or not manifest.can(Capability.SOURCE):
        return
    standing, given = _whose(found.account), _whose(account.facts)
    if standing and given and standing != given:
        told = f"it is connected as {found.account_name}; disconnect that first to connect {account.name}"
        raise AccountTaken(f"{manifest.name} was not connected: {told}", connection_id=found.id)


def _whose(facts: Mapping[str, str]) -> str:
    """The tenant where the app itself has access to all of it, else the person; empty when nobody noted it."""
    return facts.get("tenant") or facts.get("user_id") or ""


def _new(authorization: Authorization, account: Account, now: datetime) -> Connection:
    return Connection(
        id=new_id("con"),
        organisation_id=authorization.organisation_id,
        provider=authorization.provider,
        account_id=account.id,
        tokens="",
        token_version=0,
        created_at=now,
        reconciled_at=now,
    )


def _renew(
    runtime: Runtime,
    connection: Connection,
    authorization: Authorization,
    account: Account,
    tokens: TokenSet,
    now: datetime,
) -> None:
    connection.account_name = account.name
    connection.account = dict(account.facts)
    connection.config = authorization.config
    if connection.state is ConnectionState.REVOKED:
        connection.wanted_since = connection.reconciled_at = now  # nobody wanted what was recorded while it was ended
    connection.state, connection.state_reason = ConnectionState.ACTIVE, ""
    connection.tokens = seal_tokens(runtime.vault, connection.id, tokens)
    connection.token_version += 1
    connection.expires_at = tokens.expires_at
    connection.refresh_started_at = None
    connection.checked_at = now


def _record(session: Session, connection: Connection, actor: str, *, renewed: bool, at: datetime) -> None:
    audit.record(
        session,
        organisation_id=connection.organisation_id,
        actor=actor,
        action="connection.renewed" if renewed else "connection.created",
        subject=connection.id,
        at=at,
        details={"provider": connection.provider, "account": connection.account_name},
    )
