"""A small browser: pages, links and forms over httpx, without scripts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser

import httpx

TIMEOUT_S = 60


class PageProblem(Exception):
    """A page is not what the demo expects, in words that help to find out why."""


@dataclass
class Form:
    """A form with what its fields hold before anybody types."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: dict[str, str] = field(default_factory=dict)
    """Value by label, for buttons that have a name; the name is in `button_name`."""
    button_name: str = ""
    options: dict[str, dict[str, str]] = field(default_factory=dict)
    """Per select: value by label."""


@dataclass
class Page:
    """A page that was opened."""

    url: httpx.URL
    text: str
    forms: list[Form]
    links: list[tuple[str, str]]
    """Address and words."""
    outline: list[tuple[str, str]]
    """Every piece of text with the path of elements it stands in; the instant of a `<time>` as `…time@datetime`."""

    def form(self, action: str) -> Form:
        """The first form whose address begins so. Raises `PageProblem`."""
        found = next((form for form in self.forms if form.action.startswith(action)), None)
        if found is None:
            actions = ", ".join(sorted({form.action for form in self.forms})) or "none"
            raise PageProblem(f"{self.url.path} has no form for {action}; it has {actions}")
        return found

    def link(self, start: str) -> str:
        """The first link whose address begins so. Raises `PageProblem`."""
        found = next((href for href, _ in self.links if href.startswith(start)), None)
        if found is None:
            raise PageProblem(f"{self.url.path} has no link to {start}…")
        return found

    def has_link(self, start: str) -> bool:
        """Whether there is such a link."""
        return any(href.startswith(start) for href, _ in self.links)

    def texts(self, within: str) -> list[str]:
        """The pieces of text in elements whose path holds `within`, for example `ol.timeline`."""
        return [words for path, words in self.outline if within in path]


class Browser:
    """One person's browser: keeps cookies, follows redirects."""

    def __init__(self, base_url: str) -> None:
        self._client = httpx.Client(
            base_url=base_url,
            follow_redirects=True,
            timeout=TIMEOUT_S,
            trust_env=False,
            headers={"accept": "text/html"},
        )

    def open(self, url: str) -> Page:
        """A page. Raises `PageProblem`."""
        return self._page(self._client.get(url))

    def submit(self, page: Page, form: Form, values: Mapping[str, str] | None = None, button: str = "") -> Page:
        """Send a form with these values over its own, pressed by the button with this label. Raises `PageProblem`."""
        data = form.fields | dict(values or {})
        if button:
            if button not in form.buttons:
                raise PageProblem(f"{page.url.path} has no button {button!r}")
            data[form.button_name] = form.buttons[button]
        target = page.url.join(form.action or str(page.url))
        return self._page(self._client.request(form.method, target, data=data))

    def close(self) -> None:
        """Forget cookies and connections."""
        self._client.close()

    def _page(self, response: httpx.Response) -> Page:
        if response.status_code >= 400:
            reader = _read(response.text)
            words = " ".join(words for path, words in reader.outline if "main" in path)[:300]
            raise PageProblem(f"{response.request.method} {response.url.path} answered {response.status_code}: {words}")
        reader = _read(response.text)
        return Page(response.url, response.text, reader.forms, reader.links, reader.outline)


VOID = {"input", "br", "img", "meta", "link", "hr", "source", "col", "area", "wbr"}
SILENT = ("script", "style")


@dataclass(frozen=True)
class _Option:
    """One of a select's; without a value of its own, its words are the value."""

    value: str | None
    chosen: bool


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[tuple[str, str]] = []
        self.outline: list[tuple[str, str]] = []
        self._path: list[str] = []
        self._form: Form | None = None
        self._select = ""
        self._option: _Option | None = None
        self._button: tuple[str, str] | None = None
        self._href: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag not in VOID:
            self._path.append(f"{tag}.{attributes.get('class', '')}".rstrip("."))
        if tag == "form":
            self._form = Form(attributes.get("action", ""), attributes.get("method", "get").upper())
            self.forms.append(self._form)
        elif tag == "time":
            self.outline.append((f"{' '.join(self._path)}@datetime", attributes.get("datetime", "")))
        elif tag == "a" and "href" in attributes:
            self._href = attributes["href"]
            self.links.append((self._href, ""))
        elif self._form is not None:
            self._start_field(self._form, tag, attributes)

    def _start_field(self, form: Form, tag: str, attributes: dict[str, str]) -> None:
        name = attributes.get("name", "")
        if tag == "input" and name:
            self._input(form, name, attributes)
        elif tag == "select":
            self._select = name
            form.options[name] = {}
        elif tag == "option" and self._select:
            self._option = _Option(attributes.get("value"), chosen="selected" in attributes)
        elif tag == "button" and name:
            self._button = (name, attributes.get("value", ""))

    def _input(self, form: Form, name: str, attributes: dict[str, str]) -> None:
        ticked = attributes.get("type", "text") not in ("checkbox", "radio") or "checked" in attributes
        if ticked:
            form.fields[name] = attributes.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = ""
        elif tag == "a":
            self._href = None
        self._option = None if tag == "option" else self._option
        self._button = None if tag == "button" else self._button
        while self._path and self._path.pop().partition(".")[0] != tag:
            continue

    def handle_data(self, data: str) -> None:
        words = " ".join(data.split())
        if not words or any(element.startswith(SILENT) for element in self._path):
            return
        self.outline.append((" ".join(self._path), words))
        if self._href is not None:
            href, before = self.links[-1]
            self.links[-1] = (href, f"{before} {words}".strip())
        if self._form is not None:
            self._label(self._form, words)

    def _label(self, form: Form, words: str) -> None:
        if self._button is not None:
            form.button_name, form.buttons[words] = self._button
        if self._option is not None:
            value = words if self._option.value is None else self._option.value
            form.options[self._select][words] = value
            if self._option.chosen or self._select not in form.fields:
                form.fields[self._select] = value


def _read(html: str) -> _Reader:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader
