"""Finish connecting: the browser came back from the provider."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from connectors import registry
from connectors.base.errors import AuthorizationLost, ConnectorError
from connectors.base.records import Account
from hub.connections.client import ConnectionClient
from hub.connections.errors import ConnectFailed, RedirectInvalid
from hub.connections.facts import account_facts
from hub.connections.models import Authorization
from hub.connections.provider_http import open_http
from hub.connections.repository import connections_of_others, take_authorization
from hub.connections.service.endpoint import app_only_endpoint, hosts_of, redirect_uri, token_endpoint
from hub.connections.service.keep import Kept, keep_connection
from hub.connections.service.refresh import in_words
from hub.connections.service.start import verifier_context
from hub.runtime import Runtime
from oauth.errors import AccessDenied, OAuthError
from oauth.flow import returned_code, returned_tenant, state_hash
from oauth.tokens import TokenSet

_START_AGAIN = "this sign-in at the provider has expired, was used already or began in another browser: start again"


@dataclass(frozen=True)
class Visitor:
    """Whose browser came back."""

    organisation_id: str
    session_id: str
    user_id: str


async def finish_connecting(runtime: Runtime, visitor: Visitor, provider: str, query: Mapping[str, str]) -> Kept:
    """Turn the provider's return into a connection, or renew the one that this account already has.

    Raises `RedirectInvalid` and `ConnectFailed`.
    """
    authorization = await asyncio.to_thread(_take, runtime, visitor, provider, query.get("state", ""))
    name = registry.manifest(provider).name
    try:
        tokens, tenant = await _granted(runtime, authorization, query)
        account = await _identify(runtime, authorization, tokens, tenant)
    except AccessDenied as error:
        raise ConnectFailed(f"{name} was not connected, because access was not granted", declined=True) from error
    except OAuthError as error:
        raise ConnectFailed(f"{name} was not connected: {in_words(error)}") from error
    except ConnectorError as error:
        raise ConnectFailed(f"{name} was not connected: {error.message}") from error
    if tenant:
        await asyncio.to_thread(_require_unclaimed, runtime, authorization, account, name)
    return await asyncio.to_thread(keep_connection, runtime, authorization, visitor.user_id, account, tokens)


def _take(runtime: Runtime, visitor: Visitor, provider: str, state: str) -> Authorization:
    """The redirect this return belongs to, used up whatever happens next."""
    with runtime.database.transaction() as session:
        found = take_authorization(session, state_hash(state)) if state else None
    if found is None or found.expires_at <= runtime.clock():
        raise RedirectInvalid(_START_AGAIN)
    ours = (found.organisation_id, found.session_id, found.provider)
    if ours != (visitor.organisation_id, visitor.session_id, provider):
        raise RedirectInvalid(_START_AGAIN)
    return found


async def _granted(
    runtime: Runtime, authorization: Authorization, query: Mapping[str, str]
) -> tuple[TokenSet, Mapping[str, str]]:
    """The tokens, and for access of the app itself the tenant that it is to."""
    section = registry.manifest(authorization.provider).app_only(authorization.config)
    if section is None:
        return await _exchange(runtime, authorization, returned_code(query)), {}
    tenant = returned_tenant(query, section.tenant_parameter)
    endpoint = app_only_endpoint(runtime.settings, authorization.provider, section, tenant)
    return await endpoint.for_app(runtime.clock()), {"tenant": tenant}


def _require_unclaimed(runtime: Runtime, authorization: Authorization, account: Account, name: str) -> None:
    """Raise `ConnectFailed` when another organisation has connected this tenant.

    A consent page's return names the tenant in plain sight, so whoever knows one that trusts our app could name it.
    """
    with runtime.database.transaction() as session:
        others = connections_of_others(session, authorization.organisation_id, authorization.provider, account.id)
    if any(other.account.get("tenant") for other in others):
        raise ConnectFailed(f"{name} was not connected: {account.name} belongs to another organisation of this hub")


async def _exchange(runtime: Runtime, authorization: Authorization, code: str) -> TokenSet:
    verifier = runtime.vault.open(authorization.code_verifier, verifier_context(authorization.id)).decode()
    endpoint = token_endpoint(runtime.settings, authorization.provider, authorization.config)
    back = redirect_uri(runtime.settings, authorization.provider)
    return await endpoint.exchange(code, back, verifier, runtime.clock())


async def _identify(
    runtime: Runtime, authorization: Authorization, tokens: TokenSet, tenant: Mapping[str, str]
) -> Account:
    """Ask the provider whose tokens these are; the facts of its token answer come along."""
    manifest = registry.manifest(authorization.provider)
    hosts = hosts_of(runtime.settings, manifest.id, authorization.config)
    facts = {**account_facts(manifest, hosts, tokens.answer), **tenant}

    async def token(refused: bool) -> str:
        if refused:
            raise AuthorizationLost(f"{manifest.name} refused the access it has just given")
        return tokens.access_token

    async with open_http(hosts, facts) as http:
        client = ConnectionClient(http, manifest, hosts, facts, token, runtime.clock)
        account: Account = await registry.connector_class(manifest.id)(client).check()
    return Account(account.id, account.name, {**facts, **account.facts})
