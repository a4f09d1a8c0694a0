"""Slack's message markup as HTML."""

import re
from datetime import UTC, datetime

from markupsafe import Markup, escape

LINK = re.compile(r"&lt;(https?://[^|&<>]+(?:&amp;[^|<>]*?)?)(?:\|(.*?))?&gt;")
DATE = re.compile(r"&lt;!date\^(\d+)\^[^|]*?(?:\|(.*?))?&gt;")
STYLES = (
    (re.compile(r"`([^`\n]+)`"), r"<code>\1</code>"),
    (re.compile(r"(?<![\w*])\*([^*\n]+)\*(?![\w*])"), r"<strong>\1</strong>"),
    (re.compile(r"(?<![\w_/])_([^_\n]+)_(?![\w_/])"), r"<em>\1</em>"),
    (re.compile(r"(?<![\w~])~([^~\n]+)~(?![\w~])"), r"<s>\1</s>"),
)


def to_html(text: str) -> Markup:
    """Bold, italics, strikes, code, links and line breaks; everything else is escaped."""
    html = str(escape(text))
    html = DATE.sub(_date, html)
    html = LINK.sub(_link, html)
    for pattern, replacement in STYLES:
        html = pattern.sub(replacement, html)
    for entity in ("lt", "gt", "amp"):
        # senders escape these three themselves, so they were escaped twice here
        html = html.replace(f"&amp;{entity};", f"&{entity};")
    html = html.replace("\n", "<br>")
    return Markup(html)  # noqa: S704 - built from escaped text above


def _link(found: re.Match[str]) -> str:
    return f'<a href="{found[1]}">{found[2] or found[1]}</a>'


def _date(found: re.Match[str]) -> str:
    return found[2] or datetime.fromtimestamp(int(found[1]), UTC).strftime("%d %b %Y %H:%M")
