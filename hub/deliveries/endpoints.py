"""`/.well-known/webhook-keys.json`: how subscribers check the hub's Ed25519 signatures."""

import asyncio
import base64

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from hub.api_schemas import only_errors
from hub.deliveries.models import SigningKey
from hub.deliveries.signing import signing_key
from hub.runtime import Runtime

router = APIRouter(tags=["Webhooks"])


class PublicKey(BaseModel):
    """One key, its parts named as in RFC 8037; `whpk` is the form that Standard Webhooks uses."""

    kty: str = "OKP"
    crv: str = "Ed25519"
    use: str = "sig"
    alg: str = "EdDSA"
    kid: str
    x: str = Field(description="The key, as base64url.")
    whpk: str = Field(description="The key, as base64.")


class PublicKeys(BaseModel):
    """A JSON Web Key Set (RFC 7517)."""

    keys: list[PublicKey]


@router.get("/.well-known/webhook-keys.json", responses=only_errors(500))
async def webhook_keys(request: Request) -> PublicKeys:
    """The public keys that the `v1a` signatures of webhooks are checked with."""
    key = await asyncio.to_thread(_key, request.app.state.runtime)
    raw = base64.b64decode(key.public_key)
    x = base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
    return PublicKeys(keys=[PublicKey(kid=key.id, x=x, whpk=f"whpk_{key.public_key}")])


def _key(runtime: Runtime) -> SigningKey:
    with runtime.database.transaction() as session:
        return signing_key(session, runtime)
