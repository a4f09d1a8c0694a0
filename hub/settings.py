"""Everything an operator can set, read from `HUB_*` variables once at start-up."""

from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

_STORES: Final = ("postgres://", "postgresql://", "postgresql+", "sqlite://")


class OAuthApp(BaseModel):
    """One provider's app registration, for example `HUB_OAUTH_APPS__ZOOM__CLIENT_ID`."""

    client_id: str = ""
    client_secret: SecretStr = SecretStr("")
    webhook_secret: SecretStr = SecretStr("")
    webhook_keys: SecretStr = SecretStr("")
    """For providers that encrypt their events: private keys with certificates, newest first; PEM or a file's path."""
    hosts: dict[str, str] = Field(default_factory=dict)
    """Base URLs that replace those of the manifest's `[hosts]` table; the simulators are reached this way."""

    def webhook_key_text(self) -> str:
        """`webhook_keys` as PEM; empty when there are none. Raises `OSError` when their file cannot be read."""
        given = self.webhook_keys.get_secret_value()
        return given if not given or "-----BEGIN" in given else Path(given).read_text(encoding="ascii")


class Tracing(BaseModel):
    """Where OpenTelemetry traces go; without an endpoint, and without OTEL_EXPORTER_OTLP_ENDPOINT, nowhere."""

    endpoint: str = ""
    """A collector's base URL for OTLP over HTTP, such as `http://127.0.0.1:4318`."""
    sample: float = Field(default=1.0, ge=0, le=1)
    """The share of traces that begin here which are kept."""
    service_name: str = "echodepth-hub"


class Settings(BaseSettings):
    """The hub's settings. Every default works on a laptop without any set-up."""

    model_config = SettingsConfigDict(env_prefix="HUB_", env_nested_delimiter="__", extra="ignore")

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    public_url: str = ""
    """How browsers and providers reach the hub; `http://127.0.0.1:<port>` when empty."""
    data_dir: Path = Path("var")
    database_url: str = Field(default="", repr=False)
    """`postgresql://...` for several processes; empty for one SQLite file in `data_dir`."""
    master_key: SecretStr | None = None
    master_key_previous: Annotated[tuple[SecretStr, ...], NoDecode] = ()
    oauth_apps: dict[str, OAuthApp] = Field(default_factory=dict)
    log_format: Literal["console", "json"] = "console"
    trusted_proxies: str = ""
    """Addresses or networks of proxies, comma-separated, whose `X-Forwarded-*` headers are believed."""
    tracing: Tracing = Field(default_factory=Tracing)
    metrics_token: SecretStr | None = None
    """What `/metrics` is asked with; without one it answers this machine only."""
    max_connections: int = Field(default=10_000, ge=10)
    """Clients connected to one process at once; those beyond it are told to come back."""
    allow_plain_http: bool = False
    """Answer plain http from other machines: for trying it out in a network of one's own."""
    analyses_at_once: int = Field(default=1, ge=1)
    """How many recordings one process fetches and analyses at the same time."""
    deliveries_at_once: int = Field(default=20, ge=1)
    analysis_timeout_s: int = Field(default=3 * 3600, ge=10)
    max_recording_bytes: int = Field(default=4 * 1024**3, ge=1)
    liveness_ttl_s: float = Field(default=30.0, gt=0)
    """A process that was silent this long is taken for dead and its work handed on."""
    polling_interval_s: float = Field(default=0.2, gt=0)
    """How often queues are looked into whose callers wait for the answer; the others at a third of that."""
    reconcile_every_s: int = Field(default=900, ge=5)
    retention_days: int = Field(default=365, ge=1)
    region: Literal["uk", "eu"] = "uk"
    """Where this hub, its database and its backups are, as their operator declares. Nothing crosses."""
    allow_private_webhook_targets: bool = False
    """Let webhook endpoints live on loopback and private networks: for demos and tests only."""

    allow_private_inputs: bool = False
    """Let the API fetch inputs from loopback and private networks: for demos and tests only."""

    @field_validator("master_key_previous", mode="before")
    @classmethod
    def _split_keys(cls, value: object) -> object:
        return tuple(filter(None, value.split(","))) if isinstance(value, str) else value

    @field_validator("trusted_proxies")
    @classmethod
    def _only_addresses(cls, value: str) -> str:
        """A misspelt address would trust nobody, and `*` everybody: then anybody could claim to come by https."""
        try:
            for proxy in filter(None, (part.strip() for part in value.split(","))):
                ip_network(proxy)
        except ValueError as error:
            raise ValueError("Takes addresses or networks of proxies, comma-separated, such as 10.0.0.0/8") from error
        return value

    @field_validator("public_url")
    @classmethod
    def _only_web_addresses(cls, value: str) -> str:
        """Redirect addresses, cookies and links are made from it."""
        address = urlsplit(value)
        if value and not (address.scheme in {"http", "https"} and address.hostname and address.path in {"", "/"}):
            raise ValueError("Takes an address without a path, such as https://hub.example.com")
        return value

    @field_validator("database_url")
    @classmethod
    def _only_known_stores(cls, value: str) -> str:
        if value and not value.startswith(_STORES):
            raise ValueError("Takes postgresql://user:password@host/database, or nothing for SQLite")
        return value

    def app(self, provider: str) -> OAuthApp:
        """The app registration for a provider; an empty one when the operator set none."""
        return self.oauth_apps.get(provider, OAuthApp())

    @property
    def base_url(self) -> str:
        """The public address without a trailing slash."""
        return (self.public_url or f"http://127.0.0.1:{self.port}").rstrip("/")

    @property
    def store_url(self) -> str:
        """The database that holds our tables and the engine's."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'hub.db').absolute()}"

    @property
    def media_dir(self) -> Path:
        """Private temporary directory for recordings on their way through the core."""
        return self.data_dir / "media"
