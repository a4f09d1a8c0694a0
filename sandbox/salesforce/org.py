"""The simulated org, its app registration and how its authorisation server behaves."""

from typing import Any

from sandbox.kit.oauth.rules import Registration, Rules

ORG_ID = "00D5g00000DEMO1EAE"
USER_EMAIL = "dana.reyes@northwind.example"
COMPANY = "Northwind"

REGISTRATION = Registration(
    client_id="demo-salesforce-client",
    client_secret="demo-salesforce-secret",
    name="EchoDepth Hub",
    scopes={
        "api": "Read and change records through the API",
        "refresh_token": "Stay connected until you revoke the access",
        "offline_access": "Stay connected until you revoke the access",
        "id": "See who you are",
        "openid": "See who you are",
        "profile": "See your name",
        "email": "See your e-mail address",
        "web": "Open Salesforce in a browser",
        "full": "Everything you can do yourself",
    },
)

DEFAULT_OPTIONS: dict[str, Any] = {
    "session_seconds": 7200,
    "code_seconds": 900,
    "rotate_refresh_tokens": False,
    "require_pkce": True,
    "daily_requests": 100_000,
    "query_page_size": 2000,
    "duplicate_rule": True,
}


def rules(options: dict[str, Any]) -> Rules:
    """With rotation a refresh token is used once, and its second use ends the whole family."""
    return Rules(
        access_seconds=options["session_seconds"],
        code_seconds=options["code_seconds"],
        rotation="family" if options["rotate_refresh_tokens"] else "none",
        refresh_scopes=("refresh_token", "offline_access", "full"),
        require_pkce=options["require_pkce"],
    )
