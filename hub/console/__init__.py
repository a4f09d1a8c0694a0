"""The web pages for people, one file per screen."""

from fastapi import APIRouter

from hub.console import (
    about_scores,
    account,
    api_docs,
    apps,
    connections,
    consent,
    deliveries,
    destinations,
    first_run,
    live,
    matches,
    meeting,
    meetings,
    members,
    new_destination,
    overview,
    settings,
    sign_in,
    webhooks,
)

router = APIRouter(include_in_schema=False)
for _screen in (
    sign_in,
    first_run,
    overview,
    meetings,
    meeting,
    matches,
    live,
    connections,
    destinations,
    new_destination,
    webhooks,
    deliveries,
    settings,
    members,
    account,
    apps,
    consent,
    about_scores,
    api_docs,
):
    router.include_router(_screen.router)
