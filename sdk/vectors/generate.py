"""Writes `signatures.json`: messages as a hub signs them, and cases that a client has to take or refuse.

    python sdk/vectors/generate.py

Both clients' tests read the cases, the hub's own tests the messages. Nothing here uses the code of any of them: the
signatures are made by the words of the Standard Webhooks specification (1.0) with Python's own HMAC. All keys are
derived from their names and protect nothing.
"""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

TARGET = Path(__file__).with_name("signatures.json")
AT = 1_790_000_000
ALERT = {
    "event": "session.alert",
    "timestamp_ms": AT * 1000,
    "session_id": "ses_01",
    "label": "Zoë, Raum 4",
    "alert": {"type": "arousal_high", "value": 0.91, "threshold": 0.8},
}
BODY = json.dumps(ALERT, ensure_ascii=False, separators=(",", ":"))


def material(name: str) -> bytes:
    """32 bytes that belong to a name."""
    return hashlib.sha256(f"echodepth vector {name}".encode()).digest()


def secret(name: str) -> str:
    """A secret as the hub shows it."""
    return "whsec_" + base64.b64encode(material(name)[:24]).decode()


def private_key(name: str) -> Ed25519PrivateKey:
    """A signing key."""
    return Ed25519PrivateKey.from_private_bytes(material(name))


def public_key(name: str) -> str:
    """Its public half as the hub publishes it."""
    return "whpk_" + base64.b64encode(private_key(name).public_key().public_bytes_raw()).decode()


@dataclass(frozen=True)
class Signed:
    """A message and everything that signs it, by name; the newest secret comes first."""

    id: str
    secrets: tuple[str, ...]
    key: str | None = None
    body: str = BODY
    at: int = AT

    def headers(self) -> dict[str, str]:
        """As they are sent."""
        signed = f"{self.id}.{self.at}.{self.body}".encode()
        signatures = [f"v1,{_hmac(material(name)[:24], signed)}" for name in self.secrets]
        if self.key:
            signatures.append(f"v1a,{base64.b64encode(private_key(self.key).sign(signed)).decode()}")
        plain = hmac.new(secret(self.secrets[0]).encode(), self.body.encode(), "sha256").hexdigest()
        return {
            "webhook-id": self.id,
            "webhook-timestamp": str(self.at),
            "webhook-signature": " ".join(signatures),
            "X-EchoDepth-Signature": f"sha256={plain}",
        }

    def told(self) -> dict[str, Any]:
        """The message with what signs it."""
        return {
            "id": self.id,
            "timestamp": self.at,
            "body": self.body,
            "secrets": [secret(name) for name in self.secrets],
            "ed25519_private_key": base64.b64encode(material(self.key)).decode() if self.key else None,
            "headers": self.headers(),
        }


@dataclass(frozen=True)
class Case:
    """What somebody receives, and whether it is to be believed. A header set to None is missing."""

    name: str
    message: Signed
    genuine: bool
    secrets: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    body: str | None = None
    late_s: int = 1
    headers: dict[str, str | None] = field(default_factory=dict)
    require_timestamp: bool = True

    def told(self) -> dict[str, Any]:
        """Everything a test needs."""
        headers = {**self.message.headers(), **self.headers}
        return {
            "name": self.name,
            "genuine": self.genuine,
            "body": self.message.body if self.body is None else self.body,
            "headers": {name: value for name, value in headers.items() if value is not None},
            "secrets": [secret(name) for name in self.secrets],
            "public_keys": [public_key(name) for name in self.keys],
            "now": self.message.at + self.late_s,
            "require_timestamp": self.require_timestamp,
        }


def _hmac(key: bytes, signed: bytes) -> str:
    return base64.b64encode(hmac.new(key, signed, "sha256").digest()).decode()


ONE = Signed("msg_one", ("current",))
ROTATING = Signed("msg_rotating", ("next", "current"))
BOTH = Signed("msg_both", ("current",), key="hub")
EMPTY = Signed("msg_no_event", ("current",), body="{}")
UNTIMED: dict[str, str | None] = {"webhook-id": None, "webhook-timestamp": None, "webhook-signature": None}

CASES = [
    Case("by the secret", ONE, True, ("current",)),
    Case("by one of several secrets", ONE, True, ("other", "current")),
    Case("during a rotation, with the former secret", ROTATING, True, ("current",)),
    Case("during a rotation, with the new secret", ROTATING, True, ("next",)),
    Case("by the public key alone", BOTH, True, keys=("hub",)),
    Case("by one of several public keys", BOTH, True, keys=("other", "hub")),
    Case("by the secret, though a key signed too", BOTH, True, ("current",)),
    Case("by a wrong secret and the right key", BOTH, True, ("other",), ("hub",)),
    Case("nearly too late", ONE, True, ("current",), late_s=300),
    Case("without a time, where that is accepted", ONE, True, ("current",), headers=UNTIMED, require_timestamp=False),
    Case("by a secret that is not ours", ONE, False, ("other",)),
    Case("by a key that is not ours", BOTH, False, keys=("other",)),
    Case("with a changed body", ONE, False, ("current",), body=BODY.replace("0.91", "0.19")),
    Case("with a changed body, without a time", ONE, False, ("current",), body=BODY + " ", headers=UNTIMED,
         require_timestamp=False),
    Case("with another message's id", ONE, False, ("current",), headers={"webhook-id": "msg_two"}),
    Case("with another time", ONE, False, ("current",), headers={"webhook-timestamp": str(AT + 1)}),
    Case("with a time that is no number", ONE, False, ("current",), headers={"webhook-timestamp": "soon"}),
    Case("without its time", ONE, False, ("current",), headers={"webhook-timestamp": None}),
    Case("too late", ONE, False, ("current",), late_s=301),
    Case("from the future", ONE, False, ("current",), late_s=-301),
    Case("without a time", ONE, False, ("current",), headers=UNTIMED),
    Case("with an empty signature", ONE, False, ("current",), headers={"webhook-signature": ""}),
    Case("with signatures of other versions", ONE, False, ("current",), headers={"webhook-signature": "v2,eA== v1"}),
    Case("with a signature that is no base64", ONE, False, ("current",), headers={"webhook-signature": "v1,***"}),
    Case("with a wrong signature and a right plain one", ONE, False, ("current",),
         headers={"webhook-signature": "v1,eA=="}, require_timestamp=False),
    Case("genuine, but no event", EMPTY, False, ("current",)),
]  # fmt: skip


def vectors() -> dict[str, Any]:
    """The whole file."""
    messages = [message.told() for message in (ONE, ROTATING, BOTH)]
    return {"messages": messages, "cases": [case.told() for case in CASES]}


def text() -> str:
    """The file's text."""
    return json.dumps(vectors(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    TARGET.write_text(text(), encoding="utf-8")
