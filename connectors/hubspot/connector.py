"""The HubSpot destination."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar, TypeVar

from connectors.base.connector import AuthorizedClient
from connectors.base.crm import Rehearsal, TargetField, Undone
from connectors.base.errors import AuthorizationLost, RequestRejected
from connectors.base.records import Account, Candidate, Change, MatchQuery, Receipt, RecordRef, Report
from connectors.hubspot import describing, matching, provisioning, publishing, rehearsing, searching, undoing
from connectors.hubspot.api import Api
from connectors.hubspot.mapping import ACTIVITY_TYPES, DEFAULT_MAPPING, FIGURE_TYPES
from connectors.hubspot.pacing import Usage, pace_of, take_turns
from connectors.hubspot.reading import Links
from connectors.hubspot.timeline import TIMELINE_EVENT

T = TypeVar("T")

_SANDBOXES = frozenset({"SANDBOX", "DEVELOPER_TEST"})


class HubspotConnector:
    """Figures on Contacts and open Deals, and one activity per meeting."""

    default_mapping: ClassVar[Mapping[str, str]] = DEFAULT_MAPPING
    figure_types: ClassVar[frozenset[str]] = frozenset(FIGURE_TYPES)
    activity_types: ClassVar[tuple[str, ...]] = ACTIVITY_TYPES
    mapping_extras: ClassVar[Mapping[str, str]] = {TIMELINE_EVENT: "Id of the timeline event template"}

    def __init__(self, client: AuthorizedClient) -> None:
        self._client = client

    async def check(self) -> Account:
        """The account behind the token."""
        return await self._run(_account, calls=1)

    async def provision(self, *, dry_run: bool, mapping: Mapping[str, str] | None = None) -> Sequence[Change]:
        """A property group with properties on Contacts, Deals, calls and meetings."""
        return await self._run(lambda api: provisioning.provision(api, mapping or {}, dry_run=dry_run), calls=16)

    async def fields(self) -> Mapping[str, Sequence[TargetField]]:
        """The properties of Contacts, Deals, calls and meetings."""
        return await self._run(describing.target_fields, calls=4)

    async def match(self, query: MatchQuery) -> Sequence[Candidate]:
        """The activity that is there already, Contacts, the open Deal and Companies of these people."""
        return await self._run(lambda api: matching.match(api, self._links(), query), calls=5, searches=2)

    async def publish(self, report: Report, records: Sequence[RecordRef], mapping: Mapping[str, str]) -> Receipt:
        """Write to `records` and log the call; see `publishing.publish`."""
        fields = mapping or DEFAULT_MAPPING
        return await self._run(lambda api: publishing.publish(api, self._links(), report, records, fields), calls=9)

    async def rehearse(self, report: Report, records: Sequence[RecordRef], mapping: Mapping[str, str]) -> Rehearsal:
        """The same, read and compared instead of written."""
        fields = mapping or DEFAULT_MAPPING
        return await self._run(lambda api: rehearsing.rehearse(api, self._links(), report, records, fields), calls=8)

    async def undo(self, receipt: Receipt) -> Undone:
        """Restore former values and take the call away."""
        return await self._run(lambda api: undoing.undo(api, receipt), calls=7)

    async def search(self, text: str) -> Sequence[RecordRef]:
        """Contacts, Deals and Companies by name or address."""
        return await self._run(
            lambda api: searching.search(api, self._links(), text), calls=0, searches=searching.SEARCHES
        )

    async def _run(self, work: Callable[[Api], T], *, calls: int, searches: int = 0) -> T:
        """`work` in a thread, once more with a fresh token when the first one is over.

        Room for about so many calls is reserved first, since the thread must not wait. All work may be repeated.
        """
        await take_turns(self._client, calls=calls, searches=searches)
        async with pace_of(self._client.account.get("hub_id", "")).room(calls, searches) as usage:
            token = await self._client.access_token()
            try:
                return await asyncio.to_thread(self._with_api, token, work, usage)
            except AuthorizationLost:
                token = await self._client.access_token(force_refresh=True)
            return await asyncio.to_thread(self._with_api, token, work, usage)

    def _with_api(self, token: str, work: Callable[[Api], T], usage: Usage) -> T:
        with Api(self._client.hosts["api"], token, usage) as api:
            return work(api)

    def _links(self) -> Links:
        web, domain = self._client.hosts["web"], self._client.account.get("ui_domain", "")
        # accounts in other data centres are shown under addresses of their own
        regional = domain.endswith(".hubspot.com") and web.endswith(".hubspot.com")
        return Links(f"https://{domain}" if regional else web, self._client.account.get("hub_id", ""))


def _account(api: Api) -> Account:
    details = api.account() or {}
    portal_id = str(details.get("portalId") or "")
    if not portal_id:
        raise RequestRejected("HubSpot did not say which account this is")
    suffix = " (test)" if details.get("accountType") in _SANDBOXES else ""
    facts = {"hub_id": portal_id, "ui_domain": str(details.get("uiDomain") or "")}
    return Account(id=portal_id, name=f"HubSpot {portal_id}{suffix}", facts=facts)
