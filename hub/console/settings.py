"""The settings page: the organisation, its people and keys, what they used, and what was changed last.

Each form on it has a file of its own; one that was refused draws the page again with what was typed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlmodel import Session, col, select

from hub.accounts.dependencies import CurrentMember, CurrentRuntime, Member
from hub.accounts.errors import DetailsInvalid
from hub.accounts.models import ApiKey, AuditEntry, Membership, Organisation, User
from hub.accounts.plans import CONSOLE_PLANS
from hub.accounts.repository import ApiKeys, AuditEntries
from hub.accounts.scopes import SCOPES
from hub.console.audit_text import told
from hub.console.rendering import page
from hub.console.usage import usage_of
from hub.kit.pagination import page as rows_page
from hub.runtime import Runtime

router = APIRouter()

_LAST_ENTRIES: Final = 6


@dataclass(frozen=True)
class Tried:
    """A form that was refused: which one, what was typed, and why."""

    form: str = ""
    typed: Mapping[str, Any] = field(default_factory=dict)
    error: DetailsInvalid | None = None

    def error_of(self, form: str) -> DetailsInvalid | None:
        """Why this form was refused; None for every other one."""
        return self.error if form == self.form else None

    def value(self, form: str, name: str, default: Any = "") -> Any:
        """What was typed into a field of this form, or what stands there otherwise."""
        return self.typed.get(name, default) if form == self.form else default


@router.get("/settings")
def settings(request: Request, member: CurrentMember, runtime: CurrentRuntime) -> Response:
    """The whole page."""
    return settings_page(request, member, runtime)


def settings_page(request: Request, member: Member, runtime: Runtime, tried: Tried | None = None) -> Response:
    """The page, with a refused form as it was typed."""
    with runtime.database.transaction() as session:
        return page(
            request,
            "settings/settings.html",
            member=member,
            status=422 if tried else 200,
            tried=tried or Tried(),
            default_retention=runtime.settings.retention_days,
            **_context(session, member, runtime),
        )


def _context(session: Session, member: Member, runtime: Runtime) -> dict[str, Any]:
    organisation_id = member.organisation_id
    now = runtime.clock()
    keys = ApiKeys(session, organisation_id)
    return {
        "organisation": session.get_one(Organisation, organisation_id),
        "people": _people(session, organisation_id),
        "keys": keys.all(keys.select().order_by(col(ApiKey.id).desc())),
        "now": now,
        "all_scopes": SCOPES,
        "plans": CONSOLE_PLANS,
        "usage": usage_of(session, organisation_id, now),
        "entries": told(session, organisation_id, _last_entries(session, organisation_id)),
    }


def _people(session: Session, organisation_id: str) -> list[tuple[User, Membership]]:
    statement = select(User, Membership).join(Membership).where(Membership.organisation_id == organisation_id)
    return list(session.exec(statement.order_by(col(User.name))).all())


def _last_entries(session: Session, organisation_id: str) -> Sequence[AuditEntry]:
    return rows_page(AuditEntries(session, organisation_id), limit=_LAST_ENTRIES).rows
