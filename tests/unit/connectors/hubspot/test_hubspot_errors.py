"""HubSpot's error answers, as published."""

import json
from typing import Any

import pytest

from connectors import registry
from connectors.base.errors import AuthorizationLost, ConnectorError, ProviderUnavailable, RateLimited, RequestRejected
from connectors.hubspot.api import Batch
from connectors.hubspot.errors import classify, existing_id, refusal
from tests.support.payloads import payload


def _classified(name: str) -> ConnectorError:
    example = payload(f"hubspot/{name}")
    return classify(example["status"], example.get("headers", {}), json.dumps(example["body"]))


@pytest.mark.parametrize(
    ("name", "expected", "code"),
    [
        ("error.400.property", RequestRejected, "PROPERTY_DOESNT_EXIST"),
        ("error.403.scopes", RequestRejected, "MISSING_SCOPES"),
        ("error.409.contact_exists", RequestRejected, "CONFLICT"),
        ("error.429.search_secondly", RateLimited, "SECONDLY"),
        ("error.429.ten_secondly", RateLimited, "TEN_SECONDLY_ROLLING"),
    ],
)
def test_published_errors_are_classified_by_their_body(name: str, expected: type[ConnectorError], code: str) -> None:
    error = _classified(name)

    assert isinstance(error, expected)
    assert error.code == code


@pytest.mark.parametrize("code", ["EXPIRED_AUTHENTICATION", "INVALID_AUTHENTICATION"])
def test_a_refused_token_keeps_hubspots_own_code(code: str) -> None:
    error = classify(401, {}, {"status": "error", "category": code, "message": "no"})

    assert isinstance(error, AuthorizationLost)
    assert (error.code, error.status) == (code, 401)


def test_an_outage_and_a_move_to_another_data_centre_say_how_long_they_last() -> None:
    for status in (477, 503):
        error = classify(status, {"Retry-After": "120"}, {})

        assert isinstance(error, ProviderUnavailable)
        assert error.retry_after == 120.0


def test_the_detail_that_hubspot_hides_in_the_text_is_told() -> None:
    error = _classified("error.400.property")

    assert "run the set-up again" in str(error)
    assert "(properties: foo)" in str(error)
    assert "isValid" not in str(error)


def test_a_missing_scope_is_named() -> None:
    assert "crm.schemas.contacts.write" in str(_classified("error.403.scopes"))


def test_the_id_of_the_record_in_the_way_is_read_from_the_text() -> None:
    assert existing_id(str(_classified("error.409.contact_exists"))) == "3401"
    assert existing_id("Cannot set x to y. 512 already has that value.") == "512"
    assert existing_id("no id here") is None


@pytest.mark.parametrize(
    ("headers", "body", "wait"),
    [
        ({}, {"policyName": "SECONDLY"}, 1.0),
        ({}, {"policyName": "TEN_SECONDLY_ROLLING"}, 10.0),
        ({}, {"policyName": "DAILY"}, 3600.0),
        ({}, {"category": "RATE_LIMITS"}, None),
        ({"Retry-After": "4"}, {"policyName": "DAILY"}, 4.0),
    ],
)
def test_the_wait_comes_from_the_header_or_else_from_the_limits_name(
    headers: dict[str, str], body: dict[str, str], wait: float | None
) -> None:
    error = classify(429, headers, body)

    assert isinstance(error, RateLimited)
    assert error.retry_after == wait


@pytest.mark.parametrize(
    ("status", "expected"), [(423, RateLimited), (477, ProviderUnavailable), (502, ProviderUnavailable)]
)
@pytest.mark.parametrize("body", ["<html>busy</html>", b"", "[1]", '{"message": null, "errors": {"a": 1}}'])
def test_answers_that_are_not_hubspots_own_are_classified_by_status(
    status: int, expected: type[ConnectorError], body: str | bytes
) -> None:
    error = classify(status, {}, body)

    assert isinstance(error, expected)
    assert not isinstance(error, RateLimited) or error.retry_after == 2.0


@pytest.mark.parametrize(("asked", "wait"), [("1", 2.0), ("9", 9.0)])
def test_a_locked_record_is_left_alone_for_two_seconds_at_least(asked: str, wait: float) -> None:
    error = classify(423, {"Retry-After": asked}, {})

    assert isinstance(error, RateLimited)
    assert error.retry_after == wait


def test_a_mixed_batch_answer_is_matched_by_context_and_not_by_position() -> None:
    batch = Batch()
    batch.add(payload("hubspot/batch.upsert.207")["body"])

    error = batch.error_for("not-an-email")

    assert [result["id"] for result in batch.results] == ["512"]
    assert error.code == "INVALID_EMAIL"
    assert "Email address not-an-email is invalid" in error.message


def test_a_full_batch_answer_has_no_errors_and_tells_new_from_old() -> None:
    batch = Batch()
    batch.add(payload("hubspot/batch.upsert.200")["body"])

    assert {result["id"]: result["new"] for result in batch.results} == {"512": True, "513": False}
    assert batch.errors == []


@pytest.mark.parametrize("row", [{"category": "RATE_LIMITS"}, {"category": "LOCKED"}, {"category": "INTERNAL_ERROR"}])
def test_a_row_that_may_work_later_repeats_the_whole(row: dict[str, Any]) -> None:
    with pytest.raises((RateLimited, ProviderUnavailable)):
        refusal(row)


def test_the_published_token_answer_holds_what_is_kept() -> None:
    answer = payload("hubspot/oauth.token")["body"]

    assert registry.manifest("hubspot").account_facts(answer) == {}
    assert registry.manifest("hubspot").account_facts(answer | {"hub_id": 62515}) == {"hub_id": "62515"}
