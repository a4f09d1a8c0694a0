"""Checking passwords costs memory, which strangers decide about."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from hub.accounts import passwords


def test_many_sign_ins_at_once_are_checked_a_few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    under_way, most = 0, 0

    class Watched:
        def verify(self, _hash: str, _password: str) -> bool:
            nonlocal under_way, most
            under_way += 1
            most = max(most, under_way)
            time.sleep(0.02)
            under_way -= 1
            return True

    monkeypatch.setattr(passwords, "_hasher", Watched())
    with ThreadPoolExecutor(20) as pool:
        assert all(pool.map(lambda _: passwords.matches("guess", "hash"), range(20)))

    assert 1 < most <= passwords.AT_ONCE
