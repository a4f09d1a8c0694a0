"""Queries over destinations, endpoints, messages, deliveries and attempts of one organisation."""

from collections.abc import Sequence
from typing import Any, ClassVar

from sqlmodel import col

from hub.deliveries.models import Attempt, Delivery, DeliveryState, Destination, Message, WebhookEndpoint
from hub.kit.repository import TenantRepository


class Destinations(TenantRepository[Destination]):
    """Where results go."""

    model: ClassVar[type[Any]] = Destination

    def enabled(self) -> Sequence[Destination]:
        """Those that take results now, oldest first."""
        return self.all(self.select().where(col(Destination.enabled)).order_by(col(Destination.id)))


class Endpoints(TenantRepository[WebhookEndpoint]):
    """Webhook subscribers."""

    model: ClassVar[type[Any]] = WebhookEndpoint

    def subscribed(self, event_type: str) -> Sequence[WebhookEndpoint]:
        """Enabled endpoints that want this event."""
        rows = self.all(self.select().where(col(WebhookEndpoint.enabled)).order_by(col(WebhookEndpoint.id)))
        return [row for row in rows if not row.event_types or event_type in row.event_types]


class Messages(TenantRepository[Message]):
    """Announced events."""

    model: ClassVar[type[Any]] = Message

    def by_key(self, event_key: str) -> Message | None:
        """The message of one event."""
        return self.session.exec(self.select().where(Message.event_key == event_key)).first()

    def of_analysis(self, analysis_id: str) -> Sequence[Message]:
        """Everything announced about one analysis."""
        return self.all(self.select().where(Message.analysis_id == analysis_id))


class Deliveries(TenantRepository[Delivery]):
    """Results and messages on their way."""

    model: ClassVar[type[Any]] = Delivery

    def by_key(self, key: str) -> Delivery | None:
        """The one delivery of a result to a destination."""
        return self.session.exec(self.select().where(Delivery.key == key)).first()

    def last_receipt(self, destination_id: str, meeting_id: str) -> dict[str, object] | None:
        """What the latest successful delivery of this meeting left at the destination."""
        statement = (
            self.select()
            .where(
                Delivery.destination_id == destination_id,
                Delivery.meeting_id == meeting_id,
                Delivery.state == DeliveryState.SUCCEEDED,
            )
            .order_by(col(Delivery.id).desc())
        )
        row = self.session.exec(statement).first()
        return row.receipt if row else None

    def last_of(self, destination_id: str, meeting_id: str) -> Delivery | None:
        """The newest delivery of a meeting to a destination, in whatever state; skipped ones count as none."""
        statement = self.select().where(
            Delivery.destination_id == destination_id,
            Delivery.meeting_id == meeting_id,
            Delivery.state != DeliveryState.SKIPPED,
        )
        return self.session.exec(statement.order_by(col(Delivery.id).desc())).first()

    def of_meeting(self, meeting_id: str) -> Sequence[Delivery]:
        """Everything sent about one meeting, oldest first."""
        return self.all(self.select().where(Delivery.meeting_id == meeting_id).order_by(col(Delivery.id)))


class Attempts(TenantRepository[Attempt]):
    """Tries."""

    model: ClassVar[type[Any]] = Attempt

    def find(self, delivery_id: str, generation: int, number: int) -> Attempt | None:
        """One try by its number."""
        statement = self.select().where(
            Attempt.delivery_id == delivery_id, Attempt.generation == generation, Attempt.number == number
        )
        return self.session.exec(statement).first()

    def of_delivery(self, delivery_id: str) -> Sequence[Attempt]:
        """All tries, oldest first."""
        return self.all(self.select().where(Attempt.delivery_id == delivery_id).order_by(col(Attempt.id)))
