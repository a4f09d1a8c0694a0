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
    dry_run,
    first_run,
    live,
    mapping,
    matches,
    meeting,
    meetings,
    members,
    new_destination,
    overview,
    settings,
    sign_in,
    undoing,
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
    dry_run,
    destinations,
    mapping,
    new_destination,
    webhooks,
    deliveries,
    undoing,
    settings,
    members,
    account,
    apps,
    consent,
    about_scores,
    api_docs,
):
    router.include_router(_screen.router)
