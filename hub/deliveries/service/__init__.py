"""What people and the API can do with destinations, webhook endpoints and deliveries."""

from hub.deliveries.service.deliveries import list_attempts, list_deliveries, replay, resume_parked
from hub.deliveries.service.destinations import (
    NewDestination,
    change_destination,
    create_destination,
    delete_destination,
    list_destinations,
)
from hub.deliveries.service.endpoints import (
    NewEndpoint,
    create_endpoint,
    delete_endpoint,
    list_endpoints,
    pause_endpoint,
    resume_endpoint,
    rotate_endpoint_secret,
    send_test_event,
)

__all__ = [
    "NewDestination",
    "NewEndpoint",
    "change_destination",
    "create_destination",
    "create_endpoint",
    "delete_destination",
    "delete_endpoint",
    "list_attempts",
    "list_deliveries",
    "list_destinations",
    "list_endpoints",
    "pause_endpoint",
    "replay",
    "resume_endpoint",
    "resume_parked",
    "rotate_endpoint_secret",
    "send_test_event",
]
