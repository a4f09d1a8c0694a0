"""Encrypted notifications: who sent them, and what is in them."""

import base64
import binascii
import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from connectors.base.errors import SignatureInvalid
from connectors.base.inbound import Opening

CHANGE_TRACKING_APP: Final = "0bf30f3b-4a52-48df-9a82-234910c4a086"
"""The application that Graph signs validation tokens as."""
_LEEWAY_S = 300
_IV_BYTES = 16
_BLOCK_BITS = 128


def proven_tenants(tokens: object, opening: Opening, now: datetime) -> set[str]:
    """The tenants that the validation tokens speak for. Raises `SignatureInvalid` unless every one is genuine."""
    if not isinstance(tokens, list) or not tokens:
        raise SignatureInvalid("encrypted events came without validation tokens")
    return {_tenant(str(token), opening, now) for token in tokens}


def decrypt(content: Mapping[str, Any], key: RSAPrivateKey) -> Mapping[str, Any]:
    """The resource in an item's `encryptedContent`. Raises `SignatureInvalid` when it was changed on the way."""
    facts = {name.lower(): value for name, value in content.items()}
    try:
        data = _decoded(facts, "data")
        symmetric = key.decrypt(_decoded(facts, "datakey"), _oaep())
        if not hmac.compare_digest(hmac.digest(symmetric, data, "sha256"), _decoded(facts, "datasignature")):
            raise SignatureInvalid("the encrypted content was changed on the way")
        resource = json.loads(_plain(data, symmetric))
    except (ValueError, UnicodeDecodeError) as error:
        raise SignatureInvalid("the encrypted content cannot be opened") from error
    if not isinstance(resource, dict):
        raise SignatureInvalid("the encrypted content is not an item")
    return resource


def _tenant(token: str, opening: Opening, now: datetime) -> str:
    claims = _claims(token, opening)
    tenant = str(claims.get("tid") or "").lower()
    issuers = [f"{opening.hosts['login']}/{tenant}/v2.0", f"https://sts.windows.net/{tenant}/"]
    registry = jwt.JWTClaimsRegistry(
        now=int(now.timestamp()),
        leeway=_LEEWAY_S,
        aud={"essential": True, "value": opening.client_id},
        iss={"essential": True, "values": issuers},
        exp={"essential": True},
    )
    try:
        registry.validate(dict(claims))
    except JoseError as error:
        raise SignatureInvalid("a validation token is not for us, or not of now") from error
    if not tenant or claims.get("azp", claims.get("appid")) != CHANGE_TRACKING_APP:
        raise SignatureInvalid("a validation token was made by another application")
    return tenant


def _claims(token: str, opening: Opening) -> Mapping[str, Any]:
    """What a genuine token says; keys that are not known yet are fetched once more."""
    for anew in (False, True):
        try:
            known = KeySet.import_key_set(dict(opening.signing_keys(anew)))  # type: ignore[arg-type]  # JSON as it came
            return jwt.decode(token, known, algorithms=["RS256"]).claims
        except (JoseError, ValueError, KeyError) as error:
            if anew:
                raise SignatureInvalid("a validation token is not signed by Microsoft") from error
    raise AssertionError("unreachable")


def _plain(data: bytes, key: bytes) -> bytes:
    """AES-256 in CBC mode, with the key's first half block as its initialisation vector, as Graph does it."""
    decryptor = Cipher(algorithms.AES(key), modes.CBC(key[:_IV_BYTES])).decryptor()
    unpadder = PKCS7(_BLOCK_BITS).unpadder()
    padded = decryptor.update(data) + decryptor.finalize()
    return unpadder.update(padded) + unpadder.finalize()


def _oaep() -> padding.OAEP:
    # SHA-1 is Graph's choice; inside OAEP its collisions do no harm
    return padding.OAEP(mgf=padding.MGF1(hashes.SHA1()), algorithm=hashes.SHA1(), label=None)  # noqa: S303


def _decoded(facts: Mapping[str, Any], name: str) -> bytes:
    try:
        return base64.b64decode(str(facts.get(name) or ""), validate=True)
    except binascii.Error as error:
        raise SignatureInvalid(f"the encrypted content has no usable {name}") from error
