"""The OAuth side of a provider as this hub is configured for it."""

from collections.abc import Mapping
from dataclasses import replace

from connectors import registry
from connectors.base.manifest import AppOnlySection
from hub.connections.errors import NotConfigured
from hub.settings import Settings
from oauth.provider import ClientCredentials
from oauth.tokens import TokenEndpoint


def token_endpoint(settings: Settings, provider: str, config: Mapping[str, object]) -> TokenEndpoint:
    """Calls to the token endpoint of the provider, where the connect form's answers choose among several.

    Raises `NotConfigured` and `registry.UnknownProvider`.
    """
    app, manifest = settings.app(provider), registry.manifest(provider)
    if not app.client_id:
        raise NotConfigured(f"{manifest.name} is not set up: HUB_OAUTH_APPS__{provider.upper()}__CLIENT_ID is empty")
    credentials = ClientCredentials(app.client_id, app.client_secret.get_secret_value())
    return TokenEndpoint(manifest.oauth_provider(app.hosts, config), credentials)


def hosts_of(settings: Settings, provider: str, config: Mapping[str, object]) -> dict[str, str]:
    """The hosts: the provider's, the operator's, and what the connect form chose. Raises `ManifestError`."""
    return registry.manifest(provider).hosts_with(settings.app(provider).hosts, config)


def app_only_endpoint(settings: Settings, provider: str, section: AppOnlySection, tenant: str) -> TokenEndpoint:
    """The same for access of the app itself to one tenant; `tenant` is empty before the consent. Raises alike."""
    own, app = token_endpoint(settings, provider, {}), settings.app(provider)
    return replace(own, provider=registry.manifest(provider).app_only_provider(section, app.hosts, tenant))


def redirect_uri(settings: Settings, provider: str) -> str:
    """Where the provider sends browsers back to; this exact address is registered there."""
    return f"{settings.base_url}/oauth/{provider}/callback"
