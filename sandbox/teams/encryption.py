"""What makes notifications trustworthy and unreadable to others: validation tokens and encrypted resource data."""

import base64
import hmac
import json
import os
from hashlib import sha256
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7
from joserfc import jwt
from joserfc.jwk import RSAKey

from sandbox.kit.store import Doc
from sandbox.kit.world import World
from sandbox.teams.tenant import CHANGE_TRACKING_APP, REGISTRATION, TENANT_ID

TOKEN_SECONDS = 3600


class Signer:
    """Signs validation tokens with a key that survives restarts."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._stored = world.collection("sandbox", "signing_key")

    def public_keys(self) -> Doc:
        """The key set that receivers check with."""
        return {"keys": [dict(self._key().as_dict(private=False)) | {"use": "sig"}]}

    def validation_token(self, issuer: str) -> str:
        """A token for one notification."""
        now = int(self._world.clock().timestamp())
        claims: dict[str, Any] = {
            "aud": REGISTRATION.client_id,
            "iss": issuer,
            "iat": now,
            "nbf": now,
            "exp": now + TOKEN_SECONDS,
            "azp": CHANGE_TRACKING_APP,
            "tid": TENANT_ID,
            "ver": "2.0",
        }
        key = self._key()
        return jwt.encode({"alg": "RS256", "kid": key.kid}, claims, key)

    def _key(self) -> RSAKey:
        kept = self._stored.get("microsoft")
        if kept is None:
            fresh = RSAKey.generate_key(2048, {"kid": self._world.token(12)}, private=True)
            kept = dict(fresh.as_dict(private=True))
            self._stored.put("microsoft", kept)
        return RSAKey.import_key(kept)


def certificate_key(certificate: str) -> RSAPublicKey:
    """The public key in a base64 X.509 certificate. Raises `ValueError`."""
    key = x509.load_der_x509_certificate(base64.b64decode(certificate, validate=True)).public_key()
    if not isinstance(key, RSAPublicKey) or not 2048 <= key.key_size <= 4096:
        raise ValueError("the key has to be RSA, of 2048 to 4096 bits")
    return key


def encrypted(resource: Doc, certificate: str, certificate_id: str) -> Doc:
    """A notification's `encryptedContent`."""
    key = os.urandom(32)
    padder = PKCS7(128).padder()
    plain = padder.update(json.dumps(resource).encode()) + padder.finalize()
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    data = encryptor.update(plain) + encryptor.finalize()
    # SHA-1 is Graph's choice here, as padding and not as a signature
    oaep = padding.OAEP(mgf=padding.MGF1(hashes.SHA1()), algorithm=hashes.SHA1(), label=None)  # noqa: S303
    thumbprint = x509.load_der_x509_certificate(base64.b64decode(certificate)).fingerprint(hashes.SHA1())  # noqa: S303
    return {
        "data": base64.b64encode(data).decode(),
        "dataSignature": base64.b64encode(hmac.new(key, data, sha256).digest()).decode(),
        "dataKey": base64.b64encode(certificate_key(certificate).encrypt(key, oaep)).decode(),
        "encryptionCertificateId": certificate_id,
        "encryptionCertificateThumbprint": thumbprint.hex().upper(),
    }
