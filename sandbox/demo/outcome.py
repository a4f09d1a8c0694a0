"""What stands where in the end, asked from the simulators alone."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from sandbox.demo.person import DEAL_ROOM, SUBSCRIBER
from sandbox.hubspot.screens import RECORD as HUBSPOT_RECORD
from sandbox.kit.store import Doc

COMPLETED = "analysis.completed"
WRITTEN = ("Contact", "Lead", "Opportunity", "Account")
HUBSPOT_WRITTEN = {"contacts": ("Contact", "0-1"), "deals": ("Deal", "0-3")}
CALL_TYPE = "0-48"


@dataclass(frozen=True)
class Written:
    """A CRM record that holds figures of ours."""

    what: str
    figures: int
    url: str


@dataclass(frozen=True)
class Arrival:
    """What came of one meeting at one place: there has to be exactly one thing, which `urls` leads to."""

    place: str
    urls: tuple[str, ...]

    @property
    def problem(self) -> str:
        """What is wrong with it; empty when there is exactly one."""
        return "" if len(self.urls) == 1 else f"{self.place}: {len(self.urls)} in place of one"


class World:
    """The state of all simulators at one moment."""

    def __init__(self, sandbox_url: str) -> None:
        self._url = sandbox_url
        names = ("zoom", "teams", "salesforce", "hubspot", "slack")
        self._states = {name: self._get(f"state/{name}") for name in names}
        self._subscriber = self._get(f"subscriber/{SUBSCRIBER}")

    def arrivals(self, provider: str, meeting_id: str) -> list[Arrival]:
        """What came of one meeting of the hub, place by place; its owner is told where it was recorded."""
        owner = self._mails(meeting_id) if provider == "Microsoft Teams" else self._chat(meeting_id)
        return [
            Arrival("Salesforce task", self._tasks(meeting_id)),
            Arrival("HubSpot call", self._calls(meeting_id)),
            Arrival("Slack message in #deal-room", self._messages(meeting_id)),
            Arrival("signed webhook", self._webhooks(meeting_id)),
            owner,
        ]

    def records(self) -> list[Written]:
        """The CRM records that hold figures."""
        return [*self._salesforce_records(), *self._hubspot_records()]

    def result(self, meeting_id: str) -> Doc:
        """The meeting's result, as the subscriber got it; empty before that."""
        return next((body for body in self._announced() if body["meeting_id"] == meeting_id), {})

    @property
    def problems(self) -> list[str]:
        """What must never be: webhooks that do not verify or come twice, tokens sent to download hosts."""
        delivered = self._subscriber["deliveries"]
        counts = {
            "webhooks that do not verify": sum(not _is_genuine(each) for each in delivered),
            "webhooks that came more than once": self._subscriber["duplicates"],
            "access tokens sent to Zoom's download host": self._states["zoom"]["leaked_tokens"],
            "access tokens sent to Microsoft's download host": self._states["teams"]["leaked_tokens"],
        }
        return [f"{count} {what}" for what, count in counts.items() if count]

    def _tasks(self, meeting_id: str) -> tuple[str, ...]:
        tasks = self._states["salesforce"]["records"]["Task"]
        return tuple(f"{self._url}/salesforce/{task['Id']}" for task in tasks if meeting_id in task.values())

    def _calls(self, meeting_id: str) -> tuple[str, ...]:
        calls = self._states["hubspot"]["records"]["calls"]
        found = [call["id"] for call in calls if meeting_id in call["properties"].values()]
        return tuple(f"{self._url}{HUBSPOT_RECORD}/{CALL_TYPE}/{call_id}" for call_id in found)

    def _messages(self, meeting_id: str) -> tuple[str, ...]:
        said = [message for message in self._states["slack"]["messages"] if message["channel"] == DEAL_ROOM]
        mine = [message for message in said if not message["thread_ts"]]
        found = [each for each in mine if _payload(each).get("meeting_id") == meeting_id]
        return tuple(f"{self._url}/slack" for _ in found)

    def _webhooks(self, meeting_id: str) -> tuple[str, ...]:
        return tuple(f"{self._url}/subscriber" for body in self._announced() if body["meeting_id"] == meeting_id)

    def _mails(self, meeting_id: str) -> Arrival:
        mails = [mail for mail in self._states["teams"]["mails"] if meeting_id in mail["html"]]
        return Arrival("mail to the organiser", tuple(f"{self._url}/teams/mail/{mail['id']}" for mail in mails))

    def _chat(self, meeting_id: str) -> Arrival:
        found = [each for each in self._states["zoom"]["chat_messages"] if meeting_id in each["message"]]
        return Arrival("Team Chat message to the host", tuple(f"{self._url}/zoom/chat" for _ in found))

    def _announced(self) -> list[Doc]:
        genuine = [json.loads(each["body"]) for each in self._subscriber["deliveries"] if _is_genuine(each)]
        return [body for body in genuine if body.get("event") == COMPLETED]

    def _salesforce_records(self) -> list[Written]:
        crm = self._states["salesforce"]
        names = {kind: [doc["name"] for doc in crm["custom_fields"] if doc["object"] == kind] for kind in WRITTEN}
        rows = [(kind, record) for kind in WRITTEN for record in crm["records"][kind]]
        found = [(kind, record, _filled(record, names[kind])) for kind, record in rows]
        return [
            Written(
                f"Salesforce {kind} {record.get('Name') or record['Id']}",
                count,
                f"{self._url}/salesforce/{record['Id']}",
            )
            for kind, record, count in found
            if count
        ]

    def _hubspot_records(self) -> list[Written]:
        crm, found = self._states["hubspot"], []
        for kind, (what, type_id) in HUBSPOT_WRITTEN.items():
            names = [doc["name"] for doc in crm["properties"] if doc["object"] == kind]
            for record in crm["records"][kind]:
                if count := _filled(record["properties"], names):
                    url = f"{self._url}{HUBSPOT_RECORD}/{type_id}/{record['id']}"
                    found.append(Written(f"HubSpot {what} {_title(record['properties'])}", count, url))
        return found

    def _get(self, path: str) -> Doc:
        answer = httpx.get(f"{self._url}/_sandbox/{path}", timeout=30, trust_env=False).raise_for_status()
        found: Doc = answer.json()
        return found


def _is_genuine(delivery: Doc) -> bool:
    return not delivery["standard_problem"] and not delivery["own_problem"]


def _payload(message: Doc) -> Doc:
    return (message.get("metadata") or {}).get("event_payload") or {}


def _filled(values: Mapping[str, Any], names: Sequence[str]) -> int:
    return sum(values.get(name) not in (None, False, "", "false") for name in names)


def _title(values: Mapping[str, Any]) -> str:
    person = " ".join(filter(None, (values.get("firstname"), values.get("lastname"))))
    return str(values.get("dealname") or person)
