"""Facts of an account that a token answer brought. An address among them is called later, with the token."""

from collections.abc import Mapping
from typing import Any, Final

from connectors.base.errors import RequestRejected
from connectors.base.manifest import Manifest
from hub.connections.hosts import is_simulated
from hub.kit.ssrf import ForbiddenTarget, check_url

_SCHEMES: Final = ("https://", "http://")


def account_facts(manifest: Manifest, hosts: Mapping[str, str], answer: Mapping[str, Any]) -> dict[str, str]:
    """The facts that the manifest names.

    Raises `RequestRejected` when one is an address inside this network; only a provider that is simulated on this
    machine may have those.
    """
    facts = manifest.account_facts(answer)
    for name, value in facts.items():
        if value.lower().startswith(_SCHEMES) or name.endswith("_url"):
            _require_public(manifest, name, value, allow_private=is_simulated(hosts))
    return facts


def _require_public(manifest: Manifest, name: str, url: str, *, allow_private: bool) -> None:
    try:
        check_url(url, allow_private=allow_private)
    except ForbiddenTarget as error:
        text = f"{manifest.name} named an address ({name}) that is not called: {error}"
        raise RequestRejected(text, code=name) from error
