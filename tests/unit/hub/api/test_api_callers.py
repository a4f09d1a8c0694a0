"""Who may call the API, how often, and what is answered when they may not."""

import re
import threading
import time
from datetime import timedelta

import pytest
from sqlmodel import select

from hub.accounts.models import ApiKey, AuditEntry, IdempotentRequest, Organisation
from hub.accounts.rate_limits import take
from hub.accounts.service import create_operator_key, revoke_api_key
from hub.accounts.usage import ANALYSES, meter, totals, used_this_month
from hub.runtime import Runtime
from tests.support.api import Api, a_key, api


def stored(runtime: Runtime) -> ApiKey:
    with runtime.database.transaction() as session:
        return session.exec(select(ApiKey)).one()


@pytest.mark.parametrize("sent", ["", "Bearer", "Bearer ed_live_sk_wrong", "Basic abc", "Bearer " + "x" * 5000])
def test_a_missing_or_wrong_key_is_answered_with_401(runtime: Runtime, sent: str) -> None:
    answer = api(runtime).get("/v1/api-keys", headers={"Authorization": sent})

    assert answer.status_code == 401
    error = answer.json()["error"]
    assert error["code"] == "unauthorized"
    assert error["request_id"] == answer.headers["X-Request-Id"]


def test_a_revoked_and_an_expired_key_open_nothing(runtime: Runtime) -> None:
    caller = api(runtime)
    with runtime.database.transaction() as session:
        revoke_api_key(session, session.exec(select(ApiKey)).one(), actor="test", now=runtime.clock())
    expired = api(runtime, expires_at=runtime.clock() - timedelta(seconds=1))

    assert caller.get("/v1/api-keys").status_code == 401
    assert expired.get("/v1/api-keys").status_code == 401


def test_a_key_that_is_in_use_opens_nothing_a_second_after_it_was_revoked(runtime: Runtime) -> None:
    caller = api(runtime)
    assert caller.get("/v1/api-keys").status_code == 200
    with runtime.database.transaction() as session:  # as another process would
        revoke_api_key(session, session.exec(select(ApiKey)).one(), actor="test", now=runtime.clock())

    time.sleep(1.0)

    assert caller.get("/v1/api-keys").status_code == 401


def test_the_last_use_of_a_key_is_noted(runtime: Runtime) -> None:
    api(runtime).get("/v1/api-keys")

    assert stored(runtime).last_used_at is not None


def test_a_key_is_stored_as_a_hash_only(runtime: Runtime) -> None:
    caller = api(runtime)

    assert caller.key not in stored(runtime).model_dump_json()


def test_a_key_without_the_scope_is_refused(runtime: Runtime) -> None:
    answer = api(runtime, scopes=("analyse",)).get("/v1/audit")

    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "forbidden"


def test_keys_say_by_their_beginning_what_they_are_for(runtime: Runtime) -> None:
    assert a_key(runtime).startswith("ed_live_sk_")
    assert a_key(runtime, plan="sandbox").startswith("ed_test_sk_")
    assert a_key(runtime, speech=True).startswith("psk_")


def test_every_answer_carries_the_rate_limit_and_too_many_requests_say_when_to_come_back(runtime: Runtime) -> None:
    caller = api(runtime, limits={"requests_per_minute": 2})

    first, second, third = (caller.get("/v1/api-keys") for _ in range(3))

    assert [first.headers["X-RateLimit-Limit"], first.headers["X-RateLimit-Remaining"]] == ["2", "1"]
    assert second.headers["X-RateLimit-Remaining"] == "0"
    assert third.status_code == 429
    assert third.json()["error"]["code"] == "rate_limited"
    wait = int(third.headers["X-RateLimit-Reset"]) - runtime.clock().timestamp()
    assert 0 <= int(third.headers["Retry-After"]) - wait <= 1.5


def test_an_unlimited_plan_says_so(runtime: Runtime) -> None:
    answer = api(runtime, plan="enterprise").get("/v1/api-keys")

    assert answer.headers["X-RateLimit-Limit"] == "unlimited"


def test_the_limit_is_shared_by_everybody_who_counts(runtime: Runtime) -> None:
    database, now, exceeded = runtime.database, runtime.clock(), list[bool]()

    def count() -> None:
        exceeded.extend(take(database, "key:requests", 100, period_s=3600, now=now).exceeded for _ in range(50))

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert exceeded.count(False) == 100


@pytest.mark.postgres
def test_limits_and_usage_count_on_postgresql_too(postgres_runtime: Runtime) -> None:
    now = postgres_runtime.clock()
    used = [take(postgres_runtime.database, "key_1:requests", 2, period_s=60, now=now).used for _ in range(3)]
    later = take(postgres_runtime.database, "key_1:requests", 2, period_s=60, now=now + timedelta(minutes=1))

    a_key(postgres_runtime)
    key = stored(postgres_runtime)
    with postgres_runtime.database.transaction() as session:
        meter(session, key.organisation_id, key.id, ANALYSES, 1, now)
        meter(session, key.organisation_id, key.id, ANALYSES, 2, now)
        assert used_this_month(session, key.id, ANALYSES, now) == 3

    assert used == [1, 2, 3]
    assert later.used == 1


def test_a_clock_that_is_behind_counts_into_the_newer_window(runtime: Runtime) -> None:
    now = runtime.clock()
    take(runtime.database, "key_1:requests", 5, period_s=60, now=now)

    behind = take(runtime.database, "key_1:requests", 5, period_s=60, now=now - timedelta(minutes=1))

    assert behind.used == 2


def test_use_is_added_up_by_key_and_kind(runtime: Runtime) -> None:
    caller, now = api(runtime), runtime.clock()
    key = stored(runtime)
    with runtime.database.transaction() as session:
        for quantity in (1.5, 2.0):
            meter(session, key.organisation_id, key.id, "media_seconds", quantity, now)
        assert totals(session, key.organisation_id, now.date(), now.date())[0]["quantity"] == 3.5

    assert caller.get("/v1/usage").json()["data"] == [{"key_id": key.id, "kind": "media_seconds", "quantity": 3.5}]


def test_a_key_made_over_the_api_is_shown_once_and_works(runtime: Runtime) -> None:
    caller = api(runtime)

    made = caller.post("/v1/api-keys", json={"name": "import", "scopes": ["keys"]})

    assert made.status_code == 201
    fresh = Api(caller.http, made.json()["key"])
    listed = fresh.get("/v1/api-keys")
    assert listed.status_code == 200
    assert made.json()["key"] not in listed.text


def test_a_key_cannot_make_one_that_may_do_more(runtime: Runtime) -> None:
    caller = api(runtime, scopes=("keys",), plan="sandbox")

    assert caller.post("/v1/api-keys", json={"name": "more", "scopes": ["analyse"]}).status_code == 403
    same = caller.post("/v1/api-keys", json={"name": "same"}).json()
    assert (same["plan"], same["scopes"]) == ("sandbox", ["keys"])


def test_the_same_idempotency_key_makes_one_thing(runtime: Runtime) -> None:
    caller, headers = api(runtime), {"Idempotency-Key": "import-1"}

    first = caller.post("/v1/api-keys", json={"name": "import"}, headers=headers)
    again = caller.post("/v1/api-keys", json={"name": "import"}, headers=headers)
    other = caller.post("/v1/api-keys", json={"name": "another"}, headers=headers)

    assert again.json() == first.json()
    assert again.status_code == 201
    assert again.headers["Idempotency-Replayed"] == "true"
    assert other.status_code == 422
    assert len(caller.get("/v1/api-keys").json()["data"]) == 2


def test_a_repetition_during_the_first_request_is_told_when_to_ask_again(runtime: Runtime) -> None:
    caller, headers = api(runtime), {"Idempotency-Key": "import-1"}
    caller.post("/v1/api-keys", json={"name": "import"}, headers=headers)
    with runtime.database.transaction() as session:
        session.exec(select(IdempotentRequest)).one().answer = None  # as it is before there is one

    again = caller.post("/v1/api-keys", json={"name": "import"}, headers=headers)

    assert (again.status_code, again.headers["Retry-After"]) == (409, "1")


def test_a_request_that_failed_may_be_sent_again_with_the_same_key(runtime: Runtime) -> None:
    caller, headers = api(runtime), {"Idempotency-Key": "import-1"}

    refused = caller.post("/v1/api-keys", json={"name": "import", "scopes": ["nothing"]}, headers=headers)
    accepted = caller.post("/v1/api-keys", json={"name": "import"}, headers=headers)

    assert refused.status_code == 403
    assert accepted.status_code == 201


def test_pages_of_a_list_follow_each_other_without_gap_or_repetition(runtime: Runtime) -> None:
    caller = api(runtime)
    names = [f"key {number}" for number in range(5)]
    for name in names:
        caller.post("/v1/api-keys", json={"name": name})
    found: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = caller.get(f"/v1/api-keys?limit=2{f'&cursor={cursor}' if cursor else ''}").json()
        found += [row["name"] for row in page["data"]]
        cursor = page["next_cursor"]

    assert found == [*reversed(names), "a key"]


def test_another_organisation_sees_and_revokes_nothing_here(runtime: Runtime) -> None:
    a_key(runtime)
    own = stored(runtime).id
    stranger = api(runtime, organisation="Contoso")

    assert own not in stranger.get("/v1/api-keys").text
    assert stranger.delete(f"/v1/api-keys/{own}").status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        b"{", b"[]", b"null", b'{"name": ""}', b'{"name": "a\\u0000b"}', b'{"name": "\\ud800"}', b'{"name": 5}',
        b"\xff\xfe",
        b'{"name": "x", "expires_at": "99999999999999999999"}', b'{"name": "x", "expires_at": 1e400}',
        b'{"name": "x", "scopes": ["a\\u0000"]}', b'{"name": "x", "more": 1}',
    ],
)  # fmt: skip
def test_hostile_bodies_are_refused_in_words(runtime: Runtime, body: bytes) -> None:
    answer = api(runtime).post("/v1/api-keys", content=body, headers={"Content-Type": "application/json"})

    assert 400 <= answer.status_code < 500
    assert answer.json()["error"]["code"] in {"validation_error", "forbidden"}


@pytest.mark.parametrize(
    "path",
    [
        "/v1/api-keys?limit=99999999999999999999999", "/v1/api-keys?limit=-1", "/v1/api-keys?cursor=%00",
        "/v1/api-keys?cursor=%ff%fe", "/v1/audit?action=%00", "/v1/usage?since=0000-00-00",
        "/v1/usage?since=9999-12-31",
        "/v1/usage?since=0001-01-01", "/v1/nothing", "/v1/api-keys/%00", "/v1/%00",
    ],
)  # fmt: skip
def test_hostile_addresses_are_refused_in_words(runtime: Runtime, path: str) -> None:
    answer = api(runtime).get(path)

    assert 400 <= answer.status_code < 500
    assert re.fullmatch(r"req_\w+", answer.json()["error"]["request_id"])


def test_the_command_line_makes_organisation_and_key_from_nothing(runtime: Runtime) -> None:
    caller = api(runtime, key=create_operator_key(runtime))

    answer = caller.get("/v1/api-keys")

    assert answer.status_code == 200
    with runtime.database.transaction() as session:
        assert len(session.exec(select(Organisation)).all()) == 1
        assert session.exec(select(AuditEntry)).one().action == "api_key.created"
