"""The web pages for people, one file per screen."""

from fastapi import APIRouter

from hub.console import first_run, meetings, overview, sign_in

router = APIRouter(include_in_schema=False)
for _screen in (sign_in, first_run, overview, meetings):
    router.include_router(_screen.router)
