"""What the list of deliveries is narrowed to, in its address and in its forms."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Annotated

from fastapi import Form

from hub.deliveries.models import DeliveryState
from hub.deliveries.service import Wanted


@dataclass(frozen=True)
class DeliveryFilter:
    """As typed; what makes no sense narrows nothing. `to` is a destination's or an endpoint's id, days are UTC."""

    state: str = ""
    to: str = ""
    since: str = ""
    until: str = ""
    """The last day."""

    def parts(self) -> Mapping[str, str]:
        """What is given, as parts of an address."""
        return {name: value for name, value in asdict(self).items() if value}

    def wanted(self) -> Wanted:
        """The deliveries to list."""
        return self._in_state(DeliveryState(self.state) if self.state in list(DeliveryState) else None)

    def dead(self) -> Wanted:
        """Those that gave up and can be sent again, of the same places and days."""
        return replace(self._in_state(DeliveryState.DEAD), sendable=True)

    def _in_state(self, state: DeliveryState | None) -> Wanted:
        return Wanted(
            state=state,
            destination_id=self.to if self.to.startswith("dst_") else None,
            endpoint_id=self.to if self.to.startswith("whe_") else None,
            since=_day(self.since),
            until=_day(self.until, after=1),
        )


def in_query(state: str = "", to: str = "", since: str = "", until: str = "") -> DeliveryFilter:
    """From a page's address."""
    return DeliveryFilter(state, to, since, until)


def in_form(
    state: Annotated[str, Form()] = "",
    to: Annotated[str, Form()] = "",
    since: Annotated[str, Form()] = "",
    until: Annotated[str, Form()] = "",
) -> DeliveryFilter:
    """From hidden fields."""
    return DeliveryFilter(state, to, since, until)


def _day(text: str, *, after: int = 0) -> datetime | None:
    try:
        day = date.fromisoformat(text) + timedelta(days=after)
    except (ValueError, OverflowError):
        return None
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
