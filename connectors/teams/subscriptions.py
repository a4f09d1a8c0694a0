"""Subscriptions: made where they are missing, renewed early, replaced when secret or certificate changed.

Graph forgets them after at most three days and tells nobody's client state, so the address carries a mark of the
secret that it was made with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from connectors.base.connector import AuthorizedClient
from connectors.base.errors import RequestRejected
from connectors.base.records import Hook
from connectors.teams.graph import graph
from connectors.teams.keys import Certificate, certificate, client_state, secret_mark

if TYPE_CHECKING:
    from msgraph.generated.models.subscription import Subscription
    from msgraph.graph_service_client import GraphServiceClient

_LIFETIME = timedelta(minutes=4300)
"""A little less than the longest that Graph allows."""
_RENEW_BEFORE = timedelta(hours=36)
_GONE = 404
_STANDS_ALREADY = 409


@dataclass(frozen=True)
class Wanted:
    """What our subscriptions of one account have to look like."""

    url: str
    state: str
    resources: tuple[str, ...]
    certificate: Certificate | None

    def is_met_by(self, standing: Subscription) -> bool:
        """Whether a standing subscription is one of them."""
        certificate_id = self.certificate.id if self.certificate else None
        same = (standing.notification_url, standing.encryption_certificate_id or None) == (self.url, certificate_id)
        return same and standing.resource in self.resources


def wanted(hook: Hook, tenant_id: str, user_id: str) -> Wanted:
    """For the whole tenant, or for one user's meetings when `user_id` is given."""
    owner = f"users/{user_id}" if user_id else "communications"
    resources = tuple(f"{owner}/onlineMeetings/{name}" for name in ("getAllRecordings", "getAllTranscripts"))
    url = f"{hook.url}?mark={secret_mark(hook.secret)}"
    return Wanted(url, client_state(hook.secret, tenant_id), resources, certificate(hook.certificate))


async def keep(client: AuthorizedClient, want: Wanted, hook: Hook, now: datetime, *, asked: bool) -> datetime | None:
    """Make `want` so; gives when the first of them ends."""
    async with graph(client) as sdk:
        ours = await _standing(sdk, hook.url, want.resources)
        known = {each.resource: each for each in ours if want.is_met_by(each)}
        for stale in [each for each in ours if each is not known.get(each.resource)]:
            await _delete(sdk, stale)
        ends = [await _kept(sdk, want, resource, known.get(resource), now, asked) for resource in want.resources]
    return min(ends)


async def end(client: AuthorizedClient, hook: Hook, want: Wanted) -> None:
    """Delete every subscription of this account to this address."""
    async with graph(client) as sdk:
        for each in await _standing(sdk, hook.url, want.resources):
            await _delete(sdk, each)


async def _standing(sdk: GraphServiceClient, url: str, resources: Sequence[str]) -> list[Subscription]:
    """Those of this account that lead to our address."""
    found: list[Subscription] = []
    page = await sdk.subscriptions.get()
    while page is not None:
        found += page.value or []
        if not page.odata_next_link:
            break
        page = await sdk.subscriptions.with_url(page.odata_next_link).get()
    return [each for each in found if _address(each) == url and each.resource in resources]


def _address(each: Subscription) -> str:
    return (each.notification_url or "").partition("?")[0]


async def _kept(
    sdk: GraphServiceClient, want: Wanted, resource: str, known: Subscription | None, now: datetime, asked: bool
) -> datetime:
    if known is None or known.id is None:
        return await _created(sdk, want, resource, now)
    ends = _aware(known.expiration_date_time) or now
    if not asked and ends - now > _RENEW_BEFORE:
        return ends
    return await _renewed(sdk, want, resource, known.id, now)


async def _created(sdk: GraphServiceClient, want: Wanted, resource: str, now: datetime) -> datetime:
    from msgraph.generated.models.subscription import Subscription

    ends = now + _LIFETIME
    body = Subscription(
        change_type="created",
        resource=resource,
        notification_url=want.url,
        lifecycle_notification_url=want.url,
        expiration_date_time=ends,
        client_state=want.state,
    )
    if want.certificate is not None:
        body.include_resource_data = True
        body.encryption_certificate = want.certificate.der
        body.encryption_certificate_id = want.certificate.id
    try:
        made = await sdk.subscriptions.post(body)
    except RequestRejected as error:
        if error.status != _STANDS_ALREADY:
            raise
        return ends  # another process was faster by a moment
    return _aware(made.expiration_date_time if made else None) or ends


async def _renewed(sdk: GraphServiceClient, want: Wanted, resource: str, known_id: str, now: datetime) -> datetime:
    """A later end, which Graph may put earlier than asked; a new subscription where it has been dropped meanwhile."""
    from msgraph.generated.models.subscription import Subscription

    ends = now + _LIFETIME
    try:
        changed = await sdk.subscriptions.by_subscription_id(known_id).patch(Subscription(expiration_date_time=ends))
    except RequestRejected as error:
        if error.status != _GONE:
            raise
        return await _created(sdk, want, resource, now)
    return _aware(changed.expiration_date_time if changed else None) or ends


async def _delete(sdk: GraphServiceClient, each: Subscription) -> None:
    try:
        await sdk.subscriptions.by_subscription_id(str(each.id)).delete()
    except RequestRejected as error:
        if error.status != _GONE:
            raise


def _aware(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment
