"""The master key's rotation: every column that holds sealed values, and sealing them anew."""

from collections.abc import Sequence
from typing import Final

from hub.accounts.idempotency import answer_context
from hub.accounts.models import IdempotentRequest
from hub.analysis.jobs import urls_context
from hub.analysis.models import AnalysisJob
from hub.connections.models import Authorization, Connection
from hub.connections.sealing import tokens_context
from hub.connections.service.start import verifier_context
from hub.deliveries.models import SigningKey, WebhookEndpoint
from hub.deliveries.signing import KEY_CONTEXT, secrets_context
from hub.ingest.models import InboundEvent
from hub.ingest.sealing import event_context
from hub.kit.resealing import Resealed, SealedColumn, reseal
from hub.runtime import Runtime

SEALED_COLUMNS: Final = (
    SealedColumn(Connection, "tokens", lambda row: tokens_context(row.id)),
    SealedColumn(Authorization, "code_verifier", lambda row: verifier_context(row.id)),
    SealedColumn(InboundEvent, "body", lambda row: event_context(row.connection_id, row.key)),
    SealedColumn(WebhookEndpoint, "secrets", lambda row: secrets_context(row.id)),
    SealedColumn(AnalysisJob, "urls", lambda row: urls_context(row.id)),
    SealedColumn(IdempotentRequest, "answer", lambda row: answer_context(row.id)),
    SealedColumn(SigningKey, "private_key", lambda _row: KEY_CONTEXT),
)


def rotate_master_key(runtime: Runtime) -> Sequence[Resealed]:
    """Seal everything with the current key. The hub may go on working meanwhile, if it knows both keys."""
    return [reseal(runtime.database, runtime.vault, sealed) for sealed in SEALED_COLUMNS]
