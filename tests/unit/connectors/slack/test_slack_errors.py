"""Slack's error answers, as published."""

import pytest

from connectors import registry
from connectors.base import signature
from connectors.base.errors import (
    AuthorizationLost,
    ConnectorError,
    ProviderUnavailable,
    RateLimited,
    RequestRejected,
)
from connectors.base.records import InboundRequest
from connectors.slack.errors import classify
from connectors.slack.webhook import handshake
from tests.support.payloads import payload


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("channel_not_found", RequestRejected),
        ("invalid_blocks", RequestRejected),
        ("missing_scope", RequestRejected),
        ("not_in_channel", RequestRejected),
        ("ratelimited", RateLimited),
        ("token_revoked", AuthorizationLost),
    ],
)
def test_published_errors_are_classified_by_their_code(name: str, expected: type[ConnectorError]) -> None:
    example = payload(f"slack/error.{name}")

    error = classify(example["status"], example.get("headers", {}), example["body"])

    assert type(error) is expected
    assert error.code == name


@pytest.mark.parametrize(("header", "seconds"), [("30", 30.0), ("1.5", 1.5)])
def test_a_rate_limit_says_how_long_to_wait(header: str, seconds: float) -> None:
    error = classify(429, {"Retry-After": header}, {"ok": False, "error": "ratelimited"})

    assert isinstance(error, RateLimited)
    assert error.retry_after == seconds


@pytest.mark.parametrize("code", ["team_added_to_org", "org_login_required", "external_channel_migrating"])
def test_a_move_passes(code: str) -> None:
    assert isinstance(classify(200, {}, {"ok": False, "error": code}), ProviderUnavailable)


@pytest.mark.parametrize("code", ["token_expired", "team_access_not_granted"])
def test_access_that_is_over_is_told_by_its_code(code: str) -> None:
    assert isinstance(classify(200, {}, {"ok": False, "error": code}), AuthorizationLost)


def test_a_missing_scope_is_named() -> None:
    error = classify(200, {}, {"ok": False, "error": "missing_scope", "needed": "channels:join"})

    assert "channels:join" in error.message


def test_an_answer_that_is_not_json_counts_as_unavailable() -> None:
    assert isinstance(classify(502, {}, {}), ProviderUnavailable)


def test_the_published_signature_matches_the_manifests_rules() -> None:
    vector = payload("slack/signature.vector")["body"]
    rules = registry.manifest("slack").webhook
    request = InboundRequest("POST", "https://hub.example/hooks/slack", {}, vector["body"].encode())

    assert rules is not None
    assert rules.signature is not None
    signed = signature.sign(rules.signature, request, vector["signing_secret"], vector["timestamp"])
    assert signed == vector["signature"]


def test_the_url_challenge_is_answered() -> None:
    request = InboundRequest("POST", "", {}, b'{"type": "url_verification", "challenge": "abc"}')

    answer = handshake(request, "secret")

    assert answer is not None
    assert answer.body == b'{"challenge": "abc"}'
