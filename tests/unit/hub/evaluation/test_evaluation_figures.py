import numpy as np
import pytest
from sklearn.metrics import f1_score, recall_score, roc_auc_score

from hub.evaluation import statistics
from hub.evaluation.labels import CLASSES, group, own_name

RANDOM = np.random.default_rng(7)
TRUE = RANDOM.choice(["anger", "joy", "neutral"], 200, p=[0.6, 0.1, 0.3])
SAID = np.where(RANDOM.random(200) < 0.6, TRUE, RANDOM.choice(["anger", "joy", "sadness"], 200))


def test_recall_counts_every_label_the_same() -> None:
    expected = recall_score(TRUE, SAID, average="macro", labels=["anger", "joy", "neutral"])

    assert statistics.unweighted_recall(TRUE, SAID) == pytest.approx(expected)
    assert np.mean(list(statistics.recalls(TRUE, SAID).values())) == pytest.approx(expected)


def test_a_confusion_table_holds_every_item_once() -> None:
    counts = statistics.confusion(TRUE, SAID, ["anger", "joy", "neutral", "sadness"])

    assert sum(sum(row.values()) for row in counts.values()) == len(TRUE)
    assert counts["joy"]["anger"] == int(np.sum((TRUE == "joy") & (SAID == "anger")))


def test_area_under_the_curve_and_f1_are_the_usual_ones() -> None:
    positive, values = RANDOM.random(80) < 0.4, np.round(RANDOM.random(80), 1)
    true, said = RANDOM.random((90, 3)) < 0.3, RANDOM.random((90, 3)) < 0.4

    assert statistics.area_under_curve(positive, values) == pytest.approx(roc_auc_score(positive, values))
    assert statistics.f1(true, said) == pytest.approx(f1_score(true, said, average=None))


def test_what_cannot_be_computed_is_not_given_as_a_number() -> None:
    assert statistics.number(statistics.correlation(np.ones(5), np.arange(5.0))) is None
    assert statistics.number(statistics.area_under_curve(np.ones(3, bool), np.arange(3.0))) is None
    assert np.isnan(statistics.f1(np.zeros((4, 1), bool), np.ones((4, 1), bool))[0])


def test_speakers_are_drawn_whole_so_that_few_speakers_give_wide_intervals() -> None:
    speakers = np.repeat(["a", "b", "c", "d"], 50)
    values = np.repeat([0.2, 0.4, 0.6, 0.8], 50)

    by_speaker = statistics.interval(lambda rows: float(values[rows].mean()), statistics.grouped(speakers.tolist()))
    by_clip = statistics.interval(lambda rows: float(values[rows].mean()), statistics.grouped([""] * 200))

    assert by_speaker is not None
    assert by_clip is not None
    assert by_speaker[1] - by_speaker[0] > 4 * (by_clip[1] - by_clip[0])
    assert by_clip[0] < 0.5 < by_clip[1]


def test_the_same_data_gives_the_same_interval_and_a_single_item_none() -> None:
    groups = statistics.grouped([""] * 30)
    values = RANDOM.random(30)

    one, two = (statistics.interval(lambda rows: float(values[rows].mean()), groups) for _ in range(2))

    assert one == two
    assert statistics.interval(lambda rows: float(values[rows].mean()), groups[:1]) is None


def test_labels_of_other_vocabularies_mean_the_same() -> None:
    words = ("Happy", "scared", "ANG", "pleasant surprise", "bored", "neu", "sorrow", "DIS")
    assert [own_name(word) for word in words] == [
        "joy", "fear", "anger", "surprise", "boredom", "neutral", "sadness", "disgust",
    ]  # fmt: skip
    assert own_name("contempt") == "contempt"
    assert [group(word) for word in ("gratitude", "remorse", "curiosity", "annoyance")] == [
        "joy", "sadness", "surprise", "anger",
    ]  # fmt: skip


def test_calm_is_neutral_only_when_asked_for() -> None:
    assert own_name("calm") == "calm"
    assert own_name("calm", calm_as_neutral=True) == "neutral"
    assert {size: len(names) for size, names in CLASSES.items()} == {4: 4, 7: 7, 8: 8}
