"""What the console says about providers; all of it comes from their manifests."""

from collections.abc import Iterable

from connectors import registry
from connectors.base.manifest import Capability, Manifest
from hub.settings import Settings


def provider_name(provider: str) -> str:
    """The provider's own name; its id when its connector is gone."""
    found = find_manifest(provider)
    return found.name if found else provider


def find_manifest(provider: str) -> Manifest | None:
    """The manifest, or None when the connector's folder is gone."""
    try:
        return registry.manifest(provider)
    except registry.UnknownProvider:
        return None


def capabilities(provider: str) -> tuple[Capability, ...]:
    """What the provider's connector can do."""
    found = find_manifest(provider)
    return found.capabilities if found else ()


def is_configured(manifest: Manifest, settings: Settings) -> bool:
    """Whether the operator registered an app there, so that connecting can work."""
    return manifest.oauth is None or bool(settings.app(manifest.id).client_id)


def authorize_origins(settings: Settings, manifests: Iterable[Manifest]) -> list[str]:
    """What connect forms may lead to: any https page (providers sign people in on hosts of their own choosing),
    and plain-http addresses that the operator put in a provider's place.
    """
    overrides = (host for manifest in manifests for host in settings.app(manifest.id).hosts.values())
    return ["https:", *sorted({host.rstrip("/") for host in overrides if host.startswith("http://")})]
