"""The Salesforce destination."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar, TypeVar

from connectors.base.connector import AuthorizedClient
from connectors.base.crm import Rehearsal, TargetField, Undone
from connectors.base.errors import AuthorizationLost, RequestRejected
from connectors.base.records import Account, Candidate, Change, MatchQuery, Receipt, RecordRef, Report
from connectors.salesforce import describing, matching, provisioning, publishing, rehearsing, searching, undoing
from connectors.salesforce.api import Api
from connectors.salesforce.fields import RECORD_TYPES
from connectors.salesforce.mapping import ACTIVITY_TYPES, DEFAULT_MAPPING

T = TypeVar("T")


class SalesforceConnector:
    """Figures on Contact, Lead and Opportunity, and one Task per meeting."""

    default_mapping: ClassVar[Mapping[str, str]] = DEFAULT_MAPPING
    figure_types: ClassVar[frozenset[str]] = frozenset(RECORD_TYPES)
    activity_types: ClassVar[tuple[str, ...]] = ACTIVITY_TYPES
    mapping_extras: ClassVar[Mapping[str, str]] = {}

    def __init__(self, client: AuthorizedClient) -> None:
        self._client = client

    async def check(self) -> Account:
        """The organisation behind the token."""
        return await self._run(_account)

    async def provision(self, *, dry_run: bool, mapping: Mapping[str, str] | None = None) -> Sequence[Change]:
        """Custom fields, a permission set with the right to see them, and its assignment to the connected user."""
        return await self._run(lambda api: provisioning.provision(api, mapping or {}, dry_run=dry_run))

    async def fields(self) -> Mapping[str, Sequence[TargetField]]:
        """What describe shows the connected user of Contact, Lead, Opportunity and Task."""
        return await self._run(describing.target_fields)

    async def match(self, query: MatchQuery) -> Sequence[Candidate]:
        """Our activity, Contacts, Leads, the open Opportunity and Accounts of these people."""
        return await self._run(lambda api: matching.match(api, query))

    async def publish(self, report: Report, records: Sequence[RecordRef], mapping: Mapping[str, str]) -> Receipt:
        """One composite call for the fields of `records` and the Task; see `publishing.publish`."""
        return await self._run(lambda api: publishing.publish(api, report, records, mapping or DEFAULT_MAPPING))

    async def rehearse(self, report: Report, records: Sequence[RecordRef], mapping: Mapping[str, str]) -> Rehearsal:
        """The same, read and compared instead of written."""
        return await self._run(lambda api: rehearsing.rehearse(api, report, records, mapping or DEFAULT_MAPPING))

    async def undo(self, receipt: Receipt) -> Undone:
        """Restore former values and delete the Task."""
        return await self._run(lambda api: undoing.undo(api, receipt))

    async def search(self, text: str) -> Sequence[RecordRef]:
        """Contacts, Leads, Opportunities and Accounts by name or address."""
        return await self._run(lambda api: searching.search(api, text))

    async def _run(self, work: Callable[[Api], T]) -> T:
        """`work` in a thread, once more with a fresh token when the session is over.

        Salesforce never says when a token ends, so finding out by its answer is the only way. All work here may
        be repeated from the start.
        """
        token = await self._client.access_token()
        try:
            return await asyncio.to_thread(self._with_api, token, work)
        except AuthorizationLost:
            token = await self._client.access_token(force_refresh=True)
        return await asyncio.to_thread(self._with_api, token, work)

    def _with_api(self, token: str, work: Callable[[Api], T]) -> T:
        instance_url = self._client.account.get("instance_url")
        if not instance_url:
            raise RequestRejected("the connection lacks its Salesforce address; connect it again", code="instance_url")
        if instance_url.startswith("http://") and not self._client.hosts["login"].startswith("http://"):
            raise RequestRejected("Salesforce named an address without encryption", code="instance_url")
        with Api(instance_url, token) as api:
            return work(api)


def _account(api: Api) -> Account:
    info = api.user_info()
    organisation_id = str(info["organization_id"])
    row = next(iter(api.query("SELECT Name FROM Organization")), {})
    facts = {"instance_url": api.instance_url, "user_id": str(info["user_id"])}
    return Account(id=organisation_id, name=str(row.get("Name") or organisation_id), facts=facts)
