"""What must be right about providers before the hub starts."""

from connectors import registry
from connectors.base.manifest import ManifestError
from hub.settings import Settings


def check_providers(settings: Settings) -> None:
    """Raise `ManifestError` for a bad manifest, an app of an unknown provider, or hosts that it does not have."""
    known = {manifest.id: manifest for manifest in registry.all_manifests()}
    for provider, app in settings.oauth_apps.items():
        if provider not in known:
            raise ManifestError(f"HUB_OAUTH_APPS names {provider!r}, but there are only {', '.join(known)}")
        known[provider].hosts_with(app.hosts)
