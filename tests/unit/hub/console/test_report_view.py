"""How a stored result reads on the meeting page."""

import pytest

from hub.analysis.summaries import summary_below_score
from hub.console.report import fitting

SCORE = "Trust Score 41 of 100 (90 % interval 14 to 65; 50 is the baseline)."
WHY_NOT = "Too short. Too quiet."


@pytest.mark.parametrize(
    ("result", "rest"),
    [
        ({"summary": f"{SCORE} Mostly calm."}, "Mostly calm."),
        ({"summary": f"No Trust Score: {WHY_NOT} 1 alert.", "abstained": {"explanation": WHY_NOT}}, "1 alert."),
        ({"summary": "A calm call."}, "A calm call."),
        ({}, ""),
    ],
)
def test_below_the_score_the_summary_does_not_tell_it_again(result: dict[str, object], rest: str) -> None:
    assert summary_below_score(result) == rest


def test_points_in_tenths_add_up_to_the_score_in_tenths() -> None:
    points = [-4.14, -3.16, -2.05]

    shown = fitting(points, 40.65 - 50)

    assert round(sum(shown), 1) == round(40.65 - 50, 1)
    assert all(abs(before - after) < 0.1 for before, after in zip(points, shown, strict=True))


def test_points_that_never_added_up_are_left_as_they_are() -> None:
    assert fitting([1.04, 2.0], 9.0) == [1.0, 2.0]
