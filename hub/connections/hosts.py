"""Which addresses are the provider's own."""

from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from connectors.base.errors import RequestRejected

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


@dataclass(frozen=True)
class TrustedHosts:
    """The provider's hosts by manifest, operator and account facts (`instance_url`)."""

    urls: tuple[httpx.URL, ...]

    @classmethod
    def of(cls, hosts: Mapping[str, str], account: Mapping[str, str]) -> "TrustedHosts":
        """From the host table and those account facts that are addresses."""
        facts = [value for value in account.values() if value.startswith(("https://", "http://"))]
        return cls(tuple(httpx.URL(url) for url in (*hosts.values(), *facts)))

    def may_have_token(self, url: httpx.URL) -> bool:
        """Whether `url` is on one of the hosts or, over TLS, on a subdomain of one."""
        return any(_covers(trusted, url) for trusted in self.urls)

    def is_own(self, url: httpx.URL) -> bool:
        """Whether `url` is the provider's, which is trusted wherever it is: on one of the hosts, or simulated here."""
        return self.may_have_token(url) or url.host in _LOOPBACK

    def require_safe(self, url: httpx.URL) -> None:
        """Raise `RequestRejected` for plain http, and for this machine unless the provider is simulated here."""
        if url.host in _LOOPBACK:
            if any(trusted.host in _LOOPBACK for trusted in self.urls):
                return
            raise RequestRejected("the provider pointed to an address on this machine")
        if url.scheme != "https":
            raise RequestRejected(f"plain http is not accepted ({url.host})")


def is_simulated(hosts: Mapping[str, str]) -> bool:
    """Whether the operator points to a stand-in for the provider on this machine."""
    return any(httpx.URL(url).host in _LOOPBACK for url in hosts.values())


def _covers(trusted: httpx.URL, url: httpx.URL) -> bool:
    if (trusted.scheme, _port(trusted)) != (url.scheme, _port(url)):
        return False
    return url.host == trusted.host or (url.scheme == "https" and url.host.endswith(f".{trusted.host}"))


def _port(url: httpx.URL) -> int:
    return url.port or (443 if url.scheme == "https" else 80)
