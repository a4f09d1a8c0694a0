"""The API's routes for destinations, webhook endpoints, messages and deliveries."""

from fastapi import APIRouter

from hub.deliveries.routes import deliveries, destinations, mapping, messages, webhooks

router = APIRouter(prefix="/v1")
for _part in (webhooks, messages, deliveries, destinations, mapping):
    router.include_router(_part.router)
