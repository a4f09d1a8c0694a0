"""API keys: made for what they are to do and for how long, and revoked."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from hub.accounts import service
from hub.accounts.dependencies import CurrentAdmin, CurrentRuntime, verify_csrf
from hub.accounts.errors import DetailsInvalid
from hub.accounts.plans import CONSOLE_PLANS, PROFESSIONAL
from hub.accounts.repository import ApiKeys
from hub.accounts.service import NewKey
from hub.accounts.service.details import clean_last_day
from hub.console.errors import not_found
from hub.console.rendering import page, redirect
from hub.console.settings import Tried, settings_page

router = APIRouter(prefix="/settings/keys", dependencies=[Depends(verify_csrf)])


@dataclass(frozen=True)
class KeyForm:
    """The form as typed. `kind` is `api`, or `speech` for the compatible endpoints alone."""

    key_name: Annotated[str, Form()] = ""
    kind: Annotated[str, Form()] = "api"
    plan: Annotated[str, Form()] = PROFESSIONAL.name
    scopes: Annotated[list[str] | None, Form()] = None
    last_day: Annotated[str, Form()] = ""

    def wanted(self, now: datetime) -> NewKey:
        """What the key is to be. Raises `DetailsInvalid`."""
        is_speech = self.kind == "speech"
        if self.plan not in CONSOLE_PLANS:
            raise DetailsInvalid("plan", "Choose a plan.")
        if not self.scopes and not is_speech:
            raise DetailsInvalid("scopes", "Choose at least one thing that the key may do.")
        ends = clean_last_day(self.last_day, now)
        return NewKey(self.key_name, self.plan, tuple(self.scopes or ()), ends, is_speech)


@router.post("")
def create_key(
    request: Request, admin: CurrentAdmin, runtime: CurrentRuntime, form: Annotated[KeyForm, Depends()]
) -> Response:
    """Make a key and show it, once."""
    now = runtime.clock()
    try:
        with runtime.database.transaction() as session:
            key, secret = service.make_api_key(
                session, admin.organisation_id, form.wanted(now), actor=admin.user_id, now=now
            )
    except DetailsInvalid as error:
        return settings_page(request, admin, runtime, Tried("key", asdict(form), error))
    return page(request, "settings/key.html", member=admin, key=key, secret=secret)


@router.post("/{key_id}/revoke")
def revoke_key(request: Request, key_id: str, admin: CurrentAdmin, runtime: CurrentRuntime) -> Response:
    """End a key at once."""
    with runtime.database.transaction() as session:
        key = ApiKeys(session, admin.organisation_id).get(key_id)
        if key is None:
            return not_found(request)
        service.revoke_api_key(session, key, actor=admin.user_id, now=runtime.clock())
    return redirect(request, "/settings", "The key is revoked.")
