"""Logs hold ids and facts, never people or secrets."""

import pytest

from hub.kit.logging import redact


@pytest.mark.parametrize(
    "name", ["access_token", "client_secret", "password", "Authorization", "host_email", "body", "cookie"]
)
def test_values_with_telling_names_are_blanked(name: str) -> None:
    assert redact(None, "info", {name: "x", "meeting_id": "mtg_1"}) == {name: "[redacted]", "meeting_id": "mtg_1"}
