"""hubspot-api-client with what it lacks: time-outs, our errors, and answers as plain data."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from hubspot import HubSpot
from urllib3.util.retry import Retry

from connectors.base.errors import ProviderUnavailable, RequestRejected
from connectors.hubspot.errors import read_fault, refusal, translated
from connectors.hubspot.pacing import Usage

BATCH_LIMIT = 100
_LINK_LIMIT = 1000
_TIMEOUT_S = (10.0, 60.0)
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
# repeating is decided by the hub, by class of error; the SDK must hand over every status with its body
_NO_RETRIES = Retry(total=0, raise_on_status=False, respect_retry_after_header=False, allowed_methods=None)

Record = dict[str, Any]


@dataclass
class Batch:
    """A batch answer. Results come in any order; errors name the inputs they are about, if they do."""

    results: list[Record] = field(default_factory=list)
    errors: list[Record] = field(default_factory=list)
    refused: dict[str, RequestRejected] = field(default_factory=dict)
    """Inputs that were sent alone, and refused."""

    def add(self, answer: Record | None) -> None:
        """Take in one more answer."""
        self.results += (answer or {}).get("results") or []
        self.errors += (answer or {}).get("errors") or []

    def error_for(self, input_id: str) -> RequestRejected:
        """Why an input has no result. Raises instead when trying the whole again can cure it."""
        if input_id in self.refused:
            return self.refused[input_id]
        about = [error for error in self.errors if input_id in _ids_of(error)]
        unnamed = [error for error in self.errors if not _ids_of(error)]
        chosen = next(iter(about or unnamed), {"message": "HubSpot gave neither a result nor a reason"})
        return refusal(chosen)


class Api:
    """Calls of one connection for the length of one operation, counted in `usage`. Blocking: use it from a thread.

    Every method raises the errors of `connectors.base.errors`. `kind` is `contacts`, `deals`,
    `companies`, `calls` or `meetings`.
    """

    def __init__(self, host: str, token: str, usage: Usage) -> None:
        self._usage = usage
        client = HubSpot(access_token=token, host=host, retry=_NO_RETRIES, proxy=proxy_for(host))
        self._records = client.crm.objects.basic_api
        self._batches = client.crm.objects.batch_api
        self._search = client.crm.objects.search_api
        self._properties = client.crm.properties.core_api
        self._new_properties = client.crm.properties.batch_api
        self._groups = client.crm.properties.groups_api
        self._links = client.crm.associations.v4.batch_api
        self._events = client.crm.timeline.events_api

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for part in vars(self).values():
            if part is not self._usage:
                part.api_client.rest_client.pool_manager.clear()

    def account(self) -> Record:
        """Facts of the account behind the token."""
        path, method = "/account-info/v3/details", "GET"
        found: Record = self._call(self._records.api_client.call_api, path, method, auth_settings=["oauth2"])
        return found

    def get(self, kind: str, record_id: str, properties: Sequence[str]) -> Record | None:
        """One record; an id that a merge took away leads to the record that took over. None when it is gone."""
        try:
            found: Record = self._call(self._records.get_by_id, kind, record_id, properties=list(properties))
        except RequestRejected as error:
            if error.status == 404:
                return None
            raise
        return found

    def read(
        self, kind: str, values: Sequence[str], properties: Sequence[str], id_property: str | None = None
    ) -> list[Record]:
        """Records by id, or by a unique property; those that are not there are missing."""
        batch = self._in_batches(
            self._batches.read,
            kind,
            [{"id": value} for value in values],
            {"properties": list(properties), "propertiesWithHistory": [], "idProperty": id_property},
        )
        for error in batch.errors:
            if read_fault(error).code != "OBJECT_NOT_FOUND":
                raise refusal(error)
        return batch.results

    def update(self, kind: str, inputs: Sequence[Record]) -> Batch:
        """Change records (`{"id", "properties"}`), each on its own."""
        return self._one_by_one_if_refused(self._batches.update, kind, inputs)

    def upsert(self, kind: str, inputs: Sequence[Record]) -> Batch:
        """Change or make records by a unique property (`{"id", "idProperty", "properties"}`)."""
        return self._one_by_one_if_refused(self._batches.upsert, kind, inputs)

    def search(
        self, kind: str, filters: Sequence[Record], properties: Sequence[str], *, any_of: bool = False
    ) -> list[Record]:
        """Up to 100 records that fit all filters, or any of them. The index lags behind writes by seconds."""
        groups = [{"filters": [each]} for each in filters] if any_of else [{"filters": list(filters)}]
        request = {"filterGroups": groups, "properties": list(properties), "limit": BATCH_LIMIT}
        found: list[Record] = self._call(self._search.do_search, kind, request)["results"]
        return found

    def archive(self, kind: str, record_id: str) -> None:
        """Put a record into HubSpot's bin; again changes nothing."""
        self._call(self._records.archive, kind, record_id)

    def linked(self, kind: str, to_kind: str, ids: Sequence[str]) -> dict[str, list[str]]:
        """Ids of associated records by record id; records without any are missing."""
        found: dict[str, list[str]] = {}
        inputs: list[Record] = [{"id": record_id} for record_id in ids]
        while inputs:
            batch = self._link_batch(self._links.get_page, kind, to_kind, inputs)
            inputs = []
            for result in batch.results:
                own_id = str(result["from"]["id"])
                found.setdefault(own_id, []).extend(str(other["toObjectId"]) for other in result.get("to") or [])
                after = ((result.get("paging") or {}).get("next") or {}).get("after")
                inputs += [{"id": own_id, "after": str(after)}] if after else []
        return found

    def link(self, kind: str, record_id: str, to_kind: str, ids: Sequence[str]) -> list[RequestRejected]:
        """Associate a record with others; gives what was refused. Repeating changes nothing."""
        inputs = [{"from": {"id": record_id}, "to": {"id": other}} for other in ids]
        try:
            batch = self._link_batch(self._links.create_default, kind, to_kind, inputs)
        except RequestRejected as error:
            return [error]
        return [refusal(error) for error in batch.errors]

    def unlink(self, kind: str, record_id: str, to_kind: str, ids: Sequence[str]) -> None:
        """Take associations away."""
        inputs = [{"from": {"id": record_id}, "to": [{"id": other} for other in ids]}]
        self._link_batch(self._links.archive, kind, to_kind, inputs)

    def groups(self, kind: str) -> set[str]:
        """Names of the property groups."""
        return {str(group["name"]) for group in self._call(self._groups.get_all, kind)["results"]}

    def create_group(self, kind: str, name: str, label: str) -> None:
        """Make a property group."""
        self._call(self._groups.create, kind, {"name": name, "label": label, "displayOrder": -1})

    def properties(self, kind: str) -> dict[str, Record]:
        """All properties by name."""
        return {str(found["name"]): found for found in self._call(self._properties.get_all, kind)["results"]}

    def create_properties(self, kind: str, definitions: Sequence[Record]) -> None:
        """Make properties. Raises `RequestRejected` when one of them is refused."""
        batch = Batch()
        for chunk in _chunks(definitions, BATCH_LIMIT):
            batch.add(self._call(self._new_properties.create, kind, {"inputs": chunk}))
        if batch.errors:
            raise refusal(batch.errors[0])

    def update_property(self, kind: str, name: str, changes: Record) -> None:
        """Change a property's label, description or group."""
        self._call(self._properties.update, kind, name, changes)

    def create_event(self, event: Record) -> None:
        """Put an event on a timeline; the same id again replaces it."""
        self._call(self._events.create, event)

    def _one_by_one_if_refused(self, method: Callable[..., Any], kind: str, inputs: Sequence[Record]) -> Batch:
        """HubSpot refuses some batches whole for the fault of one row: then every row is tried alone."""
        try:
            return self._in_batches(method, kind, inputs, {})
        except RequestRejected as error:
            if error.status != 400:
                raise
        batch = Batch()
        for row in inputs:
            self._send_alone(batch, method, kind, row)
        return batch

    def _send_alone(self, batch: Batch, method: Callable[..., Any], kind: str, row: Record) -> None:
        try:
            batch.add(self._call(method, kind, {"inputs": [row]}))
        except RequestRejected as error:
            batch.refused[str(row["id"])] = error

    def _in_batches(self, method: Callable[..., Any], kind: str, inputs: Sequence[Record], more: Record) -> Batch:
        batch = Batch()
        for chunk in _chunks(inputs, BATCH_LIMIT):
            body = {name: value for name, value in more.items() if value is not None}
            batch.add(self._call(method, kind, {**body, "inputs": chunk}))
        return batch

    def _link_batch(self, method: Callable[..., Any], kind: str, to_kind: str, inputs: Sequence[Record]) -> Batch:
        batch = Batch()
        for chunk in _chunks(inputs, _LINK_LIMIT):
            batch.add(self._call(method, kind, to_kind, {"inputs": chunk}))
        return batch

    def _call(self, method: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        """One call of the SDK; its answer as parsed JSON, None when empty."""
        if method == self._search.do_search:
            self._usage.searches += 1
        else:
            self._usage.calls += 1
        with translated():
            answer = method(*arguments, _preload_content=False, _request_timeout=_TIMEOUT_S, **options)
            raw = getattr(answer, "data", b"")
        try:
            found = json.loads(raw) if raw else None
        except (ValueError, RecursionError) as error:
            raise ProviderUnavailable("HubSpot's answer was not JSON") from error
        if not isinstance(found, dict | None):
            raise ProviderUnavailable("HubSpot sent JSON of another shape")
        return found


def proxy_for(address: str) -> str | None:
    """The environment's proxy for an address, which the SDK does not look for; none for this machine."""
    parts = urlsplit(address)
    if parts.hostname in _LOOPBACK or proxy_bypass(parts.hostname or ""):
        return None
    return getproxies().get(parts.scheme)


def _chunks(rows: Sequence[Record], size: int) -> Iterator[list[Record]]:
    for start in range(0, len(rows), size):
        yield list(rows[start : start + size])


def _ids_of(error: Mapping[str, Any]) -> list[str]:
    ids = (error.get("context") or {}).get("ids") or []
    return [str(value) for value in ids]
