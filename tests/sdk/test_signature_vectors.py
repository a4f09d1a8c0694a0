"""The signature vectors that both clients and the hub share."""

import base64
import importlib.util
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from echodepth import NotConfigured, SignatureInvalid, webhooks
from standardwebhooks.webhooks import Webhook

from connectors.webhook import sign

VECTORS = Path(__file__).parents[2] / "sdk" / "vectors"
FOUND: dict[str, Any] = json.loads((VECTORS / "signatures.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", FOUND["cases"], ids=lambda case: case["name"])
def test_a_message_is_believed_or_refused(case: dict[str, Any]) -> None:
    options = {
        "public_keys": case["public_keys"],
        "now": case["now"],
        "require_timestamp": case["require_timestamp"],
    }

    if not case["genuine"]:
        with pytest.raises(SignatureInvalid):
            webhooks.verify(case["body"], case["headers"], case["secrets"], **options)
        return

    event = webhooks.verify(case["body"], case["headers"], case["secrets"], **options)
    assert event.event == "session.alert"
    assert event.to_dict()["alert"] == {"type": "arousal_high", "value": 0.91, "threshold": 0.8}


@pytest.mark.parametrize("message", FOUND["messages"], ids=lambda message: message["id"])
def test_the_hub_signs_as_the_vectors_say(message: dict[str, Any]) -> None:
    key = message["ed25519_private_key"]

    headers = sign(
        message["id"],
        datetime.fromtimestamp(message["timestamp"], UTC),
        message["body"].encode(),
        message["secrets"],
        None if key is None else base64.b64decode(key),
    )

    assert headers == message["headers"]


@pytest.mark.parametrize("message", FOUND["messages"], ids=lambda message: message["id"])
def test_the_published_library_computes_the_same(message: dict[str, Any]) -> None:
    at = datetime.fromtimestamp(message["timestamp"], UTC)

    ours = message["headers"]["webhook-signature"].split()

    assert ours[: len(message["secrets"])] == [
        Webhook(secret).sign(message["id"], at, message["body"]) for secret in message["secrets"]
    ]


def test_the_vectors_are_what_the_script_makes() -> None:
    spec = importlib.util.spec_from_file_location("generate_vectors", VECTORS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    assert module.text() == (VECTORS / "signatures.json").read_text(encoding="utf-8")


def test_without_any_secret_nothing_is_believed() -> None:
    signed = {"webhook-signature": "v1,eA==", "webhook-timestamp": "1"}

    with pytest.raises(NotConfigured):
        webhooks.verify(b"{}", {})
    with pytest.raises(NotConfigured, match="whsec_"):
        webhooks.verify(b"{}", signed, "whsec_*", now=1)
