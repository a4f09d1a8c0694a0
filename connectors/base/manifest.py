"""The shape of `manifest.toml`: everything about a provider that is data rather than code."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal, Self
from urllib.parse import quote, urlsplit

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, ValidationError, model_validator

from oauth.provider import ClientAuth, OAuthProvider

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_HOST_NAME = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_NOTHING: Mapping[str, object] = MappingProxyType({})

Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class ManifestError(Exception):
    """A manifest that cannot be used: names the file and what is wrong in it."""


class Category(StrEnum):
    """Under which heading the console lists the provider."""

    MEETINGS = "meetings"
    CRM = "crm"
    MESSAGING = "messaging"
    DEVELOPER = "developer"


class Capability(StrEnum):
    """What a connector can do; each is a protocol in `connectors.base.connector`."""

    SOURCE = "source"
    DESTINATION = "destination"
    NOTIFIER = "notifier"
    SUBSCRIBER = "subscriber"


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Scope(_Section):
    """A permission we ask for, and why: both are shown before an admin connects."""

    name: str = Field(min_length=1)
    reason: str = Field(min_length=10)


class OAuthErrors(_Section):
    """The provider's own words on its token endpoint, beyond those of RFC 6749."""

    invalid_grant: tuple[str, ...] = ()
    unavailable: tuple[str, ...] = ()


class AppOnlySection(_Section):
    """Access of the app itself, without a person: an admin consents once, then tokens come for the app's own secret.

    It is used where the connect form's field `choice_field` has the value `choice`. `{tenant}` in `token_url` is what
    the consent page gave back as `tenant_parameter`.
    """

    choice_field: str
    choice: str
    consent_url: str
    token_url: str
    scope: str
    tenant_parameter: str = "tenant"
    reasons: tuple[Scope, ...] = ()
    """The permissions that the admin consents to, and why."""


class OAuthSection(_Section):
    """How to authorise. URLs may hold `{host}` placeholders that name entries of `[hosts]`."""

    authorize_url: str
    token_url: str
    revoke_url: str | None = None
    revoke_with: Literal["refresh_token", "access_token", "bearer"] = "refresh_token"
    """Which token goes into the body (RFC 7009); `bearer`: the access token revokes itself."""
    scopes: tuple[Scope, ...] = Field(min_length=1)
    scope_separator: str = " "
    client_auth: Literal["basic", "body"] = "basic"
    pkce: bool = True
    refresh_rotation: bool = False
    """A refresh kills the old refresh token."""
    authorize_params: dict[str, str] = Field(default_factory=dict)
    token_params: dict[str, str] = Field(default_factory=dict)
    account: dict[Identifier, str] = Field(default_factory=dict)
    """Account fact by name, with the dotted path where the token answer holds it."""
    errors: OAuthErrors = OAuthErrors()
    app_only: AppOnlySection | None = None


class SignatureSection(_Section):
    """How inbound requests are signed. `template` takes `{timestamp} {method} {url} {body}`."""

    header: str = Field(pattern=r"^[a-z0-9-]+$")
    timestamp_header: str | None = Field(default=None, pattern=r"^[a-z0-9-]+$")
    timestamp_unit: Literal["s", "ms"] = "s"
    template: str = "{body}"
    algorithm: Literal["sha256", "sha512"] = "sha256"
    encoding: Literal["hex", "base64"] = "hex"
    prefix: str = ""
    tolerance_s: float = Field(default=300, gt=0)

    @model_validator(mode="after")
    def _template_is_complete(self) -> Self:
        names = set(_PLACEHOLDER.findall(self.template))
        if unknown := names - {"timestamp", "method", "url", "body"}:
            raise ValueError(f"unknown placeholders in template: {sorted(unknown)}")
        if "body" not in names:
            raise ValueError("the template must cover the {body}")
        if ("timestamp" in names) != (self.timestamp_header is not None):
            raise ValueError("{timestamp} in the template and timestamp_header go together")
        return self


class WebhookSection(_Section):
    """Inbound events."""

    signature: SignatureSection | None = None
    """Absent when `webhook.py` checks the signature itself."""
    accepted_status: Literal[200, 202] = 200
    """What the provider wants to hear when an event was taken in."""
    keys_url: str | None = None
    """Where the provider publishes the keys that it signs encrypted events with; may hold `{host}` placeholders."""


class ConfigField(_Section):
    """One field of the connect form."""

    label: str
    help: str = ""
    type: Literal["text", "number", "boolean", "choice"] = "text"
    choices: tuple[str, ...] = ()
    default: str | float | bool | None = None
    required: bool = False
    host: Identifier | None = None
    """The entry of `[hosts]` that an answer takes the place of, for this connection alone."""
    allowed_hosts: tuple[str, ...] = ()
    """What such an answer may be, since our secret is sent there; `*.` stands for any subdomain."""

    @model_validator(mode="after")
    def _fits_its_type(self) -> Self:
        if (self.type == "choice") != bool(self.choices):
            raise ValueError("choices are for fields of type choice, and required there")
        if (self.host is None) != (not self.allowed_hosts) or (self.host and self.type != "text"):
            raise ValueError("a field for a host is of type text and says which are allowed")
        return self

    def host_in(self, answer: str) -> str | None:
        """The name of the host in what a person typed or pasted; None when it is not an allowed one."""
        try:
            name = (urlsplit(answer if "://" in answer else f"https://{answer}").hostname or "").rstrip(".")
        except ValueError:
            return None
        return name if any(_is_host(name, pattern) for pattern in self.allowed_hosts) else None


class RateLimit(_Section):
    """The provider's limit per connection: `calls` in `period_s` seconds."""

    calls: int = Field(gt=0)
    period_s: float = Field(gt=0)


class ErrorCodes(_Section):
    """Provider error codes whose HTTP status alone would mislead, by what they really mean."""

    rate_limited: tuple[str, ...] = ()
    unavailable: tuple[str, ...] = ()
    authorization_lost: tuple[str, ...] = ()


class Manifest(_Section):
    """One provider. `folder` is where its files lie."""

    id: Identifier
    name: str = Field(min_length=1)
    aliases: tuple[Identifier, ...] = ()
    """Other names that people use for it, for example its API's; the command line takes them, addresses do not."""
    category: Category
    capabilities: tuple[Capability, ...] = Field(min_length=1)
    summary: str = ""
    """One sentence for the connect page."""
    hosts: dict[Identifier, str] = Field(default_factory=dict)
    oauth: OAuthSection | None = None
    webhook: WebhookSection | None = None
    config: dict[Identifier, ConfigField] = Field(default_factory=dict)
    rate_limit: RateLimit | None = None
    deliver_within_s: int | None = Field(default=None, gt=0)
    """How long after a meeting's end its result has to be delivered, in seconds; the hub warns before that."""
    updates_messages: bool = True
    """False for a notifier whose messages can't be changed once they are sent, such as mails: a person who sends a
    result again wants another one."""
    errors: ErrorCodes = ErrorCodes()
    _folder: Path = PrivateAttr(default_factory=Path)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        for url in self.hosts.values():
            require_safe_url(url)
        if unknown := {field.host for field in self.config.values() if field.host} - self.hosts.keys():
            raise ValueError(f"[config] names hosts that [hosts] does not define: {sorted(unknown)}")
        self._require_known_hosts()
        return self

    def _require_known_hosts(self) -> None:
        if self.oauth is None:
            return
        app = self.oauth.app_only
        own = (self.oauth.authorize_url, self.oauth.token_url, self.oauth.revoke_url or "")
        urls = (*own, *((app.consent_url, app.token_url) if app else ()))
        used = {name for url in urls for name in _PLACEHOLDER.findall(url)} - {"tenant"}
        if missing := used - self.hosts.keys():
            raise ValueError(f"[oauth] uses hosts that [hosts] does not define: {sorted(missing)}")

    @property
    def folder(self) -> Path:
        """The connector's folder."""
        return self._folder

    @property
    def logo(self) -> Path:
        """The provider's drawing."""
        return self._folder / "logo.svg"

    def can(self, capability: Capability) -> bool:
        """Whether the connector declares this capability."""
        return capability in self.capabilities

    def hosts_with(self, overrides: Mapping[str, str], config: Mapping[str, object] = _NOTHING) -> dict[str, str]:
        """`[hosts]` with the operator's overrides and what the connect form's answers chose, without trailing slashes.

        Raises `ManifestError` for an unknown name or a plain-http address that is not loopback.
        """
        if unknown := overrides.keys() - self.hosts.keys():
            raise ManifestError(f"{self.id} has no hosts named {sorted(unknown)}; it has {sorted(self.hosts)}")
        all_hosts = {**self.hosts, **overrides, **self._chosen_hosts(config)}
        hosts = {name: url.rstrip("/") for name, url in all_hosts.items()}
        try:
            for url in hosts.values():
                require_safe_url(url)
        except ValueError as error:
            raise ManifestError(f"{self.id}: {error}") from error
        return hosts

    def _chosen_hosts(self, config: Mapping[str, object]) -> dict[str, str]:
        answers = {field.host: config.get(name) for name, field in self.config.items() if field.host}
        return {host: f"https://{answer}" for host, answer in answers.items() if answer}

    def oauth_provider(self, overrides: Mapping[str, str], config: Mapping[str, object] = _NOTHING) -> OAuthProvider:
        """`[oauth]` with real addresses. Raises `ManifestError` when the provider has none."""
        if self.oauth is None:
            raise ManifestError(f"{self.id} is not authorised by OAuth")
        return _provider(self.id, self.oauth, self.hosts_with(overrides, config))

    def app_only(self, config: Mapping[str, object]) -> AppOnlySection | None:
        """How the app gets access of its own, when the connect form's answers chose that."""
        section = self.oauth.app_only if self.oauth else None
        chosen = section is not None and config.get(section.choice_field) == section.choice
        return section if chosen else None

    def app_only_provider(self, section: AppOnlySection, overrides: Mapping[str, str], tenant: str) -> OAuthProvider:
        """The OAuth side of app-only access to one tenant (empty before there is one)."""
        hosts = self.hosts_with(overrides) | {"tenant": quote(tenant, safe="")}
        return replace(
            self.oauth_provider(overrides),
            authorize_url=_fill(section.consent_url, hosts),
            token_url=_fill(section.token_url, hosts),
            revoke_url=None,
            scopes=(section.scope,),
        )

    def account_facts(self, answer: Mapping[str, Any]) -> dict[str, str]:
        """The facts that `[oauth.account]` finds in a token answer; missing ones are left out."""
        paths = self.oauth.account if self.oauth else {}
        found = {name: _at(answer, path) for name, path in paths.items()}
        return {name: str(value) for name, value in found.items() if value not in (None, "")}


def load_manifest(path: Path) -> Manifest:
    """Read one `manifest.toml`. Raises `ManifestError` naming the file and every fault."""
    try:
        manifest = Manifest.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except tomllib.TOMLDecodeError as error:
        raise ManifestError(f"{path}: not valid TOML: {error}") from error
    except ValidationError as error:
        raise ManifestError(f"{path}: {_explain(error)}") from error
    if manifest.id != path.parent.name:
        raise ManifestError(f"{path}: id {manifest.id!r} differs from the folder's name {path.parent.name!r}")
    manifest._folder = path.parent
    return manifest


def require_safe_url(url: str) -> None:
    """Raise `ValueError` unless `url` is https, or plain http on this machine."""
    parts = urlsplit(url)
    if not parts.hostname:
        raise ValueError(f"not an absolute address: {url!r}")
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise ValueError(f"plain http is only accepted for loopback addresses: {url!r}")


def _provider(provider_id: str, section: OAuthSection, hosts: Mapping[str, str]) -> OAuthProvider:
    return OAuthProvider(
        id=provider_id,
        authorize_url=_fill(section.authorize_url, hosts),
        token_url=_fill(section.token_url, hosts),
        revoke_url=_fill(section.revoke_url, hosts) if section.revoke_url else None,
        revoke_with=section.revoke_with,
        scopes=tuple(scope.name for scope in section.scopes),
        scope_separator=section.scope_separator,
        client_auth=ClientAuth(section.client_auth),
        pkce=section.pkce,
        authorize_params=section.authorize_params,
        token_params=section.token_params,
        invalid_grant_errors=("invalid_grant", *section.errors.invalid_grant),
        unavailable_errors=("temporarily_unavailable", "server_error", *section.errors.unavailable),
    )


def _fill(template: str, hosts: Mapping[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda match: hosts[match[1]], template)


def _is_host(name: str, pattern: str) -> bool:
    # the letters are checked because browsers end a host's name at a backslash, where we would not
    is_below = pattern.startswith("*.") and name.endswith(pattern[1:])
    return bool(_HOST_NAME.fullmatch(name)) and (is_below or name == pattern)


def _at(answer: Mapping[str, Any], path: str) -> Any:
    value: Any = answer
    for name in path.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(name)
    return value


def _explain(error: ValidationError) -> str:
    return "; ".join(f"{'.'.join(map(str, fault['loc'])) or 'manifest'}: {fault['msg']}" for fault in error.errors())
