"""Routes of the API: who calls is asked before anything of a body is read, and every POST may be repeated."""

from fastapi import Request, Response
from fastapi.routing import APIRoute

from hub.accounts.api_access import admit, scope_of
from hub.accounts.idempotency import HEADER, Handler, once


class ApiRoute(APIRoute):
    """A route that admits its caller first, and honours `Idempotency-Key`; an `APIRouter` takes it as `route_class`."""

    def get_route_handler(self) -> Handler:
        """The usual handler, which reads the body, behind both."""
        handler, scope = super().get_route_handler(), scope_of(self.dependant)

        async def handle(request: Request) -> Response:
            if scope is not None:
                await admit(request, scope)
            if request.method == "POST" and HEADER in request.headers:
                return await once(request, handler)
            return await handler(request)

        return handle
