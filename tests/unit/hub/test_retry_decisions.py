"""A connector's error becomes a decision in one place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.base.errors import AuthorizationLost, ProviderUnavailable, RateLimited, RequestRejected, Temporary
from hub.engine.retry import BACKOFF_S, DecisionKind, decide

WAITS = st.floats(0.0, 100_000)


@pytest.mark.parametrize(("attempt", "seconds"), list(enumerate([5, 30, 120, 600, 3600, 21_600, 86_400])))
def test_an_unavailable_provider_is_asked_again_ever_later(attempt: int, seconds: float) -> None:
    decision = decide(ProviderUnavailable("down"), attempt, jitter=0.0)

    assert (decision.kind, decision.delay_s) == (DecisionKind.RETRY, seconds)


def test_after_the_last_wait_comes_the_dead_letter() -> None:
    decision = decide(ProviderUnavailable("down"), len(BACKOFF_S))

    assert decision.kind is DecisionKind.DEAD_LETTER
    assert "8 attempts" in decision.why


@given(st.sampled_from([RateLimited, ProviderUnavailable]), WAITS, st.integers(0, len(BACKOFF_S) - 1), st.floats(0, 1))
def test_a_wait_that_the_provider_asked_for_is_never_shortened(
    kind: type[Temporary], asked: float, attempt: int, jitter: float
) -> None:
    decision = decide(kind("slow down", retry_after=asked), attempt, jitter=jitter)

    assert decision.delay_s >= asked


def test_the_first_time_a_provider_is_asked_again_just_when_it_said() -> None:
    waits = [decide(RateLimited("slow down", retry_after=1.0), attempt, jitter=0.0).delay_s for attempt in range(3)]

    assert waits == [1.0, 30.0, 120.0]


@given(WAITS)
def test_nothing_is_given_up_within_a_day_however_short_the_waits_that_a_provider_asks_for(asked: float) -> None:
    error = RateLimited("slow down", retry_after=asked)

    waits = [decide(error, attempt, jitter=0.0).delay_s for attempt in range(len(BACKOFF_S))]

    assert sum(waits) > 24 * 3600


def test_a_very_long_wait_asked_for_is_kept() -> None:
    assert decide(RateLimited("tomorrow", retry_after=400_000.0), 0).delay_s >= 400_000.0


def test_a_lost_authorisation_waits_for_a_person() -> None:
    assert decide(AuthorizationLost("revoked"), 0).kind is DecisionKind.WAIT_FOR_RECONNECT


def test_a_refusal_is_not_repeated() -> None:
    assert decide(RequestRejected("no such field"), 0).kind is DecisionKind.DEAD_LETTER


def test_the_reason_says_when_in_words() -> None:
    assert decide(ProviderUnavailable("down"), 3, jitter=0.0).why == "retry in 10 min"
