"""The simulated account, its app registration and how its authorisation server behaves."""

from typing import Any

from sandbox.kit.oauth.rules import Registration, Rules

ACCOUNT_ID = "demo-zoom-account"
HOST_EMAIL = "dana.reyes@northwind.example"
HOST_NAME = "Dana Reyes"
HOST_ID = "dR7kQ2mXTPaB9cLw3YzVhg"
CONTACTS = {HOST_EMAIL: HOST_NAME, "omar.haddad@northwind.example": "Omar Haddad"}
"""Whom the host can write chat messages to: themselves and a colleague."""
WEBHOOK_SECRET = "demo-zoom-webhook-secret"

REGISTRATION = Registration(
    client_id="demo-zoom-client",
    client_secret="demo-zoom-secret",
    name="EchoDepth Hub",
    scopes={
        "user:read:user": "See your profile",
        "user:read": "See your profile",
        "cloud_recording:read:list_user_recordings": "List your cloud recordings",
        "cloud_recording:read:list_recording_files": "Read the files of a cloud recording",
        "cloud_recording:read:meeting_transcript": "Read the transcript of a meeting",
        "cloud_recording:read": "Read your cloud recordings",
        "recording:read": "Read your cloud recordings",
        "meeting:read:meeting": "See your meetings",
        "meeting:read:past_meeting": "See meetings that have ended",
        "meeting:read:list_past_participants": "See who took part in a meeting that has ended",
        "meeting:read": "See your meetings and who took part",
        "team_chat:write:user_message": "Send chat messages as you",
        "team_chat:update:user_message": "Change chat messages that you sent",
        "team_chat:read:list_user_messages": "Read your chat messages",
        "chat_message:write": "Send and change chat messages as you",
        "chat_message:read": "Read your chat messages",
    },
)

DEFAULT_OPTIONS: dict[str, Any] = {
    "access_token_seconds": 3600,
    "code_seconds": 300,
    "download_token_seconds": 24 * 3600,
    "signed_url_seconds": 300,
    "retry_delays": [1.0, 4.0, 12.0],
    "webhook_timeout": 3.0,
    "page_size": 30,
}


def rules(options: dict[str, Any]) -> Rules:
    """Refresh tokens are used once, and a user's new authorisation ends the earlier one."""
    return Rules(
        access_seconds=options["access_token_seconds"],
        code_seconds=options["code_seconds"],
        rotation="single_use",
        one_grant_per_user=True,
    )
