"""Markers are found where they mean what they say, and nowhere else."""

import pytest

from analysis_core.text.markers import find, without


def _kinds(sentence: str) -> list[str]:
    return [hit.kind for hit in find(sentence)]


@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        ("Um, we can start in June.", "filled_pause"),
        ("It is, you know, a long process.", "filler"),
        ("Let me think.", "planning"),
        ("On Monday, or rather Tuesday.", "self_repair"),
        ("I I want to see it.", "repetition"),
        ("That might slip.", "hedge_modal"),
        ("We will probably renew.", "hedge_adverb"),
        ("I was kind of surprised.", "hedge_degree"),
        ("It costs about 20 thousand.", "hedge_number"),
        ("I think we are fine.", "hedge_stance"),
        ("I'm not really sure.", "uncertainty"),
        ("I\u2019ll get back to you.", "deferral"),
        ("I need to talk to my boss first.", "deferral"),
        ("I'd have to think about it.", "deferral"),
        ("Call me next quarter.", "deferral"),
        ("Just send me some information.", "deferral"),
        ("I will sign it today.", "commitment"),
        ("Send me the contract.", "commitment"),
        ("We will try.", "commitment_tentative"),
        ("I am worried about the price.", "objection"),
        ("That is too expensive.", "objection"),
        ("We're happy with our current vendor.", "objection"),
        ("We already use Salesforce.", "objection"),
        ("It is over our budget.", "objection"),
        ("That's a lot of money.", "objection"),
        ("We are absolutely certain.", "certainty"),
        ("Thank you for joining.", "politeness"),
        ("That makes sense.", "acknowledgement"),
        ("You sent it, right?", "tag_question"),
    ],
)
def test_a_marker_is_found(sentence: str, kind: str) -> None:
    assert kind in _kinds(sentence)


@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        ("What kind of contract is it?", "hedge_degree"),
        ("This is the sort of thing we need.", "hedge_degree"),
        ("That is very kind of you.", "hedge_degree"),
        ("I have to think about it.", "commitment_tentative"),
        ("We start on May 3 and sign in May.", "hedge_modal"),
        ("May I ask something?", "hedge_modal"),
        ("Let us talk about pricing.", "hedge_number"),
        ("I am not worried at all.", "objection"),
        ("That is not a problem.", "objection"),
        ("I will not sign it.", "commitment"),
        ("If I will sign it, who pays?", "commitment"),
        ("I am not certain.", "certainty"),
        ("Uh-huh.", "filled_pause"),
        ("The error was here and her term ended.", "filled_pause"),
        ("He said that that was very very good.", "repetition"),
        ("Do you know the answer?", "filler"),
        ("I was thinking of you.", "hedge_stance"),
    ],
)
def test_another_sense_is_not_a_marker(sentence: str, kind: str) -> None:
    assert kind not in _kinds(sentence)


def test_spans_point_at_the_words_and_name_their_source() -> None:
    sentence = "Well, I think we might wait."

    hits = find(sentence)

    assert [sentence[hit.start : hit.end] for hit in hits] == ["I think", "might"]
    assert all(hit.source.startswith("markers:hedge_") for hit in hits)


def test_a_filled_pause_hides_nothing() -> None:
    sentence = "I will, um, sign, and I was, uh, I was sort of late."

    assert _kinds(sentence) == ["commitment", "filled_pause", "repetition", "filled_pause", "hedge_degree"]


def test_manner_can_be_taken_away_from_what_is_said() -> None:
    said = without("Um, I guess, I am a little worried, you know, about the, uh, price.", ("hesitation", "hedge"))

    assert said == "I am a little worried about the price."


def test_hedges_inside_hedges_hide_nothing() -> None:
    assert _kinds("I do, you know, not know.") == ["uncertainty", "filler"]
    assert _kinds("I was sort somewhat of late.") == ["hedge_degree", "hedge_degree"]
    assert _kinds("We, sort of we.").count("repetition") == 1
