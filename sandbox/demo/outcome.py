"""What stands where in the end, asked from the simulators alone."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx

from sandbox.demo.person import DEAL_ROOM, SUBSCRIBER
from sandbox.kit.clock import parse_iso
from sandbox.kit.store import Doc

COMPLETED = "analysis.completed"
WRITTEN = ("Contact", "Lead", "Opportunity", "Account")


@dataclass(frozen=True)
class Written:
    """A CRM record that holds figures of ours."""

    type: str
    id: str
    name: str
    figures: dict[str, Any]


@dataclass(frozen=True)
class Outcome:
    """Everything that arrived so far. `revision` is that of the newest result announced."""

    records: list[Written] = field(default_factory=list)
    tasks: list[Doc] = field(default_factory=list)
    messages: list[Doc] = field(default_factory=list)
    announcements: list[Doc] = field(default_factory=list)
    unverified: int = 0
    duplicates: int = 0

    @property
    def missing(self) -> list[str]:
        """The places that nothing has reached yet."""
        places = {
            "figures in Salesforce fields": self.records,
            "a Salesforce task": self.tasks,
            "a Slack message": self.messages,
            "a signed webhook": self.announcements,
        }
        return [place for place, found in places.items() if not found]

    @property
    def result(self) -> Doc:
        """The newest result, as the subscriber got it."""
        bodies = [json.loads(delivery["body"]) for delivery in self.announcements]
        data = [body.get("data", body) for body in bodies]
        return max(data, key=lambda each: int(each.get("revision") or 0)) if data else {}


class Observer:
    """Looks at the simulators."""

    def __init__(self, sandbox_url: str) -> None:
        self._url = sandbox_url

    def outcome(self) -> Outcome:
        """What has arrived."""
        crm, slack = self._get("state/salesforce"), self._get("state/slack")
        subscriber = self._get(f"subscriber/{SUBSCRIBER}")
        custom = {(doc["object"], doc["name"]): doc["metadata"]["label"] for doc in crm["custom_fields"]}
        deliveries = subscriber["deliveries"]
        genuine = [d for d in deliveries if not d["standard_problem"] and not d["own_problem"]]
        return Outcome(
            records=[w for kind in WRITTEN for w in _written(kind, crm["records"][kind], custom)],
            tasks=crm["records"]["Task"],
            messages=[message for message in slack["messages"] if message["channel"] == DEAL_ROOM],
            announcements=[d for d in genuine if _type(d["body"]) == COMPLETED],
            unverified=len(deliveries) - len(genuine),
            duplicates=subscriber["duplicates"],
        )

    def play(self, order: Doc) -> Doc:
        """Record and announce a meeting."""
        answer = httpx.post(f"{self._url}/_sandbox/zoom/meetings", json=order, timeout=30, trust_env=False)
        answer.raise_for_status()
        played: Doc = answer.json()
        return played

    def hops(self, meeting: Doc, outcome: Outcome) -> list[tuple[str, float]]:
        """Seconds from the end of the meeting until each thing had happened."""
        end = parse_iso(meeting["end_time"])
        announced = self._announced() or end
        moments = [
            ("announced by Zoom", announced),
            ("recording fetched", self._fetched(meeting, end)),
            ("figures in Salesforce", self._first_write(announced)),
            ("message in Slack", _slack_moment(outcome.messages)),
            ("webhook delivered", _first_at(outcome.announcements)),
        ]
        return [(what, (at - end).total_seconds()) for what, at in moments if at is not None]

    def _announced(self) -> datetime | None:
        attempts = [a for webhook in self._get("state/zoom")["webhooks"] for a in webhook["attempts"]]
        return _first_at(attempts)

    def _fetched(self, meeting: Doc, since: datetime) -> datetime | None:
        media = {f"/zoom-files/{file['id']}" for file in meeting["files"] if file["file_type"] != "TRANSCRIPT"}
        return _first_at([entry for entry in self._log("zoom", since) if entry["path"] in media])

    def _first_write(self, since: datetime) -> datetime | None:
        writes = [e for e in self._log("salesforce", since) if e["method"] in ("POST", "PATCH") and _writes(e["path"])]
        return parse_iso(writes[0]["at"]) if writes else None

    def _log(self, provider: str, since: datetime) -> list[Doc]:
        answer = httpx.get(f"{self._url}/_sandbox/requests", params={"provider": provider}, timeout=30, trust_env=False)
        return [entry for entry in answer.json() if parse_iso(entry["at"]) >= since and entry["status"] < 300]

    def _get(self, path: str) -> Doc:
        answer = httpx.get(f"{self._url}/_sandbox/{path}", timeout=30, trust_env=False).raise_for_status()
        found: Doc = answer.json()
        return found


def _written(kind: str, records: list[Doc], custom: dict[tuple[str, str], str]) -> list[Written]:
    found = []
    for record in records:
        figures = {
            label: record[name]
            for (owner, name), label in custom.items()
            if owner == kind and record.get(name) is not None and record.get(name) is not False
        }
        if figures:
            found.append(Written(kind, record["Id"], record.get("Name") or record["Id"], figures))
    return found


def _writes(path: str) -> bool:
    return "/sobjects/" in path or path.endswith(("/composite", "/sobjects"))


def _slack_moment(messages: list[Doc]) -> datetime | None:
    return datetime.fromtimestamp(float(messages[0]["ts"]), UTC) if messages else None


def _first_at(docs: list[Doc]) -> datetime | None:
    return min((parse_iso(doc["at"]) for doc in docs), default=None)


def _type(body: str) -> str:
    parsed = json.loads(body)
    return str(parsed.get("type") or parsed.get("event") or "")
