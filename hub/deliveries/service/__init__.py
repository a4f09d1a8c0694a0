"""What people and the API can do with destinations, webhook endpoints and deliveries."""

from hub.deliveries.service.deliveries import (
    MOST_RECOVERED,
    Wanted,
    count_deliveries,
    list_attempts,
    list_deliveries,
    recover,
    replay,
    resume_parked,
)
from hub.deliveries.service.destinations import (
    NewDestination,
    change_destination,
    create_destination,
    delete_destination,
    list_destinations,
)
from hub.deliveries.service.endpoints import (
    NewEndpoint,
    change_endpoint,
    create_endpoint,
    delete_endpoint,
    list_endpoints,
    pause_endpoint,
    resume_endpoint,
    rotate_endpoint_secret,
    send_test_event,
)

__all__ = [
    "MOST_RECOVERED",
    "NewDestination",
    "NewEndpoint",
    "Wanted",
    "change_destination",
    "change_endpoint",
    "count_deliveries",
    "create_destination",
    "create_endpoint",
    "delete_destination",
    "delete_endpoint",
    "list_attempts",
    "list_deliveries",
    "list_destinations",
    "list_endpoints",
    "pause_endpoint",
    "recover",
    "replay",
    "resume_endpoint",
    "resume_parked",
    "rotate_endpoint_secret",
    "send_test_event",
]
