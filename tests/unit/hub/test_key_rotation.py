"""After `hub keys rotate` the former master key opens nothing, and everything still works."""

import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import SQLModel, select

from connectors.base.records import EventKind, RecordingRef, SourceEvent
from hub import rotation
from hub.accounts.idempotency import answer_context
from hub.accounts.models import ApiKey, IdempotentRequest, Organisation
from hub.analysis.jobs import urls_context
from hub.analysis.models import AnalysisJob
from hub.connections.models import Authorization, Connection
from hub.connections.sealing import open_tokens, seal_tokens
from hub.connections.service.start import verifier_context
from hub.deliveries.models import WebhookEndpoint
from hub.deliveries.service import NewEndpoint, create_endpoint
from hub.deliveries.signing import open_secrets, open_signing_key, signing_key
from hub.engine.liveness import Liveness, beats_on
from hub.ingest.models import InboundEvent
from hub.ingest.sealing import open_event, seal_event
from hub.kit import resealing
from hub.kit.crypto import Vault, vault_from
from hub.runtime import Runtime
from oauth.tokens import TokenSet

ROOT = Path(__file__).parents[3]
NOW = datetime(2026, 11, 19, 15, 4, tzinfo=UTC)
TOKENS = TokenSet("access-token", "refresh-token", NOW, "all")
EVENT = SourceEvent(
    EventKind.RECORDING_COMPLETED, "acc", "key-1", NOW, RecordingRef("uuid", secrets={"download_token": "dl"})
)
OLD, NEW = "A" * 43, "B" * 43


def vault(current: str, *previous: str) -> Vault:
    return vault_from(current, previous, Path("unused"))


@pytest.fixture
def filled(runtime: Runtime) -> tuple[Runtime, str]:
    """One value in every sealed column, sealed with the old key; the webhook endpoint's secret beside it."""
    return fill(replace(runtime, vault=vault(OLD)))


def fill(old: Runtime) -> tuple[Runtime, str]:
    organisation = Organisation(name="Northwind", created_at=NOW)
    with old.database.transaction() as session:
        session.add(organisation)
        session.flush()
        own: dict[str, Any] = {"organisation_id": organisation.id}
        for number in range(5):
            row = Connection(**own, provider="zoom", account_id=str(number), tokens="", created_at=NOW)
            row.tokens = seal_tokens(old.vault, row.id, TOKENS)
            session.add(row)
        session.flush()
        waiting = Authorization(
            **own, provider="zoom", state_hash="h", session_id="s", code_verifier="", created_at=NOW, expires_at=NOW
        )
        waiting.code_verifier = old.vault.seal(b"verifier", verifier_context(waiting.id))
        body = seal_event(old.vault, row.id, EVENT)
        event = InboundEvent(
            **own, connection_id=row.id, provider="zoom", key="key-1", kind=EVENT.kind, body=body,
            occurred_at=NOW, received_at=NOW,
        )  # fmt: skip
        again = IdempotentRequest(**own, id="idm_1", fingerprint="f", created_at=NOW)
        again.answer = old.vault.seal(b"{}", answer_context(again.id))
        under_way = IdempotentRequest(**own, id="idm_2", fingerprint="f", created_at=NOW)
        key = ApiKey(**own, name="a key", key_hash="h", hint="h", created_at=NOW)
        session.add_all([waiting, event, again, under_way, key])
        session.flush()
        job = AnalysisJob(**own, key_id=key.id, kind="audio", created_at=NOW)
        job.urls = old.vault.seal(b"{}", urls_context(job.id))
        session.add(job)
        signing_key(session, old)
    _, secret = create_endpoint(old, organisation.id, NewEndpoint("https://example.com/hook"), actor="test")
    return old, secret


def sealed_values(runtime: Runtime) -> dict[str, str]:
    """Every sealed text in the whole store, wherever it is."""
    found: dict[str, str] = {}
    with runtime.database.transaction() as session:
        for table in SQLModel.metadata.sorted_tables:
            for row in session.connection().execute(sa.select(table)).mappings():
                found |= {
                    f"{table.name}.{name}:{row['id']}": value
                    for name, value in row.items()
                    if isinstance(value, str) and value.startswith("v1.")
                }
    return found


def test_every_sealed_value_is_sealed_anew_and_still_opens(
    filled: tuple[Runtime, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resealing, "_BATCH", 2)
    old, secret = filled
    before = sealed_values(old)

    tables = rotation.rotate_master_key(replace(old, vault=vault(NEW, OLD)))

    assert [(table.name, table.renewed, table.unreadable) for table in tables] == [
        ("connection.tokens", 5, ()),
        ("authorization.code_verifier", 1, ()),
        ("inboundevent.body", 1, ()),
        ("webhookendpoint.secrets", 1, ()),
        ("analysisjob.urls", 1, ()),
        ("idempotentrequest.answer", 1, ()),
        ("signingkey.private_key", 1, ()),
    ]
    after, now = sealed_values(old), vault(NEW)
    assert after.keys() == before.keys()
    assert len(after) == 11
    assert all(value.startswith(now.prefix) for value in after.values())
    with old.database.transaction() as session:
        assert open_tokens(now, (row := session.exec(select(Connection)).first()).id, row.tokens) == TOKENS  # type: ignore[union-attr]
        assert open_event(now, session.exec(select(InboundEvent)).one()) == EVENT
        waiting = session.exec(select(Authorization)).one()
        assert now.open(waiting.code_verifier, verifier_context(waiting.id)) == b"verifier"
        assert open_secrets(now, session.exec(select(WebhookEndpoint)).one()) == (secret,)
        assert open_signing_key(now, signing_key(session, old))


def test_doing_it_again_changes_nothing(filled: tuple[Runtime, str]) -> None:
    both = replace(filled[0], vault=vault(NEW, OLD))
    rotation.rotate_master_key(both)
    once = sealed_values(both)

    tables = rotation.rotate_master_key(both)

    assert [table.renewed for table in tables] == [0] * 7
    assert sealed_values(both) == once


def test_what_no_key_opens_is_named_and_left_alone(filled: tuple[Runtime, str]) -> None:
    old, _ = filled
    before = sealed_values(old)

    tables = rotation.rotate_master_key(replace(old, vault=vault(NEW)))

    assert [len(table.unreadable) for table in tables] == [5, 1, 1, 1, 1, 1, 1]
    assert sealed_values(old) == before


def test_the_command_does_it_and_fails_while_a_key_is_missing(filled: tuple[Runtime, str]) -> None:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HUB_MASTER_KEY": NEW}
    environment["HUB_DATA_DIR"] = str(filled[0].settings.data_dir)

    missing, whole = (
        subprocess.run(
            [sys.executable, "-m", "hub.cli", "keys", "rotate"],
            env={**environment, "HUB_MASTER_KEY_PREVIOUS": previous}, capture_output=True, text=True, check=False,
        )
        for previous in ("", OLD)
    )  # fmt: skip

    assert missing.returncode == 1
    assert "HUB_MASTER_KEY_PREVIOUS" in missing.stderr
    assert whole.returncode == 0, whole.stderr
    assert "connection.tokens: 5 sealed anew, 0 cannot be opened" in whole.stdout


def test_on_postgresql_too(postgres_runtime: Runtime) -> None:
    old, _ = fill(replace(postgres_runtime, vault=vault(OLD)))

    tables = rotation.rotate_master_key(replace(old, vault=vault(NEW, OLD)))

    assert [table.renewed for table in tables] == [5, 1, 1, 1, 1, 1, 1]


def test_a_host_is_healthy_while_one_of_its_engines_beats(postgres_runtime: Runtime) -> None:
    database = postgres_runtime.database
    assert not beats_on(database, "worker_1", 30)
    engine = Liveness(database, "worker_1:7:abc", 30)
    engine.start()

    assert beats_on(database, "worker_1", 30)
    assert not beats_on(database, "workerx1", 30)
    assert not beats_on(database, "worker", 30)
    engine.stop()
    assert not beats_on(database, "worker_1", 30)
