"""Salesforce's error answers, as published."""

import pytest
import requests
from simple_salesforce.exceptions import SalesforceGeneralError

from connectors.base.errors import (
    AuthorizationLost,
    ConnectorError,
    ProviderUnavailable,
    RateLimited,
    RequestRejected,
    Temporary,
)
from connectors.salesforce.errors import classify, first_fault, refusal, translated
from tests.support.payloads import payload


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("error.DUPLICATES_DETECTED.400", RequestRejected),
        ("error.FIELD_CUSTOM_VALIDATION_EXCEPTION.400", RequestRejected),
        ("error.INVALID_FIELD.400", RequestRejected),
        ("error.INVALID_SESSION_ID.401", AuthorizationLost),
        ("error.MALFORMED_QUERY.400", RequestRejected),
        ("error.NOT_FOUND.unknown_object", RequestRejected),
        ("error.REQUEST_LIMIT_EXCEEDED.403", RateLimited),
        ("error.REQUIRED_FIELD_MISSING.400", RequestRejected),
        ("error.UNABLE_TO_LOCK_ROW.400", ProviderUnavailable),
        ("error.unknown_column.400", RequestRejected),
        ("upsert.ambiguous.300", RequestRejected),
    ],
)
def test_published_errors_are_classified_by_their_code(name: str, expected: type[Exception]) -> None:
    example = payload(f"salesforce/{name}")

    assert type(classify(example["status"], example["body"])) is expected


def test_a_locked_row_is_a_locked_row_whatever_the_status() -> None:
    body = [{"errorCode": "UNABLE_TO_LOCK_ROW", "message": "unable to obtain exclusive access"}]

    assert {type(classify(status, body)) for status in (200, 400, 500)} == {ProviderUnavailable}


@pytest.mark.parametrize(
    "code", ["SERVER_UNAVAILABLE", "REQUEST_RUNNING_TOO_LONG", "API_CURRENTLY_DISABLED", "UNKNOWN_EXCEPTION"]
)
def test_what_passes_is_told_by_its_code(code: str) -> None:
    assert isinstance(classify(400, [{"errorCode": code, "message": ""}]), ProviderUnavailable)


@pytest.mark.parametrize("code", ["INVALID_SESSION_ID", "INVALID_AUTH_HEADER"])
def test_a_refused_token_keeps_salesforces_own_code(code: str) -> None:
    error = classify(401, [{"errorCode": code, "message": "no"}])

    assert isinstance(error, AuthorizationLost)
    assert (error.code, error.status) == (code, 401)


@pytest.mark.parametrize(("status", "code"), [(403, "REQUEST_LIMIT_EXCEEDED"), (503, "SERVER_UNAVAILABLE"), (429, "")])
def test_a_wait_that_is_asked_for_is_kept(status: int, code: str) -> None:
    error = classify(status, [{"errorCode": code, "message": "later"}], {"Retry-After": "120"})

    assert isinstance(error, Temporary)
    assert error.retry_after == 120.0


def test_a_validation_rule_is_told_with_its_own_message_and_fields() -> None:
    example = payload("salesforce/error.FIELD_CUSTOM_VALIDATION_EXCEPTION.400")

    error = classify(example["status"], example["body"])

    assert isinstance(error, ConnectorError)
    assert "Close date must be in the future" in error.message
    assert "CloseDate" in error.message


def test_a_failed_row_of_a_collection_names_its_code_differently() -> None:
    failed, saved = payload("salesforce/collections.partial.200")["body"]

    assert first_fault(failed).code == "DUPLICATES_DETECTED"
    assert first_fault(saved).code == ""


def test_a_query_is_not_quoted_back_to_people() -> None:
    example = payload("salesforce/error.unknown_column.400")

    error = classify(example["status"], example["body"])

    assert isinstance(error, ConnectorError)
    assert "SELECT" not in error.message


def test_a_maintenance_page_counts_as_unavailable() -> None:
    assert isinstance(classify(503, "<html>Down for maintenance</html>"), ProviderUnavailable)


def test_userinfo_says_in_plain_text_that_the_token_is_bad() -> None:
    assert isinstance(classify(403, "Bad_OAuth_Token"), AuthorizationLost)


def test_a_cut_connection_counts_as_unavailable() -> None:
    with pytest.raises(ProviderUnavailable), translated():
        raise requests.ConnectionError("reset by peer")


def test_library_errors_become_ours() -> None:
    with pytest.raises(ProviderUnavailable), translated():
        raise SalesforceGeneralError("https://acme", 502, "query", b"bad gateway")


def test_a_part_that_may_be_tried_again_asks_for_the_whole_to_be_tried_again() -> None:
    with pytest.raises(ProviderUnavailable):
        refusal(400, [{"errorCode": "UNABLE_TO_LOCK_ROW", "message": ""}])
