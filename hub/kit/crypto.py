"""Envelope encryption at rest: AES-256-GCM, a fresh data key per secret, wrapped by a master key.

A sealed text is `v1.<key id>.<wrapped data key>.<ciphertext>`, each part URL-safe base64. The `context`
(for example `connection:con_...:tokens`) is authenticated with it, so a sealed value copied to another row
does not open there.
"""

import base64
import hashlib
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_VERSION = "v1"
_KEY_BYTES = 32
_NONCE_BYTES = 12


class SealedValueError(Exception):
    """A sealed value cannot be opened: wrong key, wrong context or damaged."""


class MasterKeyInvalid(ValueError):
    """A master key is not what a master key looks like."""


@dataclass(frozen=True)
class Vault:
    """Seals and opens secrets. `keys` maps key ids to 32-byte master keys; `current` seals."""

    keys: Mapping[str, bytes] = field(repr=False)
    current: str

    def seal(self, secret: bytes, context: str) -> str:
        """Encrypt `secret`; only `open` with the same `context` gives it back."""
        data_key = secrets.token_bytes(_KEY_BYTES)
        aad = context.encode()
        wrapped = _encrypt(self.keys[self.current], data_key, aad)
        return ".".join([_VERSION, self.current, _text(wrapped), _text(_encrypt(data_key, secret, aad))])

    def open(self, sealed: str, context: str) -> bytes:
        """Decrypt. Raises `SealedValueError` when the key is unknown or the value was changed or moved."""
        try:
            version, key_id, wrapped, ciphertext = sealed.split(".")
            if version != _VERSION or key_id not in self.keys:
                raise SealedValueError(f"sealed with unknown key {key_id!r}; add it to HUB_MASTER_KEY_PREVIOUS")
            aad = context.encode()
            data_key = _decrypt(self.keys[key_id], _bytes(wrapped), aad)
            return _decrypt(data_key, _bytes(ciphertext), aad)
        except (ValueError, InvalidTag) as error:
            raise SealedValueError("sealed value is damaged or belongs to another row") from error

    @property
    def prefix(self) -> str:
        """How everything begins that was sealed with the current key."""
        return f"{_VERSION}.{self.current}."


def vault_from(master_key: str | None, previous: tuple[str, ...], key_file: Path) -> Vault:
    """Build the vault from `HUB_MASTER_KEY` (URL-safe base64 of 32 bytes), or from `key_file`, made with mode 0600."""
    current = master_key or _read_or_create(key_file)
    keys = {_fingerprint(key): key for key in map(_decode_key, (current, *previous))}
    return Vault(keys=keys, current=_fingerprint(_decode_key(current)))


def new_master_key() -> str:
    """A fresh master key in the form `HUB_MASTER_KEY` takes."""
    return _text(secrets.token_bytes(_KEY_BYTES))


def _read_or_create(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(key := new_master_key())
    return key


def _decode_key(text: str) -> bytes:
    try:
        key = _bytes(text.strip())
    except ValueError:
        key = b""
    if len(key) != _KEY_BYTES:
        raise MasterKeyInvalid(
            "HUB_MASTER_KEY must be URL-safe base64 of 32 bytes, and so must each key in HUB_MASTER_KEY_PREVIOUS; "
            "make one with `hub keys new-master`"
        )
    return key


def _fingerprint(key: bytes) -> str:
    return hashlib.sha256(b"echodepth key id" + key).hexdigest()[:8]


def _encrypt(key: bytes, plaintext: bytes, aad: bytes) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plaintext, aad)


def _decrypt(key: bytes, data: bytes, aad: bytes) -> bytes:
    return AESGCM(key).decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], aad)


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
