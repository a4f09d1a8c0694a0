"""Puts `X-RateLimit-*` on every answer to a known caller, errors included."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.accounts.rate_limits import Allowance


class RateHeaders:
    """Reads the allowance that `hub.accounts.api_access.allow` left on the request."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with a `send` that adds them."""

        async def stamped(message: Message) -> None:
            allowance: Allowance | None = scope.get("state", {}).get("allowance")
            if message["type"] == "http.response.start" and allowance is not None:
                MutableHeaders(scope=message).update(allowance.headers())
            await send(message)

        await self.app(scope, receive, stamped if scope["type"] == "http" else send)
