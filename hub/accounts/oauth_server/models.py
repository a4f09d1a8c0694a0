"""Apps, what people allowed them, and the tokens that came of it. Secrets, codes and tokens are kept as hashes."""

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel

from hub.kit.database import json_field, moment
from hub.kit.ids import new_id
from hub.kit.repository import TenantModel


class TokenKind(StrEnum):
    """What a token opens: the API, or the next pair of tokens."""

    ACCESS = "access_token"
    REFRESH = "refresh_token"


class OAuthClient(SQLModel, table=True):
    """An app; its id is the `client_id`.

    One without `organisation_id` was registered by the operator, and members of every organisation may allow it. One
    without `secret_hash` is public: it runs where no secret can be kept.
    """

    id: str = Field(default_factory=lambda: new_id("app"), primary_key=True)
    organisation_id: str | None = Field(default=None, foreign_key="organisation.id", index=True)
    name: str
    redirect_uris: list[str] = json_field(default_factory=list)
    scopes: list[str] = json_field(default_factory=list)
    plan: str
    secret_hash: str | None = None
    hint: str = ""
    created_at: datetime = moment()
    revoked_at: datetime | None = moment(default=None, nullable=True)


class OAuthGrant(TenantModel, table=True):
    """One consent of one member, the code it gave, and the family of tokens that followed.

    `redirect_uri` is the one that was sent, empty when it was left out. `key_id` is the `ApiKey` that counts for the
    app in this organisation: limits and usage are per app and organisation.
    """

    id: str = Field(default_factory=lambda: new_id("gra"), primary_key=True)
    organisation_id: str = Field(foreign_key="organisation.id", index=True)
    client_id: str = Field(foreign_key="oauthclient.id", index=True)
    user_id: str = Field(foreign_key="user.id", index=True)
    key_id: str = Field(foreign_key="apikey.id")
    scopes: list[str] = json_field(default_factory=list)
    redirect_uri: str = ""
    code_hash: str = Field(unique=True)
    code_challenge: str
    code_expires_at: datetime = moment(index=True)
    code_used_at: datetime | None = moment(default=None, nullable=True)
    created_at: datetime = moment()
    last_used_at: datetime | None = moment(default=None, nullable=True)
    revoked_at: datetime | None = moment(default=None, nullable=True)


class OAuthToken(TenantModel, table=True):
    """A token. A refresh token is used once: whoever shows it again proves that it was copied."""

    id: str = Field(default_factory=lambda: new_id("tok"), primary_key=True)
    organisation_id: str = Field(foreign_key="organisation.id", index=True)
    grant_id: str = Field(foreign_key="oauthgrant.id", index=True)
    kind: str
    token_hash: str = Field(unique=True)
    scopes: list[str] = json_field(default_factory=list)
    created_at: datetime = moment()
    expires_at: datetime = moment(index=True)
    used_at: datetime | None = moment(default=None, nullable=True)
    revoked_at: datetime | None = moment(default=None, nullable=True)
