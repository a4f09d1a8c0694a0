"""What every connector has to do, run over every folder there is."""

import base64
import hashlib
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from sqlmodel import col, select

from connectors import registry
from connectors.base.connector import Destination, Notifier, Source, Subscriber
from connectors.base.errors import (
    AuthorizationLost,
    ConnectorError,
    ProviderUnavailable,
    RateLimited,
    RequestRejected,
    SignatureInvalid,
    Temporary,
)
from connectors.base.inbound import receive
from connectors.base.manifest import Capability, Manifest
from connectors.base.records import InboundRequest, SourceEvent
from connectors.base.signature import sign
from connectors.base.testing import Answer
from connectors.teams.connector import TeamsConnector
from connectors.teams.graph import graph
from hub.accounts.models import AuditEntry
from hub.connections.access import open_connector
from hub.connections.models import ConnectionState
from hub.connections.sealing import open_tokens
from hub.connections.service.disconnect import disconnect
from hub.connections.service.refresh import refresh
from tests.connectors.conftest import Bench, lose_patience
from tests.connectors.fixtures import check_fixture, webhook_fixtures

MANIFESTS = registry.all_manifests()
WITH_OAUTH = [manifest.id for manifest in MANIFESTS if manifest.oauth]
SIGNED = [manifest.id for manifest in MANIFESTS if manifest.webhook and manifest.webhook.signature]
EVENTS = [(manifest.id, path) for manifest in MANIFESTS for path in webhook_fixtures(manifest)]
PROTOCOLS = {
    Capability.SOURCE: Source,
    Capability.DESTINATION: Destination,
    Capability.NOTIFIER: Notifier,
    Capability.SUBSCRIBER: Subscriber,
}
_TEXTS = {".py", ".toml", ".md", ".json", ".svg"}
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SECRET = "a-webhook-secret"
GUIDES = Path(__file__).parents[2] / "docs" / "connect"

_OUTAGES = {
    "cut": Answer(cut=True),
    "short": Answer(200, {"ok": True}, short=True),
    "slow": Answer(200, {"ok": True}, delay_s=5.0),
    **{
        str(status): Answer(status, b"<html>not now</html>", {"Content-Type": "text/html"})
        for status in (500, 502, 504)
    },
}

MakeBench = Callable[[str], Bench]


@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda manifest: manifest.id)
class TestFolder:
    def test_it_has_a_drawing_and_leads_to_its_guide(self, manifest: Manifest) -> None:
        readme = (manifest.folder / "README.md").read_text(encoding="utf-8")

        assert manifest.logo.read_text(encoding="utf-8").lstrip().startswith("<svg")
        assert f"docs/connect/{manifest.id}.md" in readme

    def test_its_guide_says_what_has_to_be_entered_and_why(self, manifest: Manifest) -> None:
        guide = (GUIDES / f"{manifest.id}.md").read_text(encoding="utf-8")
        section = manifest.oauth
        asked = (*section.scopes, *(section.app_only.reasons if section.app_only else ())) if section else ()

        rows = re.findall(r"^\| `([^`]+)` \| (.+) \|$", _scope_tables(guide), re.MULTILINE)

        assert rows == [(scope.name, scope.reason) for scope in asked]
        assert f"/oauth/{manifest.id}/callback" in guide
        assert manifest.webhook is None or f"/hooks/{manifest.id}" in guide
        assert f"HUB_OAUTH_APPS__{manifest.id.upper()}__CLIENT_ID" in guide
        assert all(f"## {heading}" in guide for heading in ("Limits", "Troubleshooting", "Remove everything"))

    def test_nothing_is_left_to_do_in_it(self, manifest: Manifest) -> None:
        texts = [path for path in sorted(manifest.folder.rglob("*")) if path.suffix in _TEXTS]

        left = [
            f"{path.relative_to(manifest.folder)}:{number}: {line.strip()}"
            for path in texts
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
            if "TODO" in line
        ]

        assert not left, "\n".join(["left to do:", *left])

    def test_its_class_has_every_method_of_its_capabilities(self, manifest: Manifest) -> None:
        connector = registry.connector_class(manifest.id)

        for capability in manifest.capabilities:
            wanted = {name for name in vars(PROTOCOLS[capability]) if not name.startswith("_")} | {"check"}
            assert not [name for name in wanted if not callable(getattr(connector, name, None))]


@pytest.mark.anyio
@pytest.mark.parametrize("provider_id", WITH_OAUTH)
class TestAuthorisation:
    async def test_connecting_gives_the_account_that_the_provider_names(
        self, provider_id: str, make_bench: MakeBench
    ) -> None:
        bench = make_bench(provider_id)
        query = bench.begin()

        connection = await bench.connect()

        expected = check_fixture(bench.provider.manifest)["account"]
        assert (connection.account_id, connection.account_name) == (expected["id"], expected["name"])
        assert query["redirect_uri"].endswith(f"/oauth/{provider_id}/callback")
        assert query["response_type"] == "code"

    async def test_the_code_is_bound_to_this_browser_by_pkce(self, provider_id: str, make_bench: MakeBench) -> None:
        bench = make_bench(provider_id)
        await bench.connect()

        [exchange] = bench.provider.calls(bench.provider.token_path)
        section = bench.provider.manifest.oauth
        if section is None or not section.pkce:
            pytest.skip("the provider knows no PKCE")
        digest = hashlib.sha256(exchange.form["code_verifier"].encode()).digest()
        assert base64.urlsafe_b64encode(digest).decode().rstrip("=") == bench.provider.challenge

    async def test_a_refresh_stores_the_new_pair_before_it_is_used(
        self, provider_id: str, make_bench: MakeBench
    ) -> None:
        bench = make_bench(provider_id)
        connection = await bench.connect()

        access = await refresh(bench.runtime, bench.key(connection), connection.token_version)

        stored = open_tokens(bench.runtime.vault, connection.id, bench.stored(connection).tokens)
        assert access.tokens.access_token == stored.access_token == bench.provider.access_token
        assert stored.refresh_token == bench.provider.refresh_token
        assert bench.stored(connection).refresh_started_at is None

    async def test_disconnecting_revokes_at_the_provider_and_forgets_the_tokens(
        self, provider_id: str, make_bench: MakeBench
    ) -> None:
        bench = make_bench(provider_id)
        connection = await bench.connect()
        held = {bench.provider.access_token, bench.provider.refresh_token}

        told = await disconnect(bench.runtime, bench.key(connection), "usr_test")

        stored = bench.stored(connection)
        assert told == bool(bench.provider.manifest.oauth and bench.provider.manifest.oauth.revoke_url)
        assert not told or set(bench.provider.revoked) & held
        assert stored.state is ConnectionState.REVOKED
        assert open_tokens(bench.runtime.vault, connection.id, stored.tokens).access_token == ""


@pytest.mark.anyio
@pytest.mark.parametrize("provider_id", WITH_OAUTH)
class TestFailures:
    async def test_access_that_is_refused_again_after_one_refresh_is_lost(
        self, provider_id: str, make_bench: MakeBench
    ) -> None:
        bench = make_bench(provider_id)
        connection = await bench.connect()
        bench.provider.api_fault = bench.provider.answers["unauthorized"]

        with pytest.raises(AuthorizationLost):
            await _check(bench, connection.id)

        stored = bench.stored(connection)
        assert len(bench.provider.used_refresh_tokens) <= 1
        assert stored.state is ConnectionState.RECONNECT
        assert stored.state_reason
        assert _audited(bench) == ["connection.created", "connection.reconnect_required"]

    async def test_a_rate_limit_says_so_and_leaves_the_connection_alone(
        self, provider_id: str, make_bench: MakeBench
    ) -> None:
        bench = make_bench(provider_id)
        connection = await bench.connect()
        bench.provider.api_fault = bench.provider.answers["rate_limited"]

        with pytest.raises(RateLimited):
            await _check(bench, connection.id)

        assert bench.stored(connection).state is ConnectionState.ACTIVE

    async def test_a_token_that_is_refused_is_renewed_once_and_the_call_repeated(
        self, provider_id: str, make_bench: MakeBench
    ) -> None:
        bench = make_bench(provider_id)
        connection = await bench.connect()
        bench.provider.access_token = "ended-at-the-provider"

        await _check(bench, connection.id)

        assert len(bench.provider.used_refresh_tokens) == 1
        assert bench.stored(connection).state is ConnectionState.ACTIVE
        assert bench.stored(connection).token_version == connection.token_version + 1

    @pytest.mark.parametrize("wait", ["7", None])
    async def test_too_many_calls_wait_as_long_as_the_provider_says(
        self, provider_id: str, wait: str | None, make_bench: MakeBench
    ) -> None:
        bench = make_bench(provider_id)
        connection = await bench.connect()
        bench.provider.api_fault = Answer(429, {"message": "slow down"}, {"Retry-After": wait} if wait else {})

        with pytest.raises(RateLimited) as raised:
            await _check(bench, connection.id)

        assert raised.value.retry_after == (7.0 if wait else None)
        assert len(bench.provider.used_refresh_tokens) == 0

    async def test_an_outage_that_says_how_long_it_lasts_is_waited_for(
        self, provider_id: str, make_bench: MakeBench
    ) -> None:
        bench = make_bench(provider_id)
        connection = await bench.connect()
        bench.provider.api_fault = Answer(503, {"message": "maintenance"}, {"Retry-After": "120"})

        with pytest.raises(ProviderUnavailable) as raised:
            await _check(bench, connection.id)

        assert raised.value.retry_after == 120.0

    @pytest.mark.parametrize("fault", ["unavailable", "cut", "short", "slow", "500", "502", "504"])
    async def test_an_outage_is_worth_another_try(
        self, provider_id: str, fault: str, make_bench: MakeBench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        bench = make_bench(provider_id)
        connection = await bench.connect()
        lose_patience(provider_id, monkeypatch)
        bench.provider.api_fault = _OUTAGES.get(fault) or bench.provider.answers[fault]

        with pytest.raises(ProviderUnavailable):
            await _check(bench, connection.id)

        assert bench.stored(connection).state is ConnectionState.ACTIVE

    @pytest.mark.parametrize("wait", ["7", None])
    @pytest.mark.parametrize(
        ("status", "error"), [(429, RateLimited), (500, ProviderUnavailable), (503, ProviderUnavailable)]
    )
    async def test_an_outage_of_the_token_endpoint_never_asks_for_a_reconnect(
        self, provider_id: str, status: int, error: type[Temporary], wait: str | None, make_bench: MakeBench
    ) -> None:
        bench = make_bench(provider_id)
        connection = await bench.connect()
        bench.provider.token_fault = Answer(status, {"message": "not now"}, {"Retry-After": wait} if wait else {})

        with pytest.raises(error) as raised:
            await refresh(bench.runtime, bench.key(connection), connection.token_version)

        assert (raised.value.status, raised.value.retry_after) == (status, 7.0 if wait else None)
        assert bench.stored(connection).state is ConnectionState.ACTIVE

    async def test_no_error_holds_a_token(self, provider_id: str, make_bench: MakeBench) -> None:
        bench = make_bench(provider_id)
        connection = await bench.connect()
        leak = {"message": f"bad token {'s3cret' * 8}", "error": {"message": f"bad {'s3cret' * 8}"}}
        bench.provider.api_fault = Answer(400, leak)

        with pytest.raises(ConnectorError) as raised:
            await _check(bench, connection.id)

        assert "s3cret" * 8 not in str(raised.value)
        assert bench.provider.access_token not in str(raised.value)


@pytest.mark.parametrize("provider_id", SIGNED)
class TestSignatures:
    def test_a_signed_request_is_let_in(self, provider_id: str) -> None:
        assert receive(provider_id, _signed(provider_id, b"{}"), SECRET, NOW) == ()

    @pytest.mark.parametrize("change", ["body", "secret", "missing", "empty_secret", "stale", "future"])
    def test_anything_else_is_refused(self, provider_id: str, change: str) -> None:
        request, secret, now = _signed(provider_id, b'{"event":"x"}'), SECRET, NOW
        if change == "body":
            request = replace(request, body=b'{"event":"y"}')
        elif change == "missing":
            request = replace(request, headers={})
        elif change in {"secret", "empty_secret"}:
            secret = "" if change == "empty_secret" else "another"
        else:
            now = NOW + timedelta(seconds=301 if change == "stale" else -301)

        with pytest.raises(SignatureInvalid):
            receive(provider_id, request, secret, now)


@pytest.mark.parametrize(("provider_id", "path"), EVENTS, ids=lambda value: getattr(value, "name", value))
def test_its_example_events_mean_what_they_say(provider_id: str, path: Path) -> None:
    fixture = json.loads(path.read_text(encoding="utf-8"))

    events = receive(provider_id, _signed(provider_id, json.dumps(fixture["body"]).encode()), SECRET, NOW)

    assert isinstance(events, Sequence)
    assert [_summary(event) for event in events] == fixture["events"]
    assert len({event.key for event in events}) == len(events)


def _scope_tables(guide: str) -> str:
    """The tables of scopes alone: a guide has others."""
    return "\n".join(re.findall(r"\| Scope \| Why \|\n\|---\|---\|\n(?:\|.*\|\n)+", guide))


async def _check(bench: Bench, connection_id: str) -> None:
    async with open_connector(bench.runtime, bench.visitor.organisation_id, connection_id) as connector:
        await connector.check()


def _audited(bench: Bench) -> list[str]:
    with bench.runtime.database.transaction() as session:
        entries = session.exec(select(AuditEntry).order_by(col(AuditEntry.created_at))).all()
    return [entry.action for entry in entries]


def _signed(provider_id: str, body: bytes) -> InboundRequest:
    webhook = registry.manifest(provider_id).webhook
    assert webhook is not None
    rules = webhook.signature
    if rules is None:
        return InboundRequest("POST", f"https://hub.example/hooks/{provider_id}", {}, body)  # proves itself in the body
    timestamp = str(int(NOW.timestamp() * (1000 if rules.timestamp_unit == "ms" else 1)))
    request = InboundRequest("POST", f"https://hub.example/hooks/{provider_id}", {}, body)
    headers = {rules.header: sign(rules, request, SECRET, timestamp)}
    if rules.timestamp_header:
        headers[rules.timestamp_header] = timestamp
    return replace(request, headers=headers)


def _summary(event: SourceEvent) -> dict[str, Any]:
    return {
        "kind": event.kind.value,
        "account_id": event.account_id,
        "meeting_id": event.recording.meeting_id if event.recording else None,
        "occurred_at": event.occurred_at.isoformat(),
    }


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Answer(401, {"error": {"code": "InvalidAuthenticationToken", "message": "over"}}), AuthorizationLost),
        (Answer(429, {"error": {"code": "TooManyRequests"}}, {"Retry-After": "7"}), RateLimited),
        (Answer(503, {"error": {"code": "ServiceUnavailable"}}), ProviderUnavailable),
        (Answer(403, {"error": {"code": "Forbidden", "message": "no policy"}}), RequestRejected),
        (_OUTAGES["cut"], ProviderUnavailable),
        (_OUTAGES["short"], ProviderUnavailable),
        (_OUTAGES["slow"], ProviderUnavailable),
    ],
    ids=["401", "429", "503", "403", "cut", "short", "slow"],
)
async def test_what_fails_inside_microsofts_sdk_fails_as_everywhere_else(
    fault: Answer, error: type[ConnectorError], make_bench: MakeBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = make_bench("teams")
    connection = await bench.connect()
    lose_patience("teams", monkeypatch)
    bench.provider.api_fault = fault
    before = len(bench.provider.api_calls())

    with pytest.raises(error):
        await _ask_through_the_sdk(bench, connection.id)

    # once, and once more with a new token: the SDK repeats nothing of its own accord
    assert len(bench.provider.api_calls()) - before == (2 if error is AuthorizationLost else 1)


async def _ask_through_the_sdk(bench: Bench, connection_id: str) -> None:
    async with (
        open_connector(bench.runtime, bench.visitor.organisation_id, connection_id) as connector,
        graph(cast("TeamsConnector", connector)._client) as sdk,
    ):
        await sdk.me.get()
