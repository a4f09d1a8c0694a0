"""The demo's browser reads pages as a person would see them."""

import http.server
import threading
from collections.abc import Iterator
from typing import ClassVar
from urllib.parse import parse_qs

import pytest

from sandbox.demo.browser import Browser, PageProblem
from sandbox.demo.timeline import Follower, entries, is_quiet

FORM = """
<main><form method="post" action="/save"><input type="hidden" name="csrf_token" value="t&amp;1">
<input name="city" value="York"><input type="checkbox" name="no" value="1">
<input type="checkbox" name="yes" checked value="1">
<select name="room"><option value="C1">#general</option><option value="C2">#deal-room</option></select>
<button name="decision" value="allow">Allow</button><button name="decision" value="deny">Deny</button></form>
<a href="/next?x=1">Go <b>on</b></a></main>
"""
MOMENT = '<time datetime="2026-11-20T09:00:02.500+00:00">09:00</time>'
TIMELINE = """
<span class="state" data-tone="note">{state}</span><ol class="timeline">
<li><div><div class="row apart"><strong>Recording announced</strong></div>
<span class="muted small">{moment}</span></div></li>
<li><div><div class="row apart"><strong>Delivery succeeded</strong><span class="muted small num">+2 s</span></div>
<span class="small">Message in #deal-room.</span><br><span class="muted small">{moment}</span></div></li></ol>
"""


class _Site(http.server.BaseHTTPRequestHandler):
    pages: ClassVar[dict[str, str]] = {}

    def do_GET(self) -> None:
        self._answer(self.pages.get(self.path, ""))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        sent = parse_qs(body, keep_blank_values=True)
        self._answer(f"<main>{sorted((name, values[0]) for name, values in sent.items())}</main>")

    def _answer(self, text: str) -> None:
        self.send_response(200 if text else 404)
        self.end_headers()
        self.wfile.write(text.encode() or b"<main>no such page</main>")

    def log_message(self, format: str, *args: object) -> None:
        return None


@pytest.fixture
def browser() -> Iterator[Browser]:
    _Site.pages = {
        "/form": FORM,
        "/busy": TIMELINE.format(moment=MOMENT, state="Analysing · 40 %"),
        "/idle": TIMELINE.format(moment=MOMENT, state="Ready"),
    }
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Site)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    person = Browser(f"http://127.0.0.1:{server.server_address[1]}")
    yield person
    person.close()
    server.shutdown()
    server.server_close()


def test_a_form_is_sent_with_its_hidden_fields_ticks_choices_and_the_button(browser: Browser) -> None:
    page = browser.open("/form")

    sent = browser.submit(page, page.form("/save"), {"city": "Leeds", "room": "C2"}, button="Allow")

    expected = [("city", "Leeds"), ("csrf_token", "t&1"), ("decision", "allow"), ("room", "C2"), ("yes", "1")]
    assert " ".join(sent.texts("main")) == str(expected)


def test_links_and_options_are_known_by_their_words(browser: Browser) -> None:
    page = browser.open("/form")

    assert page.links == [("/next?x=1", "Go on")]
    assert page.form("/save").options == {"room": {"#general": "C1", "#deal-room": "C2"}}


def test_what_is_missing_is_said(browser: Browser) -> None:
    page = browser.open("/form")

    with pytest.raises(PageProblem, match="no form for /other; it has /save"):
        page.form("/other")
    with pytest.raises(PageProblem, match="answered 404: no such page"):
        browser.open("/absent")


def test_each_timeline_entry_is_told_once(browser: Browser) -> None:
    page, follower = browser.open("/busy"), Follower()

    first, second = follower.news(page), follower.news(page)

    assert [(entry.step, entry.details, entry.since) for entry in first] == [
        ("Recording announced", "", ""),
        ("Delivery succeeded", "Message in #deal-room.", "+2 s"),
    ]
    assert second == []
    assert len(entries(page)) == 2


def test_the_badges_tell_whether_anything_is_under_way(browser: Browser) -> None:
    assert not is_quiet(browser.open("/busy"))
    assert is_quiet(browser.open("/idle"))
