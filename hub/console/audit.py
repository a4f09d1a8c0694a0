"""The audit log: read page by page, narrowed to an area, and exported."""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse
from sqlmodel import col, or_

from hub.accounts.dependencies import CurrentMember, CurrentRuntime
from hub.accounts.models import AuditEntry
from hub.accounts.repository import AuditEntries
from hub.console.audit_text import AREAS, Told, told
from hub.console.rendering import page
from hub.kit.pagination import MAX_LIMIT
from hub.kit.pagination import page as rows_page
from hub.runtime import Runtime

router = APIRouter()

_LENGTH: Final = 50
_COLUMNS: Final = ("at", "who", "what", "action", "actor", "subject", "details")
_FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r")


@router.get("/settings/audit")
def audit_log(
    request: Request, member: CurrentMember, runtime: CurrentRuntime, about: str = "", cursor: str = ""
) -> Response:
    """Newest first."""
    entries, next_cursor = _read(runtime, member.organisation_id, about, cursor or None, _LENGTH)
    return page(
        request,
        "settings/audit.html",
        member=member,
        entries=entries,
        about=about,
        narrower=AREAS,
        next_cursor=next_cursor,
    )


@router.get("/settings/audit.csv")
def export(member: CurrentMember, runtime: CurrentRuntime, about: str = "") -> Response:
    """All of it as a table for spreadsheets, in UTC."""
    lines = _lines(runtime, member.organisation_id, about)
    headers = {"Content-Disposition": 'attachment; filename="audit-log.csv"', "Cache-Control": "no-store"}
    return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=headers)


def _read(
    runtime: Runtime, organisation_id: str, about: str, cursor: str | None, limit: int
) -> tuple[Sequence[Told], str | None]:
    with runtime.database.transaction() as session:
        rows = AuditEntries(session, organisation_id)
        found = rows_page(rows, limit=limit, cursor=cursor, where=_narrowed(about))
        return told(session, organisation_id, found.rows), found.next_cursor


def _narrowed(about: str) -> list[Any]:
    area = AREAS.get(about)
    return [or_(*(col(AuditEntry.action).startswith(name, autoescape=True) for name in area.actions))] if area else []


def _lines(runtime: Runtime, organisation_id: str, about: str) -> Iterator[str]:
    """A page at a time, so that a long log fits into any memory."""
    yield _line(_COLUMNS)
    cursor: str | None = None
    while True:
        entries, cursor = _read(runtime, organisation_id, about, cursor, MAX_LIMIT)
        yield "".join(map(_line, map(_cells, entries)))
        if cursor is None:
            return


def _cells(each: Told) -> Sequence[str]:
    entry = each.entry
    details = json.dumps(entry.details, ensure_ascii=False, sort_keys=True)
    return (entry.created_at.isoformat(), each.who, each.what, entry.action, entry.actor, entry.subject, details)


def _line(cells: Sequence[str]) -> str:
    """One line. What a spreadsheet would take for a formula is marked as text: names come from anybody."""
    line = io.StringIO()
    csv.writer(line).writerow(f"'{cell}" if cell.startswith(_FORMULAS) else cell for cell in cells)
    return line.getvalue()
