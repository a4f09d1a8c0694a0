"""What a key may be used for. A key without any scope may be used for everything."""

from collections.abc import Mapping
from typing import Final

SCOPES: Final[Mapping[str, str]] = {
    "analyse": "Analyse recordings, documents and images, and read the results.",
    "speech": "Analyse speech with the compatible endpoints.",
    "sessions": "Open live sessions, send frames and sound, and read reports.",
    "meetings:read": "Read meetings with their results, matches and deliveries.",
    "meetings:write": "Have meetings analysed again.",
    "connections:read": "See which provider accounts are connected.",
    "destinations:read": "See where results go, and under which rule.",
    "destinations:write": "Change where results go.",
    "webhooks:read": "See webhook endpoints, messages and deliveries.",
    "webhooks:write": "Change webhook endpoints, and send messages again.",
    "keys": "Make and revoke API keys.",
    "usage": "Read how much was used.",
    "audit": "Read the audit log.",
}
