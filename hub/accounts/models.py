"""Tenancy, people and keys."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel, UniqueConstraint

from hub.kit.database import json_field, moment
from hub.kit.ids import new_id
from hub.kit.repository import TenantModel


class Role(StrEnum):
    """What a member may do: owners and admins connect accounts, members read."""

    OWNER = "owner"
    ADMIN = "admin"
    MEMBER = "member"


class Organisation(SQLModel, table=True):
    """A customer of the hub. `domains` are its own e-mail domains: their people are never scored."""

    id: str = Field(default_factory=lambda: new_id("org"), primary_key=True)
    name: str
    region: str = "uk"
    domains: list[str] = json_field(default_factory=list)
    retention_days: int | None = None
    created_at: datetime = moment()


class User(SQLModel, table=True):
    """A person who signs in to the console."""

    id: str = Field(default_factory=lambda: new_id("usr"), primary_key=True)
    email: str = Field(unique=True, index=True)
    name: str = ""
    password_hash: str = ""
    created_at: datetime = moment()


class Membership(TenantModel, table=True):
    """A user's role in an organisation."""

    __table_args__ = (UniqueConstraint("organisation_id", "user_id"),)

    id: str = Field(default_factory=lambda: new_id("mem"), primary_key=True)
    organisation_id: str = Field(foreign_key="organisation.id", index=True)
    user_id: str = Field(foreign_key="user.id", index=True)
    role: Role
    created_at: datetime = moment()


class ConsoleSession(TenantModel, table=True):
    """A signed-in browser. Only the hash of its cookie token is kept; deleting the row signs it out."""

    id: str = Field(default_factory=lambda: new_id("cse"), primary_key=True)
    organisation_id: str = Field(foreign_key="organisation.id", index=True)
    user_id: str = Field(foreign_key="user.id", index=True)
    token_hash: str = Field(unique=True)
    csrf_token: str
    """The secret that form tokens are made of; see `hub.accounts.csrf`."""
    user_agent: str = ""
    created_at: datetime = moment()
    expires_at: datetime = moment()


class FirstRunLink(SQLModel, table=True):
    """The one-time link that makes the first owner; only its hash is kept."""

    id: str = Field(default_factory=lambda: new_id("frl"), primary_key=True)
    token_hash: str = Field(unique=True)
    created_at: datetime = moment()
    expires_at: datetime = moment()
    used_at: datetime | None = moment(default=None, nullable=True)


class SignInAttempt(SQLModel, table=True):
    """A sign-in that has not succeeded. `key` is a hash of an e-mail, an address or both; rows live for minutes."""

    id: str = Field(default_factory=lambda: new_id("sia"), primary_key=True)
    key: str = Field(index=True)
    at: datetime = moment(index=True)


class ApiKey(TenantModel, table=True):
    """An API key; only its SHA-256 is kept, `hint` shows the last four characters.

    One with a `client_id` has no secret: it counts for an app in this organisation, which is used with tokens.
    """

    __table_args__ = (Index("ix_apikey_app", "organisation_id", "client_id", unique=True),)

    id: str = Field(default_factory=lambda: new_id("key"), primary_key=True)
    organisation_id: str = Field(foreign_key="organisation.id", index=True)
    name: str
    plan: str = "professional"
    key_hash: str = Field(unique=True)
    hint: str
    client_id: str | None = None
    scopes: list[str] = json_field(default_factory=list)
    limits: dict[str, object] = json_field(default_factory=dict)
    """Limits of this key alone, by their names in `hub.accounts.plans.Plan`."""
    created_at: datetime = moment()
    expires_at: datetime | None = moment(default=None, nullable=True)
    revoked_at: datetime | None = moment(default=None, nullable=True)
    last_used_at: datetime | None = moment(default=None, nullable=True)


class RateWindow(SQLModel, table=True):
    """Calls of one key in its current window: `period` counts windows since 1970, `taken` the calls.

    Of a pace `period` is a moment, in microseconds since 1970; see `hub.accounts.pace`.
    """

    id: str = Field(primary_key=True)
    period: int = Field(sa_type=BigInteger)
    taken: int


class Usage(TenantModel, table=True):
    """What one key used on one day (UTC) of one kind, as in `hub.accounts.usage`."""

    __table_args__ = (UniqueConstraint("key_id", "day", "kind"),)

    id: str = Field(default_factory=lambda: new_id("use"), primary_key=True)
    organisation_id: str = Field(foreign_key="organisation.id", index=True)
    key_id: str = Field(foreign_key="apikey.id")
    day: date = Field(index=True)
    kind: str
    quantity: float


class IdempotentRequest(TenantModel, table=True):
    """A POST that carried an `Idempotency-Key`. `answer` is sealed JSON, None while the first one is under way."""

    id: str = Field(primary_key=True)
    organisation_id: str = Field(foreign_key="organisation.id", index=True)
    fingerprint: str
    status: int = 0
    answer: str | None = None
    created_at: datetime = moment(index=True)


class AuditEntry(TenantModel, table=True):
    """Who did what to what; never holds secrets or results."""

    id: str = Field(default_factory=lambda: new_id("aud"), primary_key=True)
    organisation_id: str = Field(foreign_key="organisation.id", index=True)
    actor: str
    action: str
    subject: str
    details: dict[str, object] = json_field(default_factory=dict)
    created_at: datetime = moment(index=True)
