"""The Slack notifier."""

from collections.abc import Sequence
from typing import Any

from connectors.base.connector import AuthorizedClient
from connectors.base.errors import RequestRejected
from connectors.base.records import Account, Receipt, Report, Target, TargetOption
from connectors.slack.api import SlackApi
from connectors.slack.messages import Messages, Posted, from_receipt

_CHANNEL_PAGES = 20
_CHANNELS = {"types": "public_channel,private_channel", "exclude_archived": True, "limit": 200}


class SlackConnector:
    """One message per meeting and channel."""

    def __init__(self, client: AuthorizedClient) -> None:
        self._client = client
        self._api = SlackApi(client)

    async def check(self) -> Account:
        """The workspace behind the token."""
        answer = await self._api.call("auth.test")
        if missing := {"team_id", "team", "user_id", "url"} - set(answer):
            raise RequestRejected(f"Slack did not say which workspace this is ({', '.join(sorted(missing))})")
        facts = {"team_id": answer["team_id"], "bot_user_id": answer["user_id"], "workspace_url": answer["url"]}
        return Account(id=answer["team_id"], name=answer["team"], facts=facts)

    async def targets(self) -> Sequence[TargetOption]:
        """Public channels, and the private ones that the app was invited to, by name."""
        options: list[TargetOption] = []
        async for page in self._api.pages("conversations.list", _CHANNELS, at_most=_CHANNEL_PAGES):
            options += map(_option, page["channels"])
        return sorted(options, key=lambda option: option.label)

    async def notify(self, report: Report, target: Target, previous: Receipt | None) -> Receipt:
        """Post, or update the message that already tells of this meeting.

        Repeating it posts nothing new; a revision older than the one shown changes nothing.
        """
        channel = target.facts.get("channel", "")
        if not channel:
            raise RequestRejected("no Slack channel is chosen", code="no_channel")
        posted = await _deliver(Messages(self._api, channel), report, from_receipt(previous, channel))
        return self._receipt(posted, target.facts.get("name", ""))

    def _receipt(self, posted: Posted, channel_name: str) -> Receipt:
        where = f"#{channel_name.lstrip('#')}" if channel_name else "the channel"
        ids = {**posted.facts, "channel": posted.channel, "ts": posted.ts}
        return Receipt(summary=f"Message in {where}.", url=self._link(posted), ids=ids)

    def _link(self, posted: Posted) -> str:
        workspace = self._client.account.get("workspace_url", "").rstrip("/")
        if workspace:
            return f"{workspace}/archives/{posted.channel}/p{posted.ts.replace('.', '')}"
        return f"{self._client.hosts['web']}/app_redirect?channel={posted.channel}"


async def _deliver(messages: Messages, report: Report, known: Posted | None) -> Posted:
    standing = known or await messages.find(report)
    if standing is None:
        return await messages.post(report)
    if standing.revision > report.revision:
        return standing
    is_own_post = known is None and standing.facts.get("analysis_id") == report.analysis_id
    shown = standing if is_own_post else await messages.update(standing, report)
    if shown.ts == standing.ts:
        await messages.tell_revision(shown, report, {} if is_own_post else standing.facts)
    return shown


def _option(channel: dict[str, Any]) -> TargetOption:
    name = str(channel["name"])
    label = f"#{name} (private)" if channel.get("is_private") else f"#{name}"
    return TargetOption(id=channel["id"], label=label, facts={"channel": channel["id"], "name": name})
