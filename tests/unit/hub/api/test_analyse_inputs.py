"""What is sent twice or is too much, in whatever form, is refused in words."""

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


def a_field(name: str, text: str) -> bytes:
    return f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'.encode()


FORM = {"Content-Type": "multipart/form-data; boundary=b"}


@pytest.mark.parametrize("name", ["text", "alert_thresholds", "nothing_known"])
def test_a_field_that_comes_again_is_refused_before_the_rest_of_the_form_is_taken(runtime: Runtime, name: str) -> None:
    unfinished = a_field(name, "{}") * 2

    answer = api(runtime).post("/v1/analyse/text", content=unfinished, headers=FORM)

    assert answer.status_code == 422, answer.text
    assert answer.json()["error"]["details"] == {"fields": {name: "given twice"}}


@pytest.mark.parametrize("names", [["text", "transcript"], [f"field_{number}" for number in range(100)]])
def test_the_fields_of_a_form_hold_no_more_together_than_the_largest_text(runtime: Runtime, names: list[str]) -> None:
    small = api(runtime, limits={"documents_bytes": 400_000})
    unfinished = b"".join(a_field(name, "x" * (700_000 // len(names))) for name in names)

    answer = small.post("/v1/analyse/text", content=unfinished, headers=FORM)

    assert answer.status_code == 413, answer.text
    assert "together over" in answer.json()["error"]["message"]


def test_addresses_of_pictures_come_one_by_one_and_are_counted_together(runtime: Runtime) -> None:
    addresses = [("urls", (None, f"https://storage.example.com/{number}.jpg")) for number in range(3)]

    answer = api(runtime, limits={"images": 2}).post("/v1/analyse/image?async=true", files=addresses)

    assert (answer.status_code, answer.json()["error"]["message"]) == (413, "At most 2 image files at a time.")
