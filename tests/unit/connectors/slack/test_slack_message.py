"""The Slack message as data."""

import json
from typing import Any

import cv2
import numpy as np
import pytest

from connectors.base.records import Moment
from connectors.slack.message import blocks_of, revision_text, text_of
from connectors.slack.picture import trend_png
from connectors.slack.sparkline import sparkline
from tests.support.reports import a_report


def _texts(blocks: list[dict[str, Any]]) -> str:
    return json.dumps(blocks, ensure_ascii=False)


def test_the_score_stands_with_its_interval() -> None:
    assert "*Trust Score 72* of 100, between 64 and 80" in _texts(blocks_of(a_report(), {}))


def test_an_abstained_score_gives_its_reason_and_never_a_zero() -> None:
    report = a_report(trust_score=None, trust_interval=None, abstained_reason="Too little speech.")

    blocks = blocks_of(report, {})

    assert blocks[1]["text"]["text"] == "*No Trust Score*\nToo little speech."
    assert "no Trust Score (Too little speech.)" in text_of(report)


def test_text_from_outside_cannot_mention_link_or_break_out() -> None:
    report = a_report(title='<!channel> "quoted" \\ & more', abstained_reason="<@U1>", trust_score=None)

    blocks = blocks_of(report, {})

    assert blocks[0]["text"] == {"type": "plain_text", "emoji": False, "text": '<!channel> "quoted" \\ & more'}
    assert "&lt;@U1&gt;" in blocks[1]["text"]["text"]
    assert text_of(report).startswith('&lt;!channel&gt; "quoted"')


def test_arrows_compare_with_the_revision_before_when_there_was_one() -> None:
    fields = blocks_of(a_report(), {"valence": "0.8", "arousal": "0.51"})[2]["fields"]

    assert [field["text"] for field in fields] == [
        "*Valence*\n▼ 0.61",
        "*Arousal*\n→ 0.50",
        "*Dominance*\n? could not tell",
    ]


def test_the_strongest_moments_stand_in_the_order_of_the_call() -> None:
    text = _texts(blocks_of(a_report(), {}))

    assert text.index("▲ 0:30 Warm opening") < text.index(
        "▼ 10:12 Priya Raman, hesitation: “Hesitated before the price”"
    )


def test_the_message_says_what_the_figures_are_not() -> None:
    assert "They say nothing about whether somebody is right" in _texts(blocks_of(a_report(), {}))


def test_a_picture_of_the_trend_takes_the_place_of_the_drawing_in_text() -> None:
    blocks = blocks_of(a_report(), {}, picture="F0TREND")

    [image] = [block for block in blocks if block["type"] == "image"]
    assert image["slack_file"] == {"id": "F0TREND"}
    assert image["alt_text"] == (
        "Line chart of steadiness over 0:04: it begins at 0.20 and ends at 0.80, "
        "is lowest at 0:00 (0.20) and highest at 0:03 (0.80)."
    )
    assert sparkline(a_report().trend) not in _texts(blocks)


def test_the_thread_hears_what_a_revision_changed() -> None:
    second = a_report(revision=2, trust_score=55.0, trust_interval=None)

    assert revision_text(second, {"trust_score": "72.4"}) == (
        "Revision 2: Trust Score 55, was 72. The message above shows it."
    )
    assert ", was" not in revision_text(second, {"trust_score": "55.0"})


@pytest.mark.parametrize("length", [10, 86, 1800, 3 * 3600])
def test_the_picture_of_a_trend_is_a_png_of_one_size(length: int) -> None:
    trend = tuple(None if second % 7 == 0 else (second % 100) / 100 for second in range(length + 2))

    picture = trend_png(a_report(trend=trend, moments=(Moment(length, "The end", 1.0),)))

    assert picture is not None
    drawn = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_COLOR)
    assert drawn is not None
    assert drawn.shape == (380, 1200, 3)
    assert (drawn < 128).any()


def test_a_trend_of_which_hardly_anything_is_known_is_not_drawn() -> None:
    assert trend_png(a_report(trend=(0.5, None, 0.4))) is None
    assert trend_png(a_report(trend=())) is None


def test_a_report_without_alerts_moments_or_trend_leaves_those_blocks_out() -> None:
    blocks = blocks_of(a_report(alerts=(), moments=(), trend=()), {})

    assert [block["type"] for block in blocks] == ["header", "section", "section", "section", "context"]


def test_long_titles_stay_within_slacks_limit() -> None:
    assert len(blocks_of(a_report(title="x" * 500), {})[0]["text"]["text"]) == 150


def test_the_sparkline_keeps_a_fixed_scale_and_shows_gaps() -> None:
    assert sparkline([0.0, 0.5, 1.0, None]) == "▁▅█·"
    assert sparkline([None, None]) == ""
    assert len(sparkline([0.5] * 1000)) == 24
