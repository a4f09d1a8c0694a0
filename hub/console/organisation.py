"""Name, own domains and retention. Keeping results for a shorter time is asked about first, since it deletes some."""

from dataclasses import asdict, dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from hub.accounts import service
from hub.accounts.dependencies import CurrentAdmin, CurrentRuntime, Member, verify_csrf
from hub.accounts.errors import DetailsInvalid
from hub.accounts.models import Organisation
from hub.console.rendering import redirect
from hub.console.settings import Tried, settings_page
from hub.meetings.expiring import Expiring, expiring_with
from hub.runtime import Runtime

router = APIRouter()


@dataclass(frozen=True)
class OrganisationForm:
    """The form as typed. `confirmed_days` is the retention whose deletions the person agreed to."""

    name: Annotated[str, Form()] = ""
    domains: Annotated[str, Form()] = ""
    retention_days: Annotated[str, Form()] = ""
    confirmed_days: Annotated[str, Form()] = ""


class _AskFirst(Exception):
    """The change would delete results, and nobody has agreed to that."""

    def __init__(self, days: int, expiring: Expiring) -> None:
        super().__init__(days)
        self.days = days
        self.expiring = expiring


@router.post("/settings/organisation", dependencies=[Depends(verify_csrf)])
def change_organisation(
    request: Request, admin: CurrentAdmin, runtime: CurrentRuntime, form: Annotated[OrganisationForm, Depends()]
) -> Response:
    """Save it, or ask about what would be deleted."""
    try:
        _change(runtime, admin, form)
    except DetailsInvalid as error:
        return settings_page(request, admin, runtime, Tried("organisation", asdict(form), error))
    except _AskFirst as question:
        typed = {**asdict(form), "expiring": _in_words(question.expiring), "days": question.days}
        return settings_page(request, admin, runtime, Tried("organisation", typed))
    return redirect(request, "/settings", "Saved.")


def _change(runtime: Runtime, admin: Member, form: OrganisationForm) -> None:
    """Raises `DetailsInvalid` and `_AskFirst`; nothing is changed then."""
    now, default = runtime.clock(), runtime.settings.retention_days
    with runtime.database.transaction() as session:
        former = session.get_one(Organisation, admin.organisation_id).retention_days or default
        changed = service.change_organisation(
            session, admin, name=form.name, domains=form.domains, retention_days=form.retention_days, now=now
        )
        days = changed.retention_days or default
        if days < former and form.confirmed_days != str(days):
            expiring = expiring_with(session, admin.organisation_id, days, now)
            if expiring.anything:
                raise _AskFirst(days, expiring)


def _in_words(expiring: Expiring) -> str:
    """`12 meetings, 1 result of the API`; without what there is none of."""
    counted = (
        (expiring.meetings, "meeting", "meetings"),
        (expiring.inputs, "result of the API", "results of the API"),
        (expiring.sessions, "live session", "live sessions"),
    )
    return ", ".join(f"{count} {one if count == 1 else several}" for count, one, several in counted if count)
