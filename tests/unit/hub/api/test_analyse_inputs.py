"""What is sent twice, in whatever form, is refused in words."""

from typing import Any

import pytest

from hub.runtime import Runtime
from tests.support.api import api

WORDS = "We will sign in March."
ADDRESS = "https://storage.example.com/words.txt"


@pytest.mark.parametrize(
    "sent",
    [
        {"data": {"text": WORDS}, "files": {"file": ("words.txt", WORDS)}},
        {"data": {"url": ADDRESS}, "files": {"file": ("words.txt", WORDS)}},
        {"json": {"text": WORDS, "url": ADDRESS}},
        {"files": [("file", ("one.txt", WORDS)), ("file", ("two.txt", WORDS))]},
    ],
    ids=["field and file", "address and file", "words and address", "two files"],
)
def test_a_text_that_comes_twice_is_refused_in_words(runtime: Runtime, sent: dict[str, Any]) -> None:
    answer = api(runtime).post("/v1/analyse/text?async=true", **sent)

    assert answer.status_code == 422, answer.text
    assert answer.json()["error"]["message"].startswith("Send one text")
    assert answer.json()["error"]["details"] == {"fields": {"text": "several"}}
