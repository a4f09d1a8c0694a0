"""Where a forgotten person's name stands in a result, and where it only looks so."""

from typing import Any

import pytest

from hub.meetings.anonymising import without


def test_a_short_name_leaves_the_words_that_results_are_made_of() -> None:
    result = {"alerts": [{"type": "valence_low", "value": 0.1}], "vad": {"valence": 0.6}, "summary": "al was calm."}

    assert without(result, {"al"}) == {**result, "summary": "Somebody was calm."}


@pytest.mark.parametrize(
    ("text", "names", "told"),
    [
        ("Dana hesitated before ed spoke.", {"ed"}, "Dana hesitated before Somebody spoke."),
        ("Ann Lee and Ann's team", {"Ann", "Ann Lee"}, "Somebody and Somebody's team"),
        ("Will they sign? Grace will.", {"Will"}, "Somebody they sign? Grace will."),
        ("Sent to Ann.Lee@Contoso.example.", {"ann.lee@contoso.example"}, "Sent to Somebody."),
        ("J. (Jo) opened.", {"J. (Jo)"}, "Somebody opened."),
        ("Nobody is named.", set(), "Nobody is named."),
    ],
)
def test_a_text_names_somebody_where_it_named_them(text: str, names: set[str], told: str) -> None:
    assert without(text, names) == told


def test_a_key_that_is_the_name_gives_way_with_what_they_said() -> None:
    result: dict[str, Any] = {
        "by_speaker": {"Ann Lee": 3, "Ann": 1, "Annabel": 2},
        "sentences": [{"speaker": "Ann", "text": "Yes."}, {"speaker": "Annabel", "text": "Ann agrees."}],
    }

    assert without(result, {"Ann"}) == {
        "by_speaker": {"Ann Lee": 3, "Somebody": 1, "Annabel": 2},
        "sentences": [{"speaker": "Annabel", "text": "Somebody agrees."}],
    }
