"""Accounts at providers: what is connected, what can be, and what needs a person."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, Response
from sqlmodel import Session

from connectors import registry
from connectors.base.manifest import Category, Manifest
from hub.accounts.dependencies import CurrentMember, CurrentRuntime, OptionalMember
from hub.connections.models import Connection, ConnectionState
from hub.connections.notices import is_good_news, notice_text
from hub.connections.repository import ConnectionRepository
from hub.console.app_settings import AppSettings, app_settings
from hub.console.errors import not_found
from hub.console.providers import authorize_origins, find_manifest, is_configured, provider_name
from hub.console.rendering import page
from hub.console.states import CONNECTION
from hub.deliveries.repository import Destinations
from hub.settings import Settings

router = APIRouter()

_HEADINGS = {
    Category.MEETINGS: ("Where calls are recorded", "Recordings are fetched from here, analysed and deleted."),
    Category.CRM: ("CRM", "Results are written to the records of the people who took part."),
    Category.MESSAGING: ("Messages", "A note in a channel when a result matters."),
    Category.DEVELOPER: ("Developers", "Results for your own systems."),
}
_ORDER = list(_HEADINGS)


@dataclass(frozen=True)
class Card:
    """One provider with this organisation's connections to it."""

    manifest: Manifest
    connections: tuple[Connection, ...]
    configured: bool
    settings: AppSettings
    has_logo: bool

    @property
    def is_live(self) -> bool:
        """Whether any connection is still in force."""
        return any(connection.state != ConnectionState.REVOKED for connection in self.connections)


@router.get("/connections")
def connections(
    request: Request,
    member: CurrentMember,
    runtime: CurrentRuntime,
    notice: str = "",
    provider: str = "",
    field: str = "",
    connection: str = "",
) -> Response:
    """Cards drawn from the manifests, under their categories."""
    with runtime.database.transaction() as session:
        rows = tuple(ConnectionRepository(session, member.organisation_id).all())
        fed = _fed(session, member.organisation_id)
    manifests = sorted(registry.all_manifests(), key=lambda each: (_ORDER.index(each.category), each.name))
    cards = [_card(each, rows, runtime.settings) for each in manifests]
    return page(
        request,
        "connections/connections.html",
        member=member,
        form_targets=authorize_origins(runtime.settings, manifests),
        groups=[(_HEADINGS[key], list(group)) for key, group in groupby(cards, lambda card: card.manifest.category)],
        shown=CONNECTION,
        fed=fed,
        lost=sorted({provider_name(row.provider) for row in rows if row.state is ConnectionState.RECONNECT}),
        said=_said(notice, provider, field, next((row.account_name for row in rows if row.id == connection), "")),
        said_tone="good" if is_good_news(notice) else "note",
    )


@router.get("/logos/{provider}.svg")
def logo(request: Request, provider: str, member: OptionalMember) -> Response:
    """The provider's drawing; as a document of its own it may run and load nothing."""
    manifest = find_manifest(provider)
    if member is None or manifest is None or not manifest.logo.is_file():
        return not_found(request)
    headers = {
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, max-age=3600",
    }
    return FileResponse(manifest.logo, media_type="image/svg+xml", headers=headers)


def _fed(session: Session, organisation_id: str) -> Mapping[str, list[str]]:
    """The names of the destinations that take results now, by their connection."""
    fed = defaultdict[str, list[str]](list)
    for row in Destinations(session, organisation_id).enabled():
        fed[row.connection_id].append(row.name)
    return fed


def _said(notice: str, provider: str, field: str, account_name: str) -> str:
    """The sentence for an outcome in the address; none for a provider we do not know: words never come from a link."""
    manifest = find_manifest(provider)
    if manifest is None:
        return ""
    asked = manifest.config.get(field)
    return notice_text(notice, manifest.name, account_name) + (f" {asked.label}: {asked.help}" if asked else "")


def _card(manifest: Manifest, rows: tuple[Connection, ...], settings: Settings) -> Card:
    return Card(
        manifest=manifest,
        connections=tuple(row for row in rows if row.provider == manifest.id),
        configured=is_configured(manifest, settings),
        settings=app_settings(manifest, settings),
        has_logo=manifest.logo.is_file(),
    )
