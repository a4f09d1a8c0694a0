"""The simulated tenant, its people, the app registration and how its sign-in behaves."""

from dataclasses import dataclass
from typing import Any

from sandbox.kit.oauth.rules import Registration, Rules

TENANT_ID = "6f2f8c1e-0b7d-4a55-9c0e-3d1a7be4c920"
TENANT_NAME = "Northwind Analytics"
DOMAIN = "northwind.example"
APP = "app"
"""Who an app-only token stands for."""
CHANGE_TRACKING_APP = "0bf30f3b-4a52-48df-9a82-234910c4a086"
"""The application id of Graph's change tracking, which signs validation tokens."""


@dataclass(frozen=True)
class User:
    """Somebody with a mailbox in the tenant."""

    id: str
    name: str
    email: str


DANA = User("976f4b31-fd01-4e0b-9178-29cc40c14438", "Dana Reyes", f"dana.reyes@{DOMAIN}")
TOM = User("b21c6a0e-77f4-4d1f-8a3c-5d2e9f10c6ab", "Tom Okafor", f"tom.okafor@{DOMAIN}")
USERS = (DANA, TOM)

RECORDING = "OnlineMeetingRecording.Read.All"
TRANSCRIPT = "OnlineMeetingTranscript.Read.All"
ARTIFACT = "OnlineMeetingArtifact.Read.All"
MAIL = "Mail.Send"
CALENDAR = "Calendars.Read"

REGISTRATION = Registration(
    client_id="demo-teams-client",
    client_secret="demo-teams-secret",
    name="EchoDepth Hub",
    scopes={
        "openid": "Sign you in",
        "profile": "See your name",
        "offline_access": "Keep access while you are away",
        "User.Read": "Sign you in and read your profile",
        "OnlineMeetings.Read": "Read your online meetings",
        RECORDING: "Read all recordings of online meetings",
        TRANSCRIPT: "Read all transcripts of online meetings",
        ARTIFACT: "Read who attended your online meetings",
        CALENDAR: "Read your calendars",
        MAIL: "Send mail as you",
    },
)

APP_PERMISSIONS = {
    "User.Read.All": "Read all users' profiles",
    "OnlineMeetings.Read.All": "Read online meeting details",
    RECORDING: "Read all recordings of online meetings",
    TRANSCRIPT: "Read all transcripts of online meetings",
    ARTIFACT: "Read who attended online meetings",
    MAIL: "Send mail as any user",
}

DEFAULT_OPTIONS: dict[str, Any] = {
    "access_token_seconds": 3600,
    "code_seconds": 300,
    "signed_url_seconds": 300,
    "page_size": 10,
    # of one app in one tenant, over all of Graph's calls
    "requests_per_second": 30,
    "subscription_minutes": 4320,
    "validation_seconds": 10.0,
    "notification_seconds": 3.0,
    "retry_delays": [1.0, 4.0, 12.0],
    # whether an admin gave the app an application access policy for the tenant's users
    "access_policy": True,
    # whether recordings and transcripts carry `contentCorrelationId` and `callId`
    "correlated": True,
}


def rules(options: dict[str, Any]) -> Rules:
    """A refresh brings a new refresh token, and the old one goes on working."""
    return Rules(
        access_seconds=options["access_token_seconds"],
        code_seconds=options["code_seconds"],
        rotation="replace",
        refresh_scopes=("offline_access",),
        require_pkce=True,
    )


def user_of(key: str) -> User | None:
    """By id or address."""
    return next((user for user in USERS if key.lower() in (user.id, user.email)), None)
