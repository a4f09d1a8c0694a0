"""The tables that screens read, each bound to the member's organisation."""

from typing import Any, ClassVar

from hub.accounts.models import ApiKey, AuditEntry
from hub.analysis.models import Analysis
from hub.connections.models import Connection
from hub.crm.models import CrmMatch
from hub.deliveries.models import Attempt, Delivery, Destination, Message, WebhookEndpoint
from hub.kit.repository import TenantRepository
from hub.meetings.models import Meeting, Participant, Recording, TimelineEntry


class Meetings(TenantRepository[Meeting]):
    """Recorded meetings."""

    model: ClassVar[type[Any]] = Meeting


class Participants(TenantRepository[Participant]):
    """Who took part."""

    model: ClassVar[type[Any]] = Participant


class Recordings(TenantRepository[Recording]):
    """What was recorded."""

    model: ClassVar[type[Any]] = Recording


class Timeline(TenantRepository[TimelineEntry]):
    """What happened to meetings."""

    model: ClassVar[type[Any]] = TimelineEntry


class Analyses(TenantRepository[Analysis]):
    """Results."""

    model: ClassVar[type[Any]] = Analysis


class Connections(TenantRepository[Connection]):
    """Authorised links to providers."""

    model: ClassVar[type[Any]] = Connection


class Matches(TenantRepository[CrmMatch]):
    """CRM records of meetings."""

    model: ClassVar[type[Any]] = CrmMatch


class Destinations(TenantRepository[Destination]):
    """Where results go."""

    model: ClassVar[type[Any]] = Destination


class Endpoints(TenantRepository[WebhookEndpoint]):
    """Webhook subscribers."""

    model: ClassVar[type[Any]] = WebhookEndpoint


class Deliveries(TenantRepository[Delivery]):
    """What is on its way, or was."""

    model: ClassVar[type[Any]] = Delivery


class Messages(TenantRepository[Message]):
    """Announced events."""

    model: ClassVar[type[Any]] = Message


class Attempts(TenantRepository[Attempt]):
    """Single tries of deliveries."""

    model: ClassVar[type[Any]] = Attempt


class ApiKeys(TenantRepository[ApiKey]):
    """Keys for programs."""

    model: ClassVar[type[Any]] = ApiKey


class AuditEntries(TenantRepository[AuditEntry]):
    """Who did what."""

    model: ClassVar[type[Any]] = AuditEntry
