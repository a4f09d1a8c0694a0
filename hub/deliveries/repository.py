"""Queries over destinations, endpoints, messages, deliveries and attempts of one organisation."""

from collections.abc import Sequence
from typing import Any, ClassVar

from sqlmodel import col

from hub.deliveries import receipts
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
        """What the deliveries of this meeting left at the destination and nobody took back.

        The newest receipt tells it, whatever became of sending the same delivery again since.
        """
        written = [row.receipt for row in self._of_place(destination_id, meeting_id) if row.receipt]
        return written[0] if written and receipts.stands(written[0]) else None

    def last_of(self, destination_id: str, meeting_id: str) -> Delivery | None:
        """The newest delivery of a meeting to a destination, in whatever state; skipped ones count as none."""
        rows = self._of_place(destination_id, meeting_id)
        return next((row for row in rows if row.state is not DeliveryState.SKIPPED), None)

    def later_than(self, delivery: Delivery) -> Sequence[Delivery]:
        """The deliveries of the same meeting to the same destination that came after this one, newest first."""
        rows = self._of_place(str(delivery.destination_id), str(delivery.meeting_id))
        return [row for row in rows if row.id > delivery.id]

    def of_meeting(self, meeting_id: str) -> Sequence[Delivery]:
        """Everything sent about one meeting, oldest first."""
        return self.all(self.select().where(Delivery.meeting_id == meeting_id).order_by(col(Delivery.id)))

    def _of_place(self, destination_id: str, meeting_id: str) -> Sequence[Delivery]:
        """What was sent about one meeting to one destination, newest first: a row for each revision."""
        own = self.select().where(Delivery.destination_id == destination_id, Delivery.meeting_id == meeting_id)
        return self.all(own.order_by(col(Delivery.id).desc()))


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
