"""A hub that could not connect does not start."""

import pytest

from connectors.base.manifest import ManifestError
from hub.connections.startup import check_providers
from hub.settings import OAuthApp, Settings


def test_the_connectors_that_ship_are_sound() -> None:
    check_providers(Settings(oauth_apps={"zoom": OAuthApp(hosts={"api": "http://127.0.0.1:8100/zoom/v2"})}))


@pytest.mark.parametrize(
    ("provider", "hosts"),
    [("zoon", {}), ("zoom", {"apy": "https://x.example"}), ("zoom", {"api": "http://simulator.internal"})],
)
def test_a_misspelt_provider_or_host_or_plain_http_is_refused(provider: str, hosts: dict[str, str]) -> None:
    with pytest.raises(ManifestError):
        check_providers(Settings(oauth_apps={provider: OAuthApp(hosts=hosts)}))
