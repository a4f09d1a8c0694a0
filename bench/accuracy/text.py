"""Words: EmoBank's and GoEmotions' official test splits, by the code of `hub evaluate text`."""

from bench.accuracy import markers
from bench.figures import Figures
from bench.sources import Sources
from hub.evaluation import sentences, text

_QUICK = 150
_TUNING = 2000
"""Development comments that lines are drawn on; reading all five thousand takes a minute longer."""


def measure(figures: Figures, data: Sources, quick: bool) -> None:
    """Pearson's r of three ratings, and F1 with lines drawn on the development split."""
    most = _QUICK if quick else None
    rated = sentences.read(data.text / "emobank" / "emobank.csv", "test")[:most]
    found = text.evaluate(rated, _nobody)
    for letter in "vad":
        figures.add(f"text.emobank_r_{letter}", found[f"r_{letter}"])
    figures.add("text.emobank_n", found["n"])
    folder = data.text / "goemotions" / "data" / "ekman"
    labelled, tuning = sentences.read(folder / "test.tsv")[:most], sentences.read(folder / "dev.tsv")[: most or _TUNING]
    found = text.evaluate(labelled, _nobody, tuning)
    figures.add("text.ekman_macro_f1", found["macro_f1"])
    for name, score in found["f1"].items():
        figures.add(f"text.ekman_f1_{name}", score)
    figures.add("text.ekman_n", found["n"])
    markers.measure(figures, data)


def _nobody(_share: float) -> None:
    """Nobody waits for progress here."""
