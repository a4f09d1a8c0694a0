"""The organisation's settings, its keys, who is signed in, and what was changed."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from sqlmodel import Session, col, select

from hub.accounts import service
from hub.accounts.dependencies import CurrentAdmin, CurrentMember, CurrentRuntime, Member, verify_csrf
from hub.accounts.errors import DetailsInvalid
from hub.accounts.models import ApiKey, AuditEntry, Membership, Organisation, User
from hub.accounts.repository import ApiKeys, AuditEntries
from hub.console.errors import not_found
from hub.console.rendering import page, redirect
from hub.runtime import Runtime

router = APIRouter()

_AUDIT_LENGTH = 50


@router.get("/settings")
def settings(request: Request, member: CurrentMember, runtime: CurrentRuntime) -> Response:
    """Organisation, members, API keys and the audit log."""
    return _page(request, member, runtime)


@router.post("/settings/organisation", dependencies=[Depends(verify_csrf)])
def change_organisation(
    request: Request,
    admin: CurrentAdmin,
    runtime: CurrentRuntime,
    name: Annotated[str, Form()] = "",
    domains: Annotated[str, Form()] = "",
    retention_days: Annotated[str, Form()] = "",
) -> Response:
    """Save name, own domains and retention."""
    try:
        with runtime.database.transaction() as session:
            service.change_organisation(
                session, admin, name=name, domains=domains, retention_days=retention_days, now=runtime.clock()
            )
    except DetailsInvalid as error:
        typed = {"name": name, "domains": domains, "retention_days": retention_days}
        return _page(request, admin, runtime, typed=typed, error=error)
    return redirect(request, "/settings", "Saved.")


@router.post("/settings/keys", dependencies=[Depends(verify_csrf)])
def create_key(
    request: Request, admin: CurrentAdmin, runtime: CurrentRuntime, key_name: Annotated[str, Form()] = ""
) -> Response:
    """Make an API key and show it, once."""
    try:
        with runtime.database.transaction() as session:
            key, secret = service.create_api_key(
                session, admin.organisation_id, name=key_name, actor=admin.user_id, now=runtime.clock()
            )
    except DetailsInvalid as error:
        return redirect(request, "/settings", str(error), "bad")
    return page(request, "settings/key.html", member=admin, key=key, secret=secret)


@router.post("/settings/keys/{key_id}/revoke", dependencies=[Depends(verify_csrf)])
def revoke_key(request: Request, key_id: str, admin: CurrentAdmin, runtime: CurrentRuntime) -> Response:
    """End a key at once."""
    with runtime.database.transaction() as session:
        key = ApiKeys(session, admin.organisation_id).get(key_id)
        if key is None:
            return not_found(request)
        service.revoke_api_key(session, key, actor=admin.user_id, now=runtime.clock())
    return redirect(request, "/settings", "The key is revoked.")


def _page(
    request: Request,
    member: Member,
    runtime: Runtime,
    *,
    typed: dict[str, str] | None = None,
    error: DetailsInvalid | None = None,
) -> Response:
    with runtime.database.transaction() as session:
        organisation = session.get_one(Organisation, member.organisation_id)
        people = _people(session, member.organisation_id)
        return page(
            request,
            "settings/settings.html",
            member=member,
            status=422 if error else 200,
            organisation=organisation,
            typed=typed or _as_typed(organisation),
            error=error,
            default_retention=runtime.settings.retention_days,
            people=people,
            names={user.id: user.name for user, _ in people},
            keys=_keys(session, member),
            entries=_audit(session, member),
        )


def _as_typed(organisation: Organisation) -> dict[str, str]:
    return {
        "name": organisation.name,
        "domains": ", ".join(organisation.domains),
        "retention_days": str(organisation.retention_days or ""),
    }


def _people(session: Session, organisation_id: str) -> list[tuple[User, Membership]]:
    statement = select(User, Membership).join(Membership).where(Membership.organisation_id == organisation_id)
    return list(session.exec(statement.order_by(col(User.name))).all())


def _keys(session: Session, member: Member) -> list[ApiKey]:
    keys = ApiKeys(session, member.organisation_id)
    return list(keys.all(keys.select().order_by(col(ApiKey.id).desc())))


def _audit(session: Session, member: Member) -> list[AuditEntry]:
    entries = AuditEntries(session, member.organisation_id)
    return list(entries.all(entries.select().order_by(col(AuditEntry.id).desc()).limit(_AUDIT_LENGTH)))
