"""What a provider's encrypted events are opened with: our keys, and its own, fetched and kept for a while."""

import json
import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import httpx

from connectors import registry
from connectors.base.errors import ProviderUnavailable
from connectors.base.inbound import Opening
from hub.kit.clock import Clock
from hub.runtime import Runtime
from hub.settings import Settings

_KEPT_FOR: Final = timedelta(hours=12)
_NOT_SOONER: Final = timedelta(minutes=1)
_TIMEOUT_S: Final = 2.0
_LARGEST: Final = 1024 * 1024


class SigningKeys:
    """A provider's published keys. Whoever sends unknown key ids cannot make us fetch more than once a minute."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[datetime, Mapping[str, Any]]] = {}
        self._lock = threading.Lock()

    def get(self, url: str, clock: Clock, anew: bool) -> Mapping[str, Any]:
        """The key set at `url`. Raises `ProviderUnavailable`."""
        with self._lock:
            known = self._found.get(url)
            if known is not None and clock() - known[0] < (_NOT_SOONER if anew else _KEPT_FOR):
                return known[1]
            fetched = _fetch(url)
            self._found[url] = (clock(), fetched)
            return fetched


_keys = SigningKeys()


def opening_for(runtime: Runtime, provider: str) -> Opening | None:
    """None for a provider that signs no encrypted events. Raises `OSError` when the file with our keys is gone."""
    return opening_of(runtime.settings, runtime.clock, provider)


def opening_of(settings: Settings, clock: Clock, provider: str) -> Opening | None:
    """The same where there is no running hub."""
    manifest, app = registry.manifest(provider), settings.app(provider)
    address = manifest.webhook.keys_url if manifest.webhook else None
    if address is None:
        return None
    hosts = manifest.hosts_with(app.hosts)
    url = address.format_map(hosts)
    return Opening(app.client_id, hosts, app.webhook_key_text(), lambda anew: _keys.get(url, clock, anew))


def _fetch(url: str) -> Mapping[str, Any]:
    try:
        direct = dict.fromkeys(("all://127.0.0.1", "all://localhost", "all://[::1]"))
        with httpx.Client(timeout=_TIMEOUT_S, mounts=direct) as http:
            answer = http.get(url).raise_for_status()
        keys = json.loads(answer.content[:_LARGEST])
    except (httpx.HTTPError, ValueError) as error:
        raise ProviderUnavailable("the provider's signing keys could not be fetched") from error
    if not isinstance(keys, dict):
        raise ProviderUnavailable("the provider's signing keys have another shape")
    return keys
