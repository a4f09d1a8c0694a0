"""How values read on the pages."""

import pytest

from hub.console.formats import browser, field_value

CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0 Safari/537.36"


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (CHROME, "Chrome on Windows"),
        (f"{CHROME} Edg/131.0", "Edge on Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0", "Firefox on Linux"),
        ("curl/8.5", "curl/8.5"),
        ("", ""),
    ],
)
def test_a_browser_is_named_in_words(user_agent: str, words: str) -> None:
    assert browser(user_agent) == words


@pytest.mark.parametrize("written", ["2026-11-26T22:58:39.000+0000", "2026-11-26T22:58:39.000Z"])
def test_a_moment_in_a_crm_field_reads_like_every_other(written: str) -> None:
    assert "26 Nov 2026, 22:58 UTC" in str(field_value(written))


@pytest.mark.parametrize("value", [72.4, None, "Renewal 2026-11-26", "2026-99-99T22:58:39Z", True])
def test_everything_else_in_a_crm_field_stays_as_it_is(value: object) -> None:
    assert field_value(value) == value
