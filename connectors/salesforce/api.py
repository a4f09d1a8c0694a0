"""simple-salesforce with what it lacks: a time-out, our errors, and plain HTTP to this machine's simulator only."""

import json
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit, urlunsplit

import requests
from requests.adapters import HTTPAdapter
from simple_salesforce.api import Salesforce

from connectors.base.errors import RequestRejected
from connectors.salesforce.errors import classify, translated
from connectors.salesforce.public import PublicPool

VERSION = "62.0"
DATA_PATH = f"/services/data/v{VERSION}"
COMPOSITE_LIMIT = 25
COLLECTION_LIMIT = 200
_TIMEOUT_S = (10.0, 60.0)
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
# our fields never identify a person, so a duplicate alert must not block writing them
_ALLOW_SAVE = {"Sforce-Duplicate-Rule-Header": "allowSave=true"}

Record = dict[str, Any]


class _Adapter(HTTPAdapter):
    """Adds the time-out that simple-salesforce never sets and refuses private addresses; `plain` sends its hard-wired
    https as http, to the simulator alone. Failed answers end here: simple-salesforce drops their headers."""

    def __init__(self, *, plain: bool) -> None:
        self._plain = plain
        super().__init__()

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        if not self._plain:
            self.poolmanager.pool_classes_by_scheme = {"https": PublicPool}

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        if self._plain:
            request.url = urlunsplit(urlsplit(request.url or "")._replace(scheme="http"))
        options["timeout"] = options.get("timeout") or _TIMEOUT_S
        answer = super().send(request, *args, **options)
        if answer.status_code < requests.codes.multiple_choices or answer.is_redirect:
            return answer
        with answer:  # reads what is left, so that the connection is free again
            raise classify(answer.status_code, _content(answer), answer.headers)


class Api:
    """REST calls of one connection for the length of one operation. Blocking: call it from a thread.

    Every method raises the errors of `connectors.base.errors`.
    """

    def __init__(self, instance_url: str, token: str) -> None:
        self.instance_url = instance_url.rstrip("/")
        self._session = _session(self.instance_url)
        self._client = Salesforce(
            session_id=token, instance_url=self.instance_url, version=VERSION, session=self._session
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._session.close()

    def query(self, soql: str) -> list[Record]:
        """All records of a SOQL query, over all its pages."""
        with translated():
            found: list[Record] = self._client.query_all(soql)["records"]
        return found

    def tooling_query(self, soql: str) -> list[Record]:
        """Records of a query on set-up data; short lists only, one page."""
        found: list[Record] = self.call("GET", "tooling/query", params={"q": soql})["records"]
        return found

    def call(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        params: Mapping[str, str] | None = None,
    ) -> Any:
        """One call below `/services/data/vNN.0/`; its parsed answer, None when empty."""
        data = None if body is None else json.dumps(body)
        with translated():
            return self._client.restful(path, params=dict(params or {}), method=method, data=data)

    def composite(self, subrequests: Sequence[Record]) -> list[Record]:
        """Up to 25 calls in one, each on its own: the answers, where a failed one has a status of 300 or more."""
        body = {"allOrNone": False, "compositeRequest": [{**part, "httpHeaders": _ALLOW_SAVE} for part in subrequests]}
        answers: list[Record] = self.call("POST", "composite", body)["compositeResponse"]
        return answers

    def create_all(self, object_type: str, rows: Sequence[Record]) -> list[Record]:
        """Create rows of one type by collections of 200; one result per row, in order."""
        results: list[Record] = []
        for start in range(0, len(rows), COLLECTION_LIMIT):
            records = [{"attributes": {"type": object_type}, **row} for row in rows[start : start + COLLECTION_LIMIT]]
            results += self.call("POST", "composite/sobjects", {"allOrNone": False, "records": records})
        return results

    def describe(self, object_type: str) -> Record:
        """What the connected user can see of an object."""
        description: Record = self.call("GET", f"sobjects/{object_type}/describe")
        return description

    def user_info(self) -> Record:
        """The connected user and organisation."""
        with translated():
            info: Any = self._client.oauth2("userinfo")
        if not isinstance(info, dict) or not {"organization_id", "user_id"} <= info.keys():
            raise RequestRejected("Salesforce did not say whom this connection belongs to")
        return info

    def usage(self) -> tuple[int, int] | None:
        """Calls used and allowed in the rolling 24 hours, as the last answer told; None when it did not."""
        usage = self._client.api_usage.get("api-usage")
        return (usage.used, usage.total) if usage else None

    def link(self, record_id: str) -> str:
        """A browser address of a record."""
        return f"{self.instance_url}/{record_id}"


def _content(answer: requests.Response) -> Any:
    try:
        return answer.json()
    except (ValueError, RecursionError):
        return answer.text


def _session(instance_url: str) -> requests.Session:
    parts = urlsplit(instance_url)
    plain = parts.scheme == "http"
    if not parts.hostname or (plain and parts.hostname not in _LOOPBACK) or parts.scheme not in {"http", "https"}:
        raise RequestRejected(f"not a usable Salesforce address: {instance_url!r}", code="instance_url")
    session = requests.Session()
    session.trust_env = not plain
    session.mount("https://", _Adapter(plain=plain))
    return session
