"""What people read about a result: whole numbers, and moments that say who and why."""

import pytest

from connectors.base.records import Moment
from connectors.base.telling import headline, moment_text
from connectors.zoom.wording import message_of
from tests.support.reports import a_report


def test_the_score_and_its_interval_are_whole_numbers() -> None:
    assert headline(a_report()) == "Trust Score 72 of 100 (between 64 and 80)"
    assert headline(a_report(trust_score=None, abstained_reason="Too short.")) == "No Trust Score: Too short."


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (Moment(43.0, "Maybe later.", -2.1, "Priya Shah", "hedging"), "▼ 0:43 Priya Shah, hedging: “Maybe later.”"),
        (Moment(43.0, "", 1.0, "Priya Shah", "calm"), "▲ 0:43 Priya Shah, calm"),
        (Moment(43.0, "Warm opening", 1.0), "▲ 0:43 Warm opening"),
    ],
)
def test_a_moment_says_who_what_stood_out_and_which_way(moment: Moment, text: str) -> None:
    assert moment_text(moment) == text


def test_the_chat_message_says_what_the_score_is_not() -> None:
    assert "They say nothing about whether somebody is right." in message_of(a_report())
