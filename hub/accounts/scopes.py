"""What a key or an app may be used for. A key without any scope may be used for everything."""

from collections.abc import Mapping
from typing import Final

from hub.accounts.models import Role

SCOPES: Final[Mapping[str, str]] = {
    "analyse": "Analyse recordings, documents and images, and read the results.",
    "speech": "Analyse speech with the compatible endpoints.",
    "sessions": "Open live sessions, send frames and sound, and read reports.",
    "meetings:read": "Read meetings with their results, matches and deliveries.",
    "meetings:write": "Have meetings analysed again.",
    "meetings:delete": "Delete meetings for good.",
    "connections:read": "See which provider accounts are connected.",
    "destinations:read": "See where results go, and under which rule.",
    "destinations:write": "Change where results go.",
    "webhooks:read": "See webhook endpoints, messages and deliveries.",
    "webhooks:write": "Change webhook endpoints, and send messages again.",
    "keys": "Make and revoke API keys, and register apps.",
    "usage": "Read how much was used.",
    "audit": "Read the audit log.",
}

APP_SCOPES: Final[Mapping[str, str]] = {name: text for name, text in SCOPES.items() if name != "keys"}
"""What people can allow an app. It makes no keys: those would outlive what was allowed."""


def scopes_of(role: Role) -> frozenset[str]:
    """What a member can allow: nobody gives what they may not do themselves, and members change nothing."""
    if role in {Role.OWNER, Role.ADMIN}:
        return frozenset(APP_SCOPES)
    return frozenset(name for name in APP_SCOPES if not name.endswith((":write", ":delete")))
