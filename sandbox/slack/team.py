"""The simulated workspace, its app registration and how its authorisation server behaves."""

from typing import Any

from sandbox.kit.oauth.rules import Registration, Rules
from sandbox.kit.store import Doc

TEAM_ID = "T0DEMO"
TEAM_NAME = "Northwind"
APP_ID = "A0DEMOHUB"
BOT_ID = "B0DEMOHUB1"
BOT_USER_ID = "U0DEMOHUB1"
BOT_NAME = "EchoDepth Hub"
SIGNING_SECRET = "demo-slack-signing-secret"
INSTALLER = "dana.reyes@northwind.example"
CREATED = 1_760_000_000

REGISTRATION = Registration(
    client_id="demo-slack-client",
    client_secret="demo-slack-secret",
    name="EchoDepth Hub",
    scopes={
        "chat:write": "Send messages as the app",
        "chat:write.public": "Send messages to channels the app has not joined",
        "channels:read": "See public channels",
        "channels:join": "Join public channels",
        "channels:history": "Read messages in public channels the app is in",
        "groups:read": "See private channels the app is in",
        "groups:history": "Read messages in private channels the app is in",
        "im:write": "Start direct messages",
        "users:read": "See people in the workspace",
        "users:read.email": "See e-mail addresses of people in the workspace",
        "files:write": "Upload files",
        "commands": "Add commands such as /echodepth",
        "team:read": "See the workspace's name",
    },
)

DEFAULT_OPTIONS: dict[str, Any] = {
    "token_rotation": False,
    "code_seconds": 600,
    "file_seconds": 0.0,
}
"""`file_seconds`: how long Slack looks at an uploaded picture before messages can show it."""

MESSAGES_PER_SECOND = 1.0
BURST = 2
"""Per channel."""

CHANNELS: list[Doc] = [
    {"id": "C0GENERAL", "name": "general", "purpose": "Everything that concerns all of us", "private": False},
    {"id": "C0DEALROOM", "name": "deal-room", "purpose": "What happens in our deals", "private": False},
    {"id": "C0LEADERS", "name": "leadership", "purpose": "By invitation", "private": True},
    {"id": "C0OLDNEWS", "name": "old-news", "purpose": "Kept for the record", "private": False, "archived": True},
]

USERS: list[Doc] = [
    {"id": "U0DANA", "name": "dana", "real_name": "Dana Reyes", "email": "dana.reyes@northwind.example"},
    {"id": "U0TOMAS", "name": "tomas", "real_name": "Tomas Lind", "email": "tomas.lind@northwind.example"},
]


def rules(options: dict[str, Any]) -> Rules:
    """Tokens live for ever, or twelve hours where the app has token rotation switched on."""
    rotating = bool(options["token_rotation"])
    return Rules(
        access_seconds=12 * 3600 if rotating else None,
        code_seconds=options["code_seconds"],
        rotation="single_use",
        refresh_tokens=rotating,
        scope_separator=",",
    )


def channel_view(channel: Doc) -> dict[str, Any]:
    """A channel as the API shows it."""
    note = {"creator": "U0DANA", "last_set": CREATED}
    return {
        "id": channel["id"],
        "name": channel["name"],
        "name_normalized": channel["name"],
        "created": CREATED,
        "creator": "U0DANA",
        "is_archived": channel["archived"],
        "is_channel": not channel["private"],
        "is_ext_shared": False,
        "is_general": channel["name"] == "general",
        "is_group": channel["private"],
        "is_im": False,
        "is_member": channel["member"],
        "is_mpim": False,
        "is_org_shared": False,
        "is_pending_ext_shared": False,
        "is_private": channel["private"],
        "is_shared": False,
        "num_members": 2 + channel["member"],
        "pending_shared": [],
        "previous_names": [],
        "purpose": note | {"value": channel["purpose"]},
        "topic": note | {"value": ""},
        "unlinked": 0,
    }


def user_view(user: Doc) -> dict[str, Any]:
    """A person as the API shows them."""
    first, _, last = user["real_name"].partition(" ")
    return {
        "id": user["id"],
        "team_id": TEAM_ID,
        "name": user["name"],
        "deleted": False,
        "color": "9f69e7",
        "real_name": user["real_name"],
        "tz": "Europe/London",
        "tz_label": "Greenwich Mean Time",
        "tz_offset": 0,
        "profile": _profile(user, first, last),
        "is_admin": user["name"] == "dana",
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": False,
        "is_ultra_restricted": False,
        "is_bot": False,
        "is_app_user": False,
        "updated": CREATED,
    }


def _profile(user: Doc, first: str, last: str) -> dict[str, Any]:
    sizes = (24, 32, 48, 72, 192, 512)
    images = {f"image_{size}": f"https://avatars.slack-edge.com/{user['id']}_{size}.png" for size in sizes}
    return images | {
        "avatar_hash": "ge3b51ca72de",
        "display_name": user["name"],
        "display_name_normalized": user["name"],
        "email": user["email"],
        "first_name": first,
        "last_name": last,
        "real_name": user["real_name"],
        "real_name_normalized": user["real_name"],
        "status_emoji": "",
        "status_text": "",
        "team": TEAM_ID,
    }
