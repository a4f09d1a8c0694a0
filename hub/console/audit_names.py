"""Names for the ids in the audit log: of whoever acted, and of what they did it to."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from sqlmodel import Session, col, select

from hub.accounts.models import ApiKey, User
from hub.accounts.oauth_server.models import OAuthClient, OAuthGrant
from hub.connections.models import Connection
from hub.console.providers import provider_name
from hub.deliveries.models import Delivery, Destination, WebhookEndpoint
from hub.meetings.models import Meeting

_OTHERS: Final = {"hub": "The hub", "operator": "The operator, on the command line"}
_OF_TENANTS: Final[Mapping[type[Any], Callable[[Any], str]]] = {
    ApiKey: lambda row: f"API key {row.name}",
    Connection: lambda row: f"{provider_name(row.provider)} ({row.account_name or row.account_id})",
    Destination: lambda row: row.name,
    WebhookEndpoint: lambda row: row.url,
    Meeting: lambda row: row.title or "an untitled meeting",
}


def names_of(session: Session, organisation_id: str, ids: Iterable[str]) -> Mapping[str, str]:
    """A name for each id that is still known in the organisation."""
    wanted = set(ids)
    found = dict(_OTHERS)
    for model, name in _OF_TENANTS.items():
        own = (col(model.organisation_id) == organisation_id, col(model.id).in_(wanted))
        found |= {row.id: name(row) for row in session.exec(select(model).where(*own))}
    people = session.exec(select(User).where(col(User.id).in_(wanted)))
    found |= {row.id: row.name or row.email for row in people}
    return found | _of_apps(session, organisation_id, wanted) | _of_deliveries(session, organisation_id, wanted)


def _of_apps(session: Session, organisation_id: str, wanted: set[str]) -> dict[str, str]:
    """Apps, and consents as what they are: an app that acts for a member."""
    consents = (
        select(OAuthGrant, OAuthClient, User)
        .join(OAuthClient, col(OAuthClient.id) == col(OAuthGrant.client_id))
        .join(User, col(User.id) == col(OAuthGrant.user_id))
        .where(OAuthGrant.organisation_id == organisation_id)
        .where(col(OAuthGrant.id).in_(wanted) | col(OAuthClient.id).in_(wanted))
    )
    found: dict[str, str] = {}
    for grant, client, user in session.exec(consents):
        found |= {grant.id: f"{client.name}, for {user.name or user.email}", client.id: client.name}
    return found


def _of_deliveries(session: Session, organisation_id: str, wanted: set[str]) -> dict[str, str]:
    """Where deliveries went."""
    own = (Delivery.organisation_id == organisation_id, col(Delivery.id).in_(wanted))
    found: dict[str, str] = {}
    for model, target in ((Destination, Delivery.destination_id), (WebhookEndpoint, Delivery.endpoint_id)):
        rows: Any = session.exec(select(Delivery.id, model).join(model, col(model.id) == col(target)).where(*own))
        found |= {delivery_id: _OF_TENANTS[model](row) for delivery_id, row in rows}
    return found
