"""Every table, imported once so that migrations and foreign keys see the whole schema."""

from hub.accounts import models as accounts
from hub.accounts.oauth_server import models as oauth_server
from hub.analysis import models as analysis
from hub.connections import models as connections
from hub.crm import models as crm
from hub.deliveries import models as deliveries
from hub.engine import models as engine
from hub.ingest import models as ingest
from hub.meetings import models as meetings
from hub.sessions import models as sessions
from hub.speech import models as speech

__all__ = [
    "accounts",
    "analysis",
    "connections",
    "crm",
    "deliveries",
    "engine",
    "ingest",
    "meetings",
    "oauth_server",
    "sessions",
    "speech",
]
