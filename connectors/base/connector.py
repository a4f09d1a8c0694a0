"""The capabilities a connector can have. Each is a small protocol; a manifest says which ones it has."""

from collections.abc import AsyncIterator, Mapping, MutableMapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any, ClassVar, Protocol

import httpx

from connectors.base.crm import Rehearsal, TargetField, Undone
from connectors.base.records import (
    Account,
    Candidate,
    Change,
    Hook,
    MatchQuery,
    MeetingDetails,
    Receipt,
    RecordingFile,
    RecordingRef,
    RecordRef,
    Report,
    SourceEvent,
    Target,
    TargetOption,
)


class AuthorizedClient(Protocol):
    """What a connector is given: one account's access, with time-outs and error mapping already attached.

    It never shows refresh tokens. A 401 refreshes once and repeats; a second one raises `AuthorizationLost`.
    """

    account: Mapping[str, str]
    """Facts of the account, for example `instance_url`."""
    hosts: Mapping[str, str]
    """The manifest's `[hosts]` with the operator's overrides, without trailing slashes."""

    async def access_token(self, *, force_refresh: bool = False) -> str:
        """A token valid now. Raises `AuthorizationLost` or `ProviderUnavailable`."""
        ...

    async def request(self, method: str, url: str, **options: Any) -> httpx.Response:
        """One authorised call with httpx's options; a URL without scheme is relative to `hosts["api"]`.

        Raises the errors of `connectors.base.errors` for every answer of 400 and above.
        """
        ...

    async def take_turn(self, policy: str, calls: int, *, limit: int, period_s: int) -> None:
        """Wait until `calls` more fit `limit` in `period_s`, counted over all processes for this account.

        `policy` names the provider's limit, whole or of one place. Raises `RateLimited` when the wait gets too long.
        """
        ...

    def stream(
        self, url: str, *, headers: Mapping[str, str] | None = None, token: str | None = None
    ) -> AbstractAsyncContextManager[httpx.Response]:
        """A streamed GET that follows redirects and drops the bearer token on another host."""
        ...


class Connector(Protocol):
    """Every connector: made from an authorised client, proves its access with one cheap call."""

    def __init__(self, client: AuthorizedClient) -> None: ...

    async def check(self) -> Account:
        """The account behind the token."""
        ...


class ByteStream(Protocol):
    """An open download. `offset` is where it really starts: 0 when the server ignored our Range."""

    offset: int
    total: int | None

    def __aiter__(self) -> AsyncIterator[bytes]: ...


class Source(Connector, Protocol):
    """Gives recordings."""

    @classmethod
    def parse(cls, body: Mapping[str, Any]) -> Sequence[SourceEvent]:
        """The events in one verified webhook body; empty when it holds nothing for us. Pure."""
        ...

    def list_recordings(self, since: datetime, bookmarks: MutableMapping[str, str]) -> AsyncIterator[SourceEvent]:
        """Everything recorded since then, as the events a webhook would have brought, with the same keys.

        `bookmarks` are the connector's own, by list, and kept for its next call: where it finds one, it may give only
        what was added after it. It sets one once all that lies before it has been given.
        """
        ...

    async def describe(self, recording: RecordingRef) -> MeetingDetails:
        """The meeting with participants and files."""
        ...

    def open(
        self, recording: RecordingRef, file: RecordingFile, offset: int
    ) -> AbstractAsyncContextManager[ByteStream]:
        """A download from `offset` on, in chunks, never whole in memory."""
        ...


class Completing(Source, Protocol):
    """A source some of whose events are incomplete; every connector that gives such events is one."""

    async def complete(self, event: SourceEvent) -> SourceEvent | None:
        """The event itself, as `list_recordings` would give it; None when there is nothing for us in it."""
        ...


class Subscriber(Connector, Protocol):
    """Its provider sends events only to whom has subscribed, and for a limited time."""

    async def keep_subscribed(self, hook: Hook, now: datetime, *, asked: bool) -> datetime | None:
        """Subscribe where we are not, renew what ends soon; `asked`: the provider wants it now. Repeating is harmless.

        Gives when the first subscription ends; None when none does.
        """
        ...

    async def unsubscribe(self, hook: Hook) -> None:
        """End our subscriptions to this address."""
        ...


class Destination(Connector, Protocol):
    """A CRM that takes results."""

    default_mapping: ClassVar[Mapping[str, str]]
    """Field name in the CRM by figure (`trust_score`, `valence`, ...; see `connectors.base.figures`)."""
    figure_types: ClassVar[frozenset[str]]
    """Record types that figures are written to; records of other types are only linked to the call."""
    activity_types: ClassVar[tuple[str, ...]]
    """Types of what is logged for the call itself; they take figures too."""
    mapping_extras: ClassVar[Mapping[str, str]]
    """What else a mapping may name per record type, with its label: no figure, but a setting of this CRM."""

    async def provision(self, *, dry_run: bool, mapping: Mapping[str, str] | None = None) -> Sequence[Change]:
        """Make (or only list) what has to exist there first: the custom fields that the mapping names, rights to them.

        Without a mapping, or with an empty one, it is the default one.
        """
        ...

    async def fields(self) -> Mapping[str, Sequence[TargetField]]:
        """The fields of each type that takes figures, and those of ours that provisioning would make."""
        ...

    async def match(self, query: MatchQuery) -> Sequence[Candidate]:
        """Records this meeting belongs to, each with its reason."""
        ...

    async def publish(self, report: Report, records: Sequence[RecordRef], mapping: Mapping[str, str]) -> Receipt:
        """Write the figures. Idempotent by `report.analysis_id` and, across revisions, by `report.meeting_id`."""
        ...

    async def rehearse(self, report: Report, records: Sequence[RecordRef], mapping: Mapping[str, str]) -> Rehearsal:
        """What `publish` would write, field by field, read from the CRM as it stands; nothing is written."""
        ...

    async def undo(self, receipt: Receipt) -> Undone:
        """Restore what was there before, where what stands there is still ours. Doing it twice changes nothing."""
        ...

    async def search(self, text: str) -> Sequence[RecordRef]:
        """A few records whose name or address holds the text, for a person to choose from."""
        ...


class Notifier(Connector, Protocol):
    """Sends a message about a result."""

    async def targets(self) -> Sequence[TargetOption]:
        """Where messages can go, for a picker."""
        ...

    async def notify(self, report: Report, target: Target, previous: Receipt | None) -> Receipt:
        """Send, or update the message of `previous`. Idempotent by `report.analysis_id` where the provider allows."""
        ...
