"""`/.well-known/webhook-keys.json`: how subscribers check the hub's Ed25519 signatures."""

import asyncio
import base64

from fastapi import APIRouter, Request

from hub.deliveries.models import SigningKey
from hub.deliveries.signing import signing_key
from hub.runtime import Runtime

router = APIRouter()


@router.get("/.well-known/webhook-keys.json", include_in_schema=False)
async def webhook_keys(request: Request) -> dict[str, object]:
    """The public keys as a JSON Web Key Set (RFC 7517, RFC 8037); `whpk` is the form Standard Webhooks uses."""
    key = await asyncio.to_thread(_key, request.app.state.runtime)
    raw = base64.b64decode(key.public_key)
    x = base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
    jwk = {"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": key.id, "x": x}
    return {"keys": [{**jwk, "whpk": f"whpk_{key.public_key}"}]}


def _key(runtime: Runtime) -> SigningKey:
    with runtime.database.transaction() as session:
        return signing_key(session, runtime)
