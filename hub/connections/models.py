"""Connections and OAuth authorisations in flight."""

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, UniqueConstraint

from hub.kit.database import json_field, moment
from hub.kit.ids import new_id
from hub.kit.repository import TenantModel


class ConnectionState(StrEnum):
    """`reconnect` means only a person can repair it, by authorising again; `refused` that the provider refuses the
    hub's own app, which whoever runs the hub repairs: nobody has to authorise again."""

    ACTIVE = "active"
    RECONNECT = "reconnect"
    REFUSED = "refused"
    REVOKED = "revoked"


class Connection(TenantModel, table=True):
    """One organisation's authorised link to one provider account.

    `tokens` is sealed JSON (access and refresh token, scopes, what else the provider returned);
    `refresh_started_at` is the journal: set before a refresh is sent, cleared in the commit that stores the
    new pair, so a crash between the provider's answer and our commit is noticed.
    """

    __table_args__ = (UniqueConstraint("organisation_id", "provider", "account_id"),)

    id: str = Field(default_factory=lambda: new_id("con"), primary_key=True)
    organisation_id: str = Field(foreign_key="organisation.id", index=True)
    provider: str = Field(index=True)
    account_id: str = Field(index=True)
    account_name: str = ""
    state: ConnectionState = ConnectionState.ACTIVE
    state_reason: str = ""
    tokens: str
    token_version: int = 1
    expires_at: datetime | None = moment(default=None, nullable=True)
    refresh_started_at: datetime | None = moment(default=None, nullable=True)
    account: dict[str, str] = json_field(default_factory=dict)
    """Facts about the account that calls need, for example Salesforce's `instance_url`; no secrets."""
    config: dict[str, object] = json_field(default_factory=dict)
    """What the admin chose for this connection, by the manifest's `[config]` fields."""
    created_at: datetime = moment()
    checked_at: datetime | None = moment(default=None, nullable=True)
    reconciled_at: datetime | None = moment(default=None, nullable=True)
    """Everything that a source had by then was taken in; only a run that came to its end moves it."""
    wanted_since: datetime | None = moment(default=None, nullable=True)
    """When an ended connection was made anew: nobody agreed to what was recorded before. None where it never ended."""


class Bookmark(TenantModel, table=True):
    """Up to where one of a source's lists was read, in its connector's own words."""

    __table_args__ = (UniqueConstraint("connection_id", "name"),)

    id: str = Field(default_factory=lambda: new_id("bmk"), primary_key=True)
    organisation_id: str = Field(foreign_key="organisation.id", index=True)
    connection_id: str = Field(foreign_key="connection.id", index=True)
    name: str
    place: str


class Authorization(TenantModel, table=True):
    """An OAuth redirect in flight, bound to the browser session that started it. Used once, then deleted."""

    id: str = Field(default_factory=lambda: new_id("ath"), primary_key=True)
    organisation_id: str = Field(foreign_key="organisation.id", index=True)
    provider: str
    state_hash: str = Field(unique=True)
    session_id: str
    code_verifier: str
    """Sealed."""
    config: dict[str, object] = json_field(default_factory=dict)
    """What the admin filled in on the connect form, on its way into the connection."""
    created_at: datetime = moment()
    expires_at: datetime = moment()
