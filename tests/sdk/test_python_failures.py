"""What the Python client does when something goes wrong: what it sends again, how long it waits, what it gives up."""

import itertools
import socket
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import httpx
import pytest
from echodepth import EchoDepth, NotConfigured, RateLimited, RetryPolicy, UnexpectedAnswer, errors
from echodepth.answers import error_of, retry_after
from echodepth.retries import RetryPolicy as Policy
from echodepth.retries import Tries

from tests.sdk.conftest import Media
from tests.sdk.serving import Served
from tests.support.proxy import Fault, Proxy

QUICK = RetryPolicy(first_s=0.01, longest_s=0.05)


@pytest.fixture
def client(hub: Served, proxy: Proxy) -> Iterator[EchoDepth]:
    with EchoDepth(hub.key(), base_url=proxy.url, retries=QUICK) as made:
        yield made


def test_a_lost_answer_is_asked_for_again_and_nothing_is_done_twice(client: EchoDepth, proxy: Proxy) -> None:
    proxy.faults.append(Fault("/v1/sessions", heard=True))

    session = client.sessions.create(label="only once")

    assert [row.id for row in client.sessions.list() if row.label == "only once"] == [session.id]
    posts = [exchange for exchange in proxy.of("/v1/sessions") if exchange.method == "POST"]
    assert len(posts) == 2
    assert len({exchange.headers["idempotency-key"] for exchange in posts}) == 1


def test_an_upload_is_sent_again_whole(client: EchoDepth, proxy: Proxy, media: Media) -> None:
    proxy.faults += [Fault("/v1/analyse/image", heard=False), Fault("/v1/analyse/image", status=503)]

    with media.frame.open("rb") as file:
        result = client.analyse.image([file, media.frame])

    assert len(result.images) == 2
    sent = [exchange.body for exchange in proxy.of("/v1/analyse/image")]
    assert len(sent) == 3
    assert all(body.count(media.frame.read_bytes()) == 2 for body in sent)


def test_what_is_refused_for_good_is_sent_once(client: EchoDepth, proxy: Proxy) -> None:
    with pytest.raises(errors.NotFound):
        client.results.get("job_unknown")
    proxy.faults.append(Fault("/v1/result", status=500))
    with pytest.raises(errors.ServerError):
        client.results.get("job_unknown")

    assert len(proxy.of("/v1/result/job_unknown")) == 2


def test_it_gives_up_after_the_last_retry(client: EchoDepth, proxy: Proxy) -> None:
    proxy.faults += [Fault("/v1/sessions")] * 4

    with pytest.raises(errors.ConnectionFailed):
        client.sessions.create()

    assert len(proxy.faults) == 1


def test_nobody_listening_and_nobody_answering_are_told_apart() -> None:
    with EchoDepth("ed_live_sk_any", base_url="http://127.0.0.1:9", retries=QUICK) as nobody:
        with pytest.raises(errors.ConnectionFailed) as refused:
            nobody.sessions.create()
        assert not isinstance(refused.value, errors.TimedOut)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        hasty = EchoDepth("ed_live_sk_any", base_url=url, timeout=0.2, retries=Policy(most=0))
        with hasty, pytest.raises(errors.TimedOut):
            hasty.sessions.create()


def test_a_limit_says_when_it_is_reset(hub: Served) -> None:
    key = hub.key(name="slow", limits={"requests_per_minute": 2})
    with EchoDepth(key, base_url=hub.url, retries=Policy(most=0)) as limited, pytest.raises(RateLimited) as refused:
        [limited.sessions.list().page() for _ in range(6)]  # more than two minutes' worth, whenever this begins

    error = refused.value
    assert (error.status, error.code, error.limit, error.remaining) == (429, "rate_limited", 2, 0)
    assert error.retry_after is not None
    assert 0 < error.retry_after <= 60
    assert error.resets_at is not None
    assert error.resets_at % 60 == 0


class Answers:
    """A transport that answers from a list, and keeps what it was asked."""

    def __init__(self, answers: Sequence[Callable[[], httpx.Response]]) -> None:
        self.answers = iter(answers)
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        return next(self.answers)()


def refusal(status: int, **headers: str) -> Callable[[], httpx.Response]:
    body = {"error": {"code": "x", "message": "no", "request_id": "req_1"}}
    return lambda: httpx.Response(status, json=body, headers={name.replace("_", "-"): v for name, v in headers.items()})


def answering(
    *answers: Callable[[], httpx.Response], policy: RetryPolicy = QUICK, read_s: float = 60
) -> tuple[EchoDepth, Answers]:
    transport = Answers(answers)
    http = httpx.Client(transport=httpx.MockTransport(transport), timeout=read_s)
    return EchoDepth("key", base_url="https://hub.test", http_client=http, retries=policy), transport


def good(**body: Any) -> Callable[[], httpx.Response]:
    return lambda: httpx.Response(200, json={"id": "ses_1", "session_id": "ses_1", **body})


def broken() -> httpx.Response:
    raise httpx.ReadError("reset")


def test_what_the_hub_asks_to_wait_is_waited() -> None:
    import time

    client, _ = answering(refusal(429, retry_after="1"), good())
    began = time.monotonic()

    client.sessions.get("ses_1")

    assert time.monotonic() - began >= 1


def test_a_wait_that_is_too_long_is_left_to_the_caller() -> None:
    client, transport = answering(refusal(429, retry_after="86400"))

    with pytest.raises(RateLimited) as refused:
        client.sessions.get("ses_1")

    assert refused.value.retry_after == 86400
    assert len(transport.asked) == 1


def test_a_first_try_that_is_still_under_way_is_waited_for_however_often_it_takes() -> None:
    client, transport = answering(broken, *[refusal(409, retry_after="1")] * 12, good())

    assert client.sessions.create().id == "ses_1"
    assert len({request.headers["idempotency-key"] for request in transport.asked}) == 1
    assert len(transport.asked) == 14


def test_it_is_waited_for_no_longer_than_the_call_may_take() -> None:
    policy = replace(QUICK, patience_s=0.1, chance=lambda: 1.0)
    client, transport = answering(broken, *[refusal(409, retry_after="1")] * 9, policy=policy, read_s=0.2)

    with pytest.raises(errors.Conflict):
        client.sessions.create()

    assert len(transport.asked) == 8


def test_waiting_for_a_first_try_is_as_patient_as_the_call() -> None:
    lost, under_way = errors.ConnectionFailed("lost"), error_of(409, {"retry-after": "1"}, b"", "")
    tries = Tries(Policy(chance=lambda: 1.0), under_way_s=600)

    waits = [tries.wait(lost), *(tries.wait(under_way) for _ in range(6))]

    assert waits == [0.5, 0.5, 1, 2, 4, 8, 8]
    while tries.wait(under_way) is not None:
        assert tries.waited_s < 610


def test_any_other_conflict_after_a_lost_answer_is_the_caller_s() -> None:
    client, transport = answering(broken, refusal(409))

    with pytest.raises(errors.Conflict):
        client.sessions.create()

    assert len(transport.asked) == 2


def test_a_conflict_of_its_own_is_no_reason_to_try_again() -> None:
    client, transport = answering(refusal(409))

    with pytest.raises(errors.Conflict):
        client.sessions.create()

    assert len(transport.asked) == 1


def test_every_call_has_its_own_idempotency_key_unless_one_is_given() -> None:
    client, transport = answering(good(), good(), good())

    client.sessions.create()
    client.sessions.create()
    client.sessions.create(idempotency_key="mine")

    keys = [request.headers["idempotency-key"] for request in transport.asked]
    assert len(set(keys)) == 3
    assert keys[2] == "mine"


def test_an_idempotency_key_that_no_header_can_hold_is_refused_at_once() -> None:
    client, transport = answering()

    for key in ("schlüssel", "two\nlines"):
        with pytest.raises(ValueError, match="printable"):
            client.sessions.create(idempotency_key=key)

    assert transport.asked == []


def test_fields_of_a_newer_hub_are_kept() -> None:
    client, _ = answering(good(mood={"level": 3}, label="x"))

    session = client.sessions.get("ses_1")

    assert session.mood == {"level": 3}  # type: ignore[attr-defined]
    assert session.to_dict()["mood"] == {"level": 3}


@pytest.mark.parametrize("body", [b"<html>Bad gateway</html>", b"", b"[]", b'{"error": "no"}', b"\xff\xfe"])
def test_answers_of_something_in_between_are_errors_too(body: bytes) -> None:
    client, _ = answering(lambda: httpx.Response(502, content=body), policy=Policy(most=0))

    with pytest.raises(errors.ServerError) as refused:
        client.sessions.get("ses_1")

    assert (refused.value.status, refused.value.code) == (502, "http_502")


@pytest.mark.parametrize("body", [b"<html>Please sign in</html>", b"", b"[]", b'{"hello": "world"}', b"\xff\xfe"])
def test_a_success_that_is_not_of_the_hub_says_where_to_look(body: bytes) -> None:
    client, transport = answering(lambda: httpx.Response(200, content=body, headers={"Content-Type": "text/html"}))

    with pytest.raises(UnexpectedAnswer, match=r"https://hub\.test/v1/sessions/ses_1 \(text/html\).*base URL"):
        client.sessions.get("ses_1")

    assert len(transport.asked) == 1


def test_a_redirect_leads_away_from_the_hub_and_is_not_followed() -> None:
    client, transport = answering(lambda: httpx.Response(302, headers={"Location": "https://portal.test/"}))

    with pytest.raises(UnexpectedAnswer, match="sign-in page"):
        client.sessions.create()

    assert len(transport.asked) == 1


@pytest.mark.parametrize("key", ["ed_live_sk_süß", "ed_live_sk_a\nX-Other: b", "ed_live sk", "ключ"])
def test_a_key_that_cannot_be_one_is_refused_at_once_and_not_shown(key: str) -> None:
    with pytest.raises(NotConfigured, match="API key") as refused:
        EchoDepth(key)

    assert key not in str(refused.value)


@pytest.mark.parametrize("url", ["https://[::1", "http://hub:port", "ftp://hub", "hub.example.com"])
def test_an_address_that_cannot_be_one_is_refused_at_once(url: str) -> None:
    with pytest.raises(NotConfigured, match="base URL"):
        EchoDepth("key", base_url=url)


@pytest.mark.parametrize(
    ("details", "reason"),
    [
        (
            {"vertical": ["Unknown vertical: 'nope'", "Ask again"]},
            "no. vertical: Unknown vertical: 'nope', Ask again. (",
        ),
        ({"fields": {"body.label": "too long", "x": "missing"}}, "no. body.label: too long. x: missing. ("),
        ({"fields": {"frame": "no"}}, "no (status"),
        ({"job_id": "job_1", "retry_after_s": 3}, "no (status"),
        (None, "no (status"),
    ],
)
def test_an_error_says_which_field_is_wrong_and_why(details: dict[str, Any] | None, reason: str) -> None:
    body = {"error": {"code": "validation_error", "message": "no", "request_id": "req_1", "details": details}}
    client, _ = answering(lambda: httpx.Response(400, json=body))

    with pytest.raises(errors.BadRequest) as refused:
        client.speech.analyze(audio_url="https://x.test/a.wav", vertical="nope")

    assert str(refused.value).startswith(reason)
    assert refused.value.message == "no"
    assert refused.value.details == (details or {})


@pytest.mark.parametrize(
    ("option", "advice"),
    [
        ("baseline_windows", "is 'baseline_window_s' meant"),
        ("txt", "is 'text' meant"),
        ("zzz", "it takes alert_thresholds, baseline_window_s"),
    ],
)
def test_an_option_that_does_not_exist_is_refused_with_the_one_that_is_meant(option: str, advice: str) -> None:
    client, transport = answering()
    given: Any = {option: 3}

    with pytest.raises(TypeError, match=f"'{option}': {advice}"):
        client.analyse.text(**given)

    assert transport.asked == []


def test_an_identifier_cannot_lead_elsewhere() -> None:
    client, transport = answering(good())

    client.sessions.get("../meetings?x=1#y")

    assert transport.asked[0].url.raw_path == b"/v1/sessions/..%2Fmeetings%3Fx%3D1%23y"


def test_a_meeting_is_deleted_and_a_delivery_undone_by_their_ids() -> None:
    left = {"record": "Contact:1", "name": "Ana", "field": "score", "reason": "somebody changed it"}
    delivery = {"id": "dlv_1", "kind": "destination", "state": "undone"}
    client, transport = answering(
        good(delivery=delivery, summary="Undone.", restored=[], left=[left], removed=["Call:7"]),
        lambda: httpx.Response(204),
    )

    undone = client.deliveries.undo("dlv_1")
    client.meetings.delete("mtg_1")

    assert (undone.delivery.state, undone.summary, undone.removed) == ("undone", "Undone.", ["Call:7"])
    assert undone.left[0].reason == "somebody changed it"
    asked = [(call.method, call.url.path) for call in transport.asked]
    assert asked == [("POST", "/v1/deliveries/dlv_1/undo"), ("DELETE", "/v1/meetings/mtg_1")]


def test_waits_double_with_jitter_up_to_a_limit() -> None:
    chances = itertools.cycle([0.0, 1.0])
    policy = Policy(most=9, first_s=1, longest_s=6, chance=lambda: next(chances))
    lost = errors.ConnectionFailed("lost")

    waits = [policy.wait(retry, lost) for retry in range(9)]

    assert waits == [0.5, 2, 2, 6, 3, 6, 3, 6, 3]
    assert policy.wait(9, lost) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [(None, None), ("", None), ("7", 7), ("-3", 0), ("soon", None), ("Wed, 21 Oct 2015 07:28:00 GMT", 0)],
)
def test_retry_after_is_seconds_or_a_date(text: str | None, expected: float | None) -> None:
    assert retry_after(text) == expected


def test_the_key_is_in_no_text_about_the_client() -> None:
    client = EchoDepth("ed_live_sk_secret")

    assert "secret" not in repr(client) + repr(vars(client)) + repr(client._transport.config)
    client.close()
