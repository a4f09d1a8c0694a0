"""The simulated account, its app registration and how its authorisation server behaves."""

from typing import Any

from sandbox.kit.oauth.rules import Registration, Rules

HUB_ID = 48291056
HUB_DOMAIN = "northwind.example"
APP_ID = 305117
USER_ID = 7701423
USER_EMAIL = "dana.reyes@northwind.example"
DEVELOPER_KEY = "demo-hubspot-developer-key"

REGISTRATION = Registration(
    client_id="demo-hubspot-client",
    client_secret="demo-hubspot-secret",
    name="EchoDepth Hub",
    scopes={
        "oauth": "Basic access to this account",
        "crm.objects.contacts.read": "See contacts and their activities",
        "crm.objects.contacts.write": "Change contacts and log activities",
        "crm.objects.companies.read": "See companies",
        "crm.objects.companies.write": "Change companies",
        "crm.objects.deals.read": "See deals",
        "crm.objects.deals.write": "Change deals",
        "crm.schemas.contacts.read": "See the properties of contacts and activities",
        "crm.schemas.contacts.write": "Create properties of contacts and activities",
        "crm.schemas.deals.read": "See the properties of deals",
        "crm.schemas.deals.write": "Create properties of deals",
        "timeline": "Create events on timelines",
    },
)

DEFAULT_OPTIONS: dict[str, Any] = {
    "access_token_seconds": 1800,
    "code_seconds": 300,
    "rotate_refresh_tokens": False,
    "calls_per_ten_seconds": 110,
    "searches_per_second": 5,
    "daily_requests": 250_000,
    "search_lag_seconds": 1.0,
    "refuse_whole_batches": False,
    "webhook_url": "",
    "webhook_retry_delays": [1.0, 4.0],
    "webhook_timeout": 5.0,
}


def rules(options: dict[str, Any]) -> Rules:
    """Access lasts half an hour; the refresh token stays the same unless rotation is switched on."""
    return Rules(
        access_seconds=options["access_token_seconds"],
        code_seconds=options["code_seconds"],
        rotation="single_use" if options["rotate_refresh_tokens"] else "none",
    )
