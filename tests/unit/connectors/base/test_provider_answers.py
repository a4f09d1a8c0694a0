"""HTTP answers of providers become the error that says how to recover."""

from datetime import UTC, datetime

import pytest

from connectors.base.errors import (
    AuthorizationLost,
    ConnectorError,
    ProviderUnavailable,
    RateLimited,
    RequestRejected,
)
from connectors.base.http import error_for, read_error, retry_after
from connectors.base.manifest import ErrorCodes

NOW = datetime(2026, 11, 20, 12, 0, 0, tzinfo=UTC)
CODES = ErrorCodes(
    rate_limited=("REQUEST_LIMIT_EXCEEDED",), unavailable=("UNABLE_TO_LOCK_ROW",), authorization_lost=("token_revoked",)
)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("30", 30.0),
        ("1.5", 1.5),
        ("Fri, 20 Nov 2026 12:02:00 GMT", 120.0),
        ("2026-11-20T13:00:00Z", 3600.0),
        ("2026-11-20T12:00:10.500+00:00", 10.5),
        ("2026-11-20T11:00:00Z", 0.0),
        ("soon", None),
        ("", None),
        ("-5", None),
    ],
)
def test_retry_after_is_understood_in_every_form(header: str, seconds: float | None) -> None:
    assert retry_after({"retry-after": header}, NOW) == seconds


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (401, b"{}", AuthorizationLost),
        (403, b'[{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "x"}]', RateLimited),
        (403, b'{"message": "no"}', RequestRejected),
        (400, b'[{"errorCode": "UNABLE_TO_LOCK_ROW"}]', ProviderUnavailable),
        (200, b'{"ok": false, "error": "token_revoked"}', AuthorizationLost),
        (429, b"<html>", RateLimited),
        (500, b"", ProviderUnavailable),
        (522, b"", ProviderUnavailable),
        (501, b"", RequestRejected),
        (404, b"[]", RequestRejected),
        (404, b"\xff", RequestRejected),
    ],
)
def test_the_providers_code_decides_before_the_status(status: int, body: bytes, kind: type[ConnectorError]) -> None:
    error = error_for("Zoom", status, {}, body, NOW, CODES)

    assert type(error) is kind
    assert error.status == status


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"code": 3301, "message": "no recording"}', ("3301", "no recording")),
        (b'{"error": {"code": "InvalidAuth", "message": "bad"}}', ("InvalidAuth", "bad")),
        (b'{"error": "invalid_grant", "error_description": "expired"}', ("invalid_grant", "expired")),
        (b'{"ok": false, "error": "ratelimited"}', ("ratelimited", "ratelimited")),
        (b'{"status": "error", "category": "RATE_LIMITS", "message": "slow"}', ("RATE_LIMITS", "slow")),
        (b'"text"', (None, "")),
        (b"", (None, "")),
        (b"[" * 100_000, (None, "")),
    ],
)
def test_code_and_message_are_found_in_every_usual_shape(body: bytes, expected: tuple[str | None, str]) -> None:
    assert read_error(body) == expected


def test_a_token_that_the_provider_repeats_is_masked_and_names_are_not() -> None:
    token = "eyJhbGciOiJIUzUxMiJ9" + "x1" * 20

    error = RequestRejected(f"field EchoDepth_Average_Credibility_Signal__c: token {token} is bad")

    assert token not in str(error)
    assert "EchoDepth_Average_Credibility_Signal__c" in error.message
