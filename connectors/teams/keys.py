"""What ties notifications to us: the client state of a subscription, and the keys that encrypted ones are made for."""

import base64
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from connectors.base.errors import RequestRejected

_PEM = re.compile(r"-----BEGIN (?P<kind>[A-Z ]+)-----.+?-----END (?P=kind)-----", re.DOTALL)


@dataclass(frozen=True)
class Certificate:
    """What encrypted notifications are made with: `id` is ours to choose, `der` is base64."""

    id: str
    der: str


@dataclass(frozen=True)
class Keys:
    """Private keys by certificate id and by SHA-1 thumbprint."""

    by_name: Mapping[str, RSAPrivateKey] = field(default_factory=dict, repr=False)
    only: RSAPrivateKey | None = field(default=None, repr=False)
    """Where there is but one, with or without a certificate."""

    def find(self, certificate_id: str, thumbprint: str) -> RSAPrivateKey | None:
        """The key for an item; None when its certificate is not ours any more."""
        if not certificate_id and not thumbprint:
            return self.only
        return self.by_name.get(certificate_id) or self.by_name.get(thumbprint.upper())


def client_state(secret: str, tenant_id: str) -> str:
    """What each notification of a tenant repeats: nobody without the secret can say it."""
    digest = hmac.digest(secret.encode(), f"client-state:{tenant_id.lower()}".encode(), "sha256")
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def secret_mark(secret: str) -> str:
    """Tells subscriptions made with this secret from those made with an earlier one."""
    return hmac.digest(secret.encode(), b"mark", "sha256").hex()[:8]


def certificate(pem: str) -> Certificate | None:
    """The first certificate in a PEM text; None when there is none. Raises `RequestRejected` when it is unusable."""
    found = _certificates(pem)
    if not found:
        return None
    der = found[0].public_bytes(Encoding.DER)
    return Certificate(_name(found[0]), base64.b64encode(der).decode())


def private_keys(pem: str) -> Keys:
    """The private keys that have a certificate in the same PEM text. Raises `RequestRejected` when it is unusable."""
    private = [key for kind, text in _blocks(pem) if "PRIVATE KEY" in kind for key in [_private(text)]]
    by_name: dict[str, RSAPrivateKey] = {}
    for each in _certificates(pem):
        public = each.public_key()
        match = next((key for key in private if _belongs(key, public)), None)
        if match is not None:
            by_name |= {_name(each): match, each.fingerprint(hashes.SHA1()).hex().upper(): match}  # noqa: S303
    return Keys(by_name, private[0] if len(private) == 1 else None)


def _certificates(pem: str) -> Sequence[x509.Certificate]:
    try:
        return [x509.load_pem_x509_certificate(text) for kind, text in _blocks(pem) if kind == "CERTIFICATE"]
    except ValueError as error:
        raise RequestRejected("the certificate for encrypted events is not valid", code="webhook_keys") from error


def _private(text: bytes) -> RSAPrivateKey:
    try:
        key = load_pem_private_key(text, None)
    except (ValueError, TypeError) as error:
        raise RequestRejected("the key for encrypted events is not valid", code="webhook_keys") from error
    if not isinstance(key, RSAPrivateKey):
        raise RequestRejected("the key for encrypted events is not RSA", code="webhook_keys")
    return key


def _belongs(key: RSAPrivateKey, public: object) -> bool:
    return isinstance(public, RSAPublicKey) and key.public_key().public_numbers() == public.public_numbers()


def _name(each: x509.Certificate) -> str:
    return each.fingerprint(hashes.SHA256()).hex()[:32]


def _blocks(pem: str) -> Sequence[tuple[str, bytes]]:
    """The blocks of a PEM text, whose line ends may have become `\\n` on the way through an environment variable."""
    text = pem.replace("\\n", "\n")
    return [(match["kind"], match[0].encode()) for match in _PEM.finditer(text)]
