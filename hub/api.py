"""Includes the features' routers. A feature names its router; nothing here knows what is behind it."""

from fastapi import FastAPI

from hub import console
from hub.accounts import endpoints as accounts
from hub.accounts.oauth_server import client_endpoints as apps
from hub.accounts.oauth_server import endpoints as oauth_server
from hub.analysis import endpoints as analysis
from hub.connections import endpoints as connected
from hub.connections import views as connections
from hub.deliveries import endpoints as deliveries
from hub.deliveries import routes as sending
from hub.ingest import endpoints as ingest
from hub.meetings import endpoints as meetings
from hub.observability import endpoints as observability
from hub.sessions import audio_streams, streams
from hub.sessions import endpoints as sessions
from hub.speech import endpoints as speech

_API = (analysis, speech, sessions, streams, audio_streams, meetings, connected, sending, accounts, apps, oauth_server)
_REST = (observability, ingest, deliveries, connections, console)


def include_routers(app: FastAPI) -> None:
    """Add every feature's routes."""
    for feature in (*_API, *_REST):
        app.include_router(feature.router)
