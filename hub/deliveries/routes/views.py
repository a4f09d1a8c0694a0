"""What several routes tell about deliveries."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from hub.deliveries.models import Attempt, Delivery


class AttemptView(BaseModel):
    """One try: what came back, and what the hub did next."""

    number: int
    generation: int = Field(description="Counts how often the delivery was sent again.")
    outcome: str
    status: int | None
    message: str
    decision: str
    duration_ms: int
    at: datetime


class DeliveryView(BaseModel):
    """One result or message on its way to one destination or webhook endpoint."""

    id: str
    kind: str
    state: str
    state_reason: str
    destination_id: str | None
    endpoint_id: str | None
    message_id: str | None
    meeting_id: str | None
    analysis_id: str | None
    generation: int
    receipt: dict[str, Any]
    created_at: datetime
    finished_at: datetime | None
    next_attempt_at: datetime | None


class DeliveryDetails(DeliveryView):
    """A delivery with every attempt, oldest first."""

    attempts: list[AttemptView]


def delivery_view(row: Delivery) -> DeliveryView:
    """A stored delivery as the API tells it."""
    return DeliveryView.model_validate(row.model_dump())


def attempt_view(row: Attempt) -> AttemptView:
    """A stored attempt as the API tells it."""
    return AttemptView.model_validate(row.model_dump())
