"""Draws pages: templates, security headers, and the notice that survives one redirect."""

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from hub.accounts.dependencies import Member, is_https
from hub.console import formats
from hub.kit.crypto import SealedValueError
from hub.runtime import Runtime

TEMPLATES = Path(__file__).parents[2] / "templates" / "console"
STATIC = Path(__file__).parent / "static"
NOTICE_COOKIE = "hub_notice"
_NOTICE_SECONDS = 30
_FILTERS = (
    formats.clock, formats.duration, formats.gap, formats.points, formats.tenth, formats.signed,
    formats.share, formats.unit, formats.moment, formats.size, formats.words, formats.web_address,
    formats.field_value, formats.browser,
)  # fmt: skip

_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


def page(
    request: Request,
    template: str,
    *,
    member: Member | None = None,
    status: int = 200,
    form_targets: Sequence[str] = (),
    **context: Any,
) -> HTMLResponse:
    """A whole page, or a fragment of one. `form_targets` are further origins that its forms may lead to.

    Browsers apply `form-action` to redirects too, so a page whose form ends at a provider has to name it.
    """
    notice = read_notice(request)
    html = (
        environment()
        .get_template(template)
        .render(request=request, member=member, notice=notice, path=request.url.path, **context)
    )
    response = HTMLResponse(html, status, headers=_HEADERS)
    response.headers["Content-Security-Policy"] = content_security_policy(form_targets)
    if notice:
        response.delete_cookie(NOTICE_COOKIE, path="/")
    return response


def redirect(request: Request, location: str, notice: str = "", tone: str = "good") -> RedirectResponse:
    """See other, with a sentence that the next page shows once. `tone` is `good`, `note` or `bad`."""
    response = RedirectResponse(location, status_code=303)
    if notice:
        runtime: Runtime = request.app.state.runtime
        sealed = runtime.vault.seal(json.dumps({"text": notice, "tone": tone}).encode(), NOTICE_COOKIE)
        response.set_cookie(
            NOTICE_COOKIE,
            sealed,
            max_age=_NOTICE_SECONDS,
            httponly=True,
            samesite="lax",
            secure=is_https(runtime.settings),
        )
    return response


def read_notice(request: Request) -> dict[str, str] | None:
    """The notice of the redirect that led here; sealed, so nobody else can put words on our pages."""
    sealed = request.cookies.get(NOTICE_COOKIE)
    if not sealed:
        return None
    runtime: Runtime = request.app.state.runtime
    try:
        notice: dict[str, str] = json.loads(runtime.vault.open(sealed, NOTICE_COOKIE))
    except SealedValueError:
        return None
    return notice


def content_security_policy(form_targets: Sequence[str] = ()) -> str:
    """Only our own files, no inline script or style, no frames."""
    return "; ".join(
        [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            "font-src 'self'",
            "connect-src 'self'",
            " ".join(["form-action 'self'", *form_targets]),
            "base-uri 'none'",
            "frame-ancestors 'none'",
        ]
    )


@cache
def environment() -> Environment:
    """The console's templates; a missing value is an error, not an empty string."""
    jinja = Environment(
        loader=FileSystemLoader([TEMPLATES, TEMPLATES.parent]),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    jinja.filters |= {function.__name__: function for function in _FILTERS}
    return jinja
