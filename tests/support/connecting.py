"""Authorised clients for connector tests: the real OAuth dance against the simulators, without the hub."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from connectors import registry
from oauth.provider import OAuthProvider

CALLBACK = "http://127.0.0.1:9/callback"


@dataclass
class TokenClient:
    """As much of an `AuthorizedClient` as connectors with an SDK use: hosts, facts and tokens."""

    hosts: Mapping[str, str]
    account: Mapping[str, str] = field(default_factory=dict)
    token: str = "token"
    fresh_token: str = "fresh-token"
    refreshes: int = 0
    turns: list[tuple[str, int]] = field(default_factory=list)

    async def access_token(self, *, force_refresh: bool = False) -> str:
        """The token, or the fresh one once a refresh was asked for."""
        if force_refresh:
            self.refreshes += 1
            self.token = self.fresh_token
        return self.token

    async def take_turn(self, policy: str, calls: int, *, limit: int, period_s: int) -> None:
        """One test alone needs to wait for nobody."""
        self.turns.append((policy, calls))

    async def request(self, method: str, url: str, **options: Any) -> httpx.Response:
        raise NotImplementedError("connectors with an SDK make their own calls")

    def stream(self, url: str, *, headers: Mapping[str, str] | None = None, token: str | None = None) -> Any:
        raise NotImplementedError("destinations and notifiers download nothing")


def authorize(provider_id: str, hosts: Mapping[str, str], client_id: str, client_secret: str) -> TokenClient:
    """Consent on the simulator's page as a person would, redeem the code, and give a client with the token."""
    manifest = registry.manifest(provider_id)
    provider = manifest.oauth_provider(hosts)
    with httpx.Client(trust_env=False, timeout=30) as http:
        code = _consent(http, provider, client_id)
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
        credentials = {"client_id": client_id, "client_secret": client_secret}
        verifier = {"code_verifier": _VERIFIER} if provider.pkce else {}
        answer = http.post(provider.token_url, data=form | credentials | verifier).json()
    return TokenClient(manifest.hosts_with(hosts), manifest.account_facts(answer), answer["access_token"])


_VERIFIER = "a-verifier-that-is-long-enough-to-be-accepted-by-rfc-7636"
_CHALLENGE = "1Zwu9INJpw7Ac23lXB0JvJ6U0hiIQBnvgOmwnw-sy7M"


def _consent(http: httpx.Client, provider: OAuthProvider, client_id: str) -> str:
    query = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": CALLBACK,
        "state": "s",
        "scope": provider.scope_separator.join(provider.scopes),
    }
    if provider.pkce:
        query |= {"code_challenge": _CHALLENGE, "code_challenge_method": "S256"}
    page = http.get(provider.authorize_url, params=query)
    request_id = re.search(r'name="request_id" value="([^"]+)"', page.text)
    assert request_id, page.text
    decision = {"request_id": request_id[1], "decision": "allow"}
    answer = http.post(provider.authorize_url, data=decision)
    return parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]
