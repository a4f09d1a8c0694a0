"""One file, one connector, one outcome."""

from collections.abc import Mapping
from datetime import datetime
from types import ModuleType
from typing import Any

from connectors import registry
from connectors.base.errors import ConnectorError
from connectors.base.manifest import Manifest
from connectors.base.recorded import Recorded, read_recorded
from connectors.registry import UnknownProvider
from hub.connections.replay.answers import replay_answer
from hub.connections.replay.hooks import Hearing, is_handshake, replay_request
from hub.connections.replay.outcome import Outcome, failed, response
from hub.connections.replay.tokens import is_token_answer, replay_token
from hub.ingest.opening import opening_of
from hub.settings import Settings

STAND_IN_SECRET = "test-secret-token"  # noqa: S105 proves replayed requests where the hub has no webhook secret


async def replay(settings: Settings, name: str, data: bytes, now: datetime, secret: str = "") -> Outcome:
    """What the connector with this id or alias makes of a recorded call.

    `secret` is what requests are signed with; the hub's own where it is empty. Nothing is stored, and nobody is called
    but for the keys that encrypted events are signed with, where the hub has keys of its own for those.
    Raises `UnknownProvider`, `connectors.base.recorded.RecordedError`, and `OSError` for our keys.
    """
    try:
        manifest = registry.resolve(name)
    except UnknownProvider:
        module = registry.without_account(name)
        if module is None:
            raise
        return await _without_account(module, read_recorded(data), now)
    return await _replay(settings, manifest, read_recorded(data), now, secret)


async def _replay(settings: Settings, manifest: Manifest, recorded: Recorded, now: datetime, secret: str) -> Outcome:
    if recorded.status is None or is_handshake(manifest, recorded):
        own = settings.app(manifest.id).webhook_secret.get_secret_value()
        opening = opening_of(settings, lambda: now, manifest.id)
        hearing = Hearing(settings.base_url, secret or own or STAND_IN_SECRET, now, opening)
        return replay_request(manifest, recorded, hearing)
    if is_token_answer(manifest, recorded):
        return await replay_token(manifest, recorded, now)
    return await replay_answer(manifest, recorded, lambda: now)


async def _without_account(module: ModuleType, recorded: Recorded, now: datetime) -> Outcome:
    try:
        parsed: Mapping[str, Any] = await module.replay(recorded, now)
    except ConnectorError as error:
        return failed(error)
    return response(parsed)
