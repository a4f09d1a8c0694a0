"""Answers to calls of ours: read by the connector, or given to it over a connection, as if the provider had.

The connector's `replay.py` may define `read(recorded) -> Mapping | None`: what the hub takes from an answer that tells
of a success; None for one that does not. It raises the errors of `connectors.base.errors` where one part of an answer
failed so that the whole call did. An answer that is no success goes to the connector's `check`, which really makes
its call, through the provider's SDK where there is one, to a port of this machine that gives this answer to every call.
"""

from collections.abc import Mapping
from typing import Any

from connectors import registry
from connectors.base.errors import ConnectorError
from connectors.base.manifest import Manifest
from connectors.base.recorded import Recorded, shape
from connectors.base.records import Account
from connectors.base.testing import Answer, FakeProvider, fake_provider
from hub.connections.client import ConnectionClient
from hub.connections.provider_http import open_http
from hub.connections.replay.downloads import download_in
from hub.connections.replay.outcome import Outcome, failed, response
from hub.connections.replay.transcripts import transcript_in
from hub.kit.clock import Clock


async def replay_answer(manifest: Manifest, recorded: Recorded, clock: Clock) -> Outcome:
    """What the connector makes of an answer of its provider's API."""
    try:
        parsed = _read(manifest, recorded)
    except ConnectorError as error:
        return failed(error)
    return response(parsed) if parsed is not None else await _through_check(manifest, recorded, clock)


def _read(manifest: Manifest, recorded: Recorded) -> Mapping[str, Any] | None:
    if (recorded.status or 0) >= 400:
        return None
    if (download := download_in(manifest, recorded)) is not None or (recorded.status or 0) >= 300:
        return download
    if not recorded.body:
        return {"empty": True}
    module = registry.replay_module(manifest.id)
    readable = module is not None and hasattr(module, "read")
    parsed: Mapping[str, Any] | None = module.read(recorded) if module and readable else None
    return parsed if parsed is not None else transcript_in(recorded)


async def _through_check(manifest: Manifest, recorded: Recorded, clock: Clock) -> Outcome:
    renewals: list[bool] = []
    with fake_provider(manifest) as provider:
        provider.api_fault = Answer(recorded.status or 200, recorded.body, recorded.sendable_headers())
        try:
            return response({"account": await _check(manifest, provider, clock, renewals)})
        except ConnectorError as error:
            if not _may_be_another_success(manifest, recorded):
                return failed(error, renewed=bool(renewals))
        except Exception:  # a connector reads its own answer, and this may be any other
            if not _may_be_another_success(manifest, recorded):
                raise
    return response(shape(recorded.value))


async def _check(manifest: Manifest, provider: FakeProvider, clock: Clock, renewals: list[bool]) -> Account:
    async def token(refused: bool) -> str:
        renewals.extend([True] if refused else [])
        return "replayed"

    names = manifest.oauth.account if manifest.oauth else {}
    facts = {name: provider.base_url if name.endswith("_url") else "replayed" for name in names}
    async with open_http(provider.hosts, facts) as http:
        client = ConnectionClient(http, manifest, provider.hosts, facts, token, clock)
        account: Account = await registry.connector_class(manifest.id)(client).check()
        return account


def _may_be_another_success(manifest: Manifest, recorded: Recorded) -> bool:
    """Whether nobody can tell: the connector reads no answers, and its check expects another one."""
    reads = hasattr(registry.replay_module(manifest.id), "read")
    return not reads and (recorded.status or 0) < 300 and recorded.value is not None
