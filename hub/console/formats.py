"""How numbers, times and states read on the pages."""

import re
from datetime import UTC, datetime

from markupsafe import Markup

MINUS = "\u2212"
DASH = "\u2013"
_BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
"""The first mark counts: each browser names those before it in history, too."""
_SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)  # fmt: skip
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[\d.]*(Z|[+-]\d\d:?\d\d)$")


def clock(seconds: float | None) -> str:
    """A position in a recording: `4:07`, or `1:02:03` from an hour on."""
    if seconds is None:
        return DASH
    whole = max(0, int(seconds))
    hours, rest = divmod(whole, 3600)
    minutes, second = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{second:02}" if hours else f"{minutes}:{second:02}"


def duration(seconds: float | None) -> str:
    """A length for reading: `38 s`, `42 min`, `1 h 05 min`."""
    if seconds is None:
        return DASH
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    minutes = round(whole / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02} min"


def gap(seconds: float | None) -> str:
    """The time between two steps: tenths of a second below ten, then as `duration`."""
    return f"{seconds:.1f} s" if seconds is not None and 0 <= seconds < 10 else duration(seconds)


def points(value: float | None) -> str:
    """A score of 0..100 without decimals."""
    return DASH if value is None else f"{value:.0f}"


def tenth(value: float | None) -> str:
    """A score of 0..100 with one decimal, where parts have to add up to it."""
    return DASH if value is None else f"{value:.1f}"


def signed(value: float | None, digits: int = 1) -> str:
    """A difference with its sign, a real minus and no `-0`."""
    if value is None:
        return DASH
    rounded = round(value, digits)
    if rounded == 0:
        return f"{0:.{digits}f}"
    return f"{'+' if rounded > 0 else MINUS}{abs(rounded):.{digits}f}"


def share(value: float | None) -> str:
    """A share of 0..1 in percent."""
    return DASH if value is None else f"{value * 100:.0f} %"


def unit(value: float | None) -> str:
    """A figure of 0..1 with two decimals."""
    return DASH if value is None else f"{value:.2f}"


def moment(value: datetime | None) -> str | Markup:
    """A `<time>` in UTC; the page's script turns it into the reader's own zone."""
    if value is None:
        return DASH
    utc = value.astimezone(UTC)
    text = f"{utc.day} {utc:%b %Y, %H:%M} UTC"
    return Markup('<time datetime="{}">{}</time>').format(utc.isoformat(timespec="milliseconds"), text)


def field_value(value: object) -> object:
    """A CRM field's value; moments in ISO 8601 as `moment` shows them, everything else as it is."""
    if not isinstance(value, str) or not _INSTANT.match(value):
        return value
    try:
        return moment(datetime.fromisoformat(value))
    except ValueError:
        return value


def size(count: int | None) -> str:
    """Bytes for reading: `312 MB`."""
    if count is None:
        return DASH
    for name, factor in (("GB", 1024**3), ("MB", 1024**2), ("KB", 1024)):
        if count >= factor:
            return f"{count / factor:.1f} {name}" if count < 10 * factor else f"{count / factor:.0f} {name}"
    return f"{count} B"


def web_address(value: str) -> str:
    """The address when it is one of a web page, else nothing: providers name the links that people click on."""
    return value if value.lower().startswith(("https://", "http://")) else ""


def browser(user_agent: str) -> str:
    """A browser and its system in words: `Firefox on Linux`; as sent where neither is known."""
    found = [next((name for mark, name in marks if mark in user_agent), "") for marks in (_BROWSERS, _SYSTEMS)]
    return " on ".join(filter(None, found)) or user_agent


def words(name: str) -> str:
    """An identifier as words: `trust_score` becomes `Trust score`.

    The credibility signal is called steadiness where people read it: nobody's credibility is judged.
    """
    text = name.replace("_", " ").replace(".", " ").replace("credibility", "steadiness").strip()
    return text[:1].upper() + text[1:]
