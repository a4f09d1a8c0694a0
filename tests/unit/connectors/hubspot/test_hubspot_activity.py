"""Logging a call that another process logs at the same moment."""

from collections.abc import Sequence
from typing import Any, cast

import pytest

from connectors.base.errors import RequestRejected
from connectors.base.records import RecordRef
from connectors.hubspot.activity import write_activity
from connectors.hubspot.api import Api, Batch
from tests.support.reports import a_report


class RacedApi:
    """Answers an upsert as HubSpot does when the record appears between its look and its write."""

    def __init__(self, message: str) -> None:
        self._message = message
        self.updated: list[str] = []
        self.linked: list[tuple[str, str]] = []

    def upsert(self, kind: str, inputs: Sequence[dict[str, Any]]) -> Batch:
        return Batch(errors=[{"category": "CONFLICT", "message": self._message, "context": {}}])

    def update(self, kind: str, inputs: Sequence[dict[str, Any]]) -> Batch:
        self.updated += [row["id"] for row in inputs]
        return Batch(results=[{"id": row["id"]} for row in inputs])

    def link(self, kind: str, record_id: str, to_kind: str, ids: Sequence[str]) -> list[RequestRejected]:
        self.linked += [(record_id, other) for other in ids]
        return []


def test_the_call_that_won_the_race_is_updated_and_linked() -> None:
    api = RacedApi("Call already exists. Existing ID: 3401")

    activity = write_activity(cast("Api", api), a_report(), [RecordRef("Contact", "7")])

    assert (activity.ref.id, api.updated, api.linked) == ("3401", ["3401"], [("3401", "7")])


def test_a_conflict_that_names_nobody_is_a_refusal() -> None:
    with pytest.raises(RequestRejected, match="no name"):
        write_activity(cast("Api", RacedApi("no name")), a_report(), [RecordRef("Contact", "7")])
