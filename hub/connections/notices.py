"""What the connections page says after something was done. Addresses carry the code, never the text."""

from enum import StrEnum


class Notice(StrEnum):
    """The outcome of the last action, as `?notice=` in the address."""

    CONNECTED = "connected"
    RENEWED = "renewed"
    DECLINED = "declined"
    FAILED = "failed"
    START_AGAIN = "start_again"
    NOT_CONFIGURED = "not_configured"
    INVALID = "invalid"
    TAKEN = "taken"
    WORKS = "works"
    RECONNECT = "reconnect"
    REFUSED = "refused"
    UNAVAILABLE = "unavailable"
    DISCONNECTED = "disconnected"
    FORGOTTEN = "forgotten"


_TEXTS = {
    Notice.CONNECTED: "{name} is connected.",
    Notice.RENEWED: "{name} was connected before; its access is renewed.",
    Notice.DECLINED: "{name} was not connected, because access was not granted there. You can try again at any time.",
    Notice.FAILED: "{name} did not complete the connection. Try again; if it fails again, check the app registration.",
    Notice.START_AGAIN: "This sign-in at {name} has expired, was used, or began in another browser. Start again.",
    Notice.NOT_CONFIGURED: "{name} is not set up on this hub yet: its client id and secret are missing.",
    Notice.INVALID: "{name} was not connected: something on its form needs another look.",
    Notice.TAKEN: (
        "{name} was not connected: this account is connected as {account} already. To put somebody else's access, or"
        " access to other meetings, in its place, disconnect that first; its meetings and destinations stay."
    ),
    Notice.WORKS: "The connection to {name} works.",
    Notice.RECONNECT: "{name} no longer accepts our access. Connect it again to repair this.",
    Notice.REFUSED: "{name} still refuses this hub's app. Whoever runs the hub has to check its client id and secret.",
    Notice.UNAVAILABLE: "{name} could not be asked just now. Nothing was changed.",
    Notice.DISCONNECTED: "{name} is disconnected, and its access was revoked there.",
    Notice.FORGOTTEN: "{name} is disconnected here, but could not be told: remove the app there as well.",
}


def notice_text(code: str, provider_name: str, account_name: str = "") -> str:
    """The sentence for a code from the address; empty for one we do not know."""
    names = {"name": provider_name, "account": account_name or "somebody else"}
    return _TEXTS[Notice(code)].format_map(names) if code in set(Notice) else ""


def is_good_news(code: str) -> bool:
    """Whether the notice confirms rather than warns."""
    return code in {Notice.CONNECTED, Notice.RENEWED, Notice.WORKS, Notice.DISCONNECTED}
