"""How long meetings take from their end to the CRM, hop by hop, read from the timeline."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import quantiles
from typing import Final

import sqlalchemy as sa
from sqlmodel import Session, col, select

from hub.deliveries.models import Delivery, DeliveryState
from hub.meetings.models import Meeting, TimelineEntry

WINDOW: Final = timedelta(hours=1)
QUANTILES: Final = (0.5, 0.95, 0.99)
_ENDED: Final = "meeting.ended"
_DELIVERED: Final = "crm.delivered"
_STEPS: Final = ("recording.announced", "recording.fetched", "recording.analysed", "analysis.completed")
WAY: Final = (_ENDED, *_STEPS, _DELIVERED)
WHOLE: Final = "meeting.ended to crm.delivered"

Moments = Mapping[str, datetime]


def hop_seconds(session: Session, now: datetime) -> dict[str, list[float]]:
    """Seconds of each hop, and of the whole way, of meetings whose result was completed within the last hour."""
    found: dict[str, list[float]] = defaultdict(list)
    for moments in _ways(session, now - WINDOW).values():
        for name, seconds in _hops(moments):
            found[name].append(seconds)
    return dict(found)


def at_quantiles(values: Sequence[float]) -> dict[float, float]:
    """Median, 95th and 99th percentile; of one value, that value."""
    if len(values) == 1:
        return dict.fromkeys(QUANTILES, values[0])
    cuts = quantiles(values, n=100, method="inclusive")
    return {share: cuts[round(100 * share) - 1] for share in QUANTILES}


def _hops(moments: Moments) -> Iterable[tuple[str, float]]:
    """Between moments that follow each other on the way; a step that a meeting does not have ends no hop."""
    for before, after in (*pairwise(WAY), (_ENDED, _DELIVERED)):
        if before in moments and after in moments:
            yield f"{before} to {after}", max(0.0, (moments[after] - moments[before]).total_seconds())


def _ways(session: Session, since: datetime) -> dict[str, dict[str, datetime]]:
    """By meeting, when each step came first."""
    lately = (
        select(TimelineEntry.meeting_id)
        .where(TimelineEntry.step == "analysis.completed", col(TimelineEntry.at) >= since)
        .distinct()
    )
    steps = (
        sa.select(col(TimelineEntry.meeting_id), col(TimelineEntry.step), sa.func.min(TimelineEntry.at))
        .where(col(TimelineEntry.meeting_id).in_(lately), col(TimelineEntry.step).in_(_STEPS))
        .group_by(col(TimelineEntry.meeting_id), col(TimelineEntry.step))
    )
    delivered = (
        sa.select(col(Delivery.meeting_id), sa.literal(_DELIVERED), sa.func.min(Delivery.finished_at))
        .where(col(Delivery.meeting_id).in_(lately), col(Delivery.kind) == "destination")
        .where(col(Delivery.state) == DeliveryState.SUCCEEDED)
        .group_by(col(Delivery.meeting_id))
    )
    ended = sa.select(col(Meeting.id), sa.literal(_ENDED), col(Meeting.ended_at)).where(
        col(Meeting.id).in_(lately), col(Meeting.ended_at).is_not(None)
    )
    ways: dict[str, dict[str, datetime]] = defaultdict(dict)
    for statement in (steps, delivered, ended):
        for meeting_id, step, at in session.connection().execute(statement):
            if at is not None:
                ways[str(meeting_id)][str(step)] = at
    return ways
