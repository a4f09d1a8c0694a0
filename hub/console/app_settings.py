"""What an operator enters at a provider, and what the hub is started with for it."""

from dataclasses import dataclass

from connectors.base.manifest import Manifest
from hub.connections.service.endpoint import redirect_uri
from hub.settings import OAuthApp, Settings


@dataclass(frozen=True)
class AppSettings:
    """`addresses`: label and address, to copy. `variables`: name and whether the hub was started with a value."""

    addresses: tuple[tuple[str, str], ...]
    variables: tuple[tuple[str, bool], ...]


def app_settings(manifest: Manifest, settings: Settings) -> AppSettings:
    """The addresses that the provider asks for, and the variables of its app; values of variables are never told."""
    hook = f"{settings.base_url}/hooks/{manifest.id}"
    addresses = [("Redirect address", redirect_uri(settings, manifest.id))]
    return AppSettings(
        addresses=(*addresses, ("Webhook address", hook)) if manifest.webhook else tuple(addresses),
        variables=tuple(_variables(manifest, settings.app(manifest.id)).items()),
    )


def _variables(manifest: Manifest, app: OAuthApp) -> dict[str, bool]:
    given = {"CLIENT_ID": app.client_id, "CLIENT_SECRET": app.client_secret.get_secret_value()}
    if manifest.webhook:
        given["WEBHOOK_SECRET"] = app.webhook_secret.get_secret_value()
    if manifest.webhook and manifest.webhook.keys_url:
        given["WEBHOOK_KEYS"] = app.webhook_keys.get_secret_value()
    return {f"HUB_OAUTH_APPS__{manifest.id.upper()}__{name}": bool(value) for name, value in given.items()}
