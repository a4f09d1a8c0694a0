"""The secrets of outgoing webhooks: one per endpoint (two during a rotation), and the hub's own Ed25519 key."""

import base64
import json
import secrets
from collections.abc import Sequence
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from sqlmodel import Session, select

from hub.deliveries.models import SigningKey, WebhookEndpoint
from hub.kit.crypto import Vault
from hub.kit.insert import insert_once
from hub.runtime import Runtime

_SECRET_BYTES: Final = 24
KEY_CONTEXT: Final = "hub:webhook-signing-key"
"""What the sealed private half of the signing key is bound to."""


def new_secret() -> str:
    """A fresh endpoint secret in Standard Webhooks' form, `whsec_` and base64."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def seal_secrets(vault: Vault, endpoint_id: str, values: Sequence[str]) -> str:
    """The `secrets` column of an endpoint: newest first."""
    return vault.seal(json.dumps(list(values)).encode(), secrets_context(endpoint_id))


def open_secrets(vault: Vault, endpoint: WebhookEndpoint) -> tuple[str, ...]:
    """An endpoint's secrets, newest first."""
    return tuple(json.loads(vault.open(endpoint.secrets, secrets_context(endpoint.id))))


def signing_key(session: Session, runtime: Runtime) -> SigningKey:
    """The hub's Ed25519 key; made on first use, once for all processes."""
    found = _current(session)
    if found is None:
        insert_once(session, _generate(runtime), on=("slot",))
        found = _current(session)
    if found is None:
        raise RuntimeError("the signing key vanished while it was being made")
    return found


def open_signing_key(vault: Vault, key: SigningKey) -> Ed25519PrivateKey:
    """The private half, ready to sign."""
    return Ed25519PrivateKey.from_private_bytes(vault.open(key.private_key, KEY_CONTEXT))


def _current(session: Session) -> SigningKey | None:
    return session.exec(select(SigningKey).where(SigningKey.slot == "current")).first()


def _generate(runtime: Runtime) -> SigningKey:
    private = Ed25519PrivateKey.generate()
    raw = private.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
    public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return SigningKey(
        public_key=base64.b64encode(public).decode(),
        private_key=runtime.vault.seal(raw, KEY_CONTEXT),
        created_at=runtime.clock(),
    )


def secrets_context(endpoint_id: str) -> str:
    """What an endpoint's sealed secrets are bound to."""
    return f"webhook-endpoint:{endpoint_id}:secrets"
