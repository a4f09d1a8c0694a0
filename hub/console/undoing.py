"""Taking a delivery to a CRM back, from the page it is shown on."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from hub.accounts.dependencies import CurrentAdmin, CurrentRuntime, verify_csrf
from hub.console.errors import not_found
from hub.console.rendering import redirect
from hub.console.sign_in import local_path
from hub.deliveries.service.undoing import undo_delivery
from hub.errors import Conflict, NotFound, Unavailable

router = APIRouter()


@router.post("/deliveries/{delivery_id}/undo", dependencies=[Depends(verify_csrf)])
async def undo(
    request: Request,
    delivery_id: str,
    admin: CurrentAdmin,
    runtime: CurrentRuntime,
    back: Annotated[str, Form()] = "/deliveries",
) -> Response:
    """Restore what stood there before; the delivery then says what was put back, and what was left and why."""
    try:
        report = await undo_delivery(runtime, admin.organisation_id, delivery_id, actor=admin.user_id)
    except NotFound:
        return not_found(request)
    except (Conflict, Unavailable) as error:
        return redirect(request, local_path(back), error.message, "bad")
    return redirect(request, local_path(back), report.summary, "note" if report.left else "good")
