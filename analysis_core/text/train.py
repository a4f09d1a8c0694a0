"""Trains the sentence heads: `python -m analysis_core.text.train DATA`, DATA holding `emobank/` and `goemotions/`.

Ridge regression on EmoBank (Buechel and Hahn 2017, CC BY-SA 4.0) and one logistic regression for each Ekman class on
GoEmotions (Demszky et al. 2020, CC BY 4.0), both on their training splits; regularisation chosen on the development
splits; the test splits are only reported. Same data, same bytes.
"""

import argparse
import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from analysis_core.text.affect import DIMENSIONS, EMOTIONS, Heads
from analysis_core.text.encoder import Features, encode

HOME = Path(__file__).parent / "heads"
_RIDGE = (300.0, 1000.0, 3000.0, 10000.0, 30000.0)
_LOGISTIC = (1e-4, 3e-4, 1e-3, 3e-3)
_THRESHOLDS = np.arange(0.1, 0.9, 0.05)

Matrix = NDArray[np.float64]
Splits = dict[str, tuple[list[str], Matrix]]


@dataclass(frozen=True)
class Scale:
    """Means and spreads of features over the training split."""

    mean: Features
    spread: Features

    def __call__(self, features: Features) -> Matrix:
        """Standardised features."""
        scaled: Matrix = ((features - self.mean) / self.spread).astype(np.float64)
        return scaled

    def folded(self, weights: Matrix, bias: Matrix) -> tuple[Features, Features]:
        """Weights and bias for raw features."""
        raw = weights / self.spread[:, None]
        return raw.astype(np.float32), (bias - self.mean @ raw).astype(np.float32)


def main(arguments: Sequence[str] | None = None) -> None:
    """Train, save the heads and the report beside them."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("data", type=Path)
    parser.add_argument("--to", type=Path, default=HOME)
    chosen = parser.parse_args(arguments)
    vad, vad_bias, vad_report = train_vad(emobank(chosen.data / "emobank" / "emobank.csv"))
    emotion, emotion_bias, emotion_report = train_emotions(goemotions(chosen.data / "goemotions" / "data" / "ekman"))
    save(Heads(vad, vad_bias, emotion, emotion_bias), chosen.to / "sentence_heads.npz")
    report = {"emobank_test": vad_report, "goemotions_ekman_test": emotion_report}
    (chosen.to / "sentence_heads.report.json").write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def save(heads: Heads, path: Path) -> None:
    """Write the heads."""
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(path, **vars(heads))


def emobank(path: Path) -> Splits:
    """Sentences and their three ratings, 1..5, by split."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {
        split: (
            [row["text"] for row in rows if row["split"] == split],
            np.array([[float(row[key]) for key in "VAD"] for row in rows if row["split"] == split]),
        )
        for split in ("train", "dev", "test")
    }


def goemotions(folder: Path) -> Splits:
    """Sentences and which of the seven classes they were given, by split."""
    order = [EMOTIONS.index(name) for name in (folder / "labels.txt").read_text("utf-8").split()]
    splits: Splits = {}
    for split in ("train", "dev", "test"):
        rows = [line.split("\t") for line in (folder / f"{split}.tsv").read_text("utf-8").split("\n") if line]
        labels = np.zeros((len(rows), len(EMOTIONS)))
        for index, row in enumerate(rows):
            labels[index, [order[int(label)] for label in row[1].split(",")]] = 1
        splits[split] = [row[0] for row in rows], labels
    return splits


def train_vad(splits: Splits) -> tuple[Features, Features, dict[str, float]]:
    """Ridge regression towards ratings in spreads; gives weights, bias and Pearson's r on the test split."""
    features = {split: encode(texts) for split, (texts, _) in splits.items()}
    scale = _scale(features["train"])
    middle, spread = splits["train"][1].mean(0), splits["train"][1].std(0)
    target = (splits["train"][1] - middle) / spread
    x, dev = scale(features["train"]), scale(features["dev"])
    gram, cross = x.T @ x, x.T @ target
    solutions = [np.linalg.solve(gram + strength * np.eye(len(gram)), cross) for strength in _RIDGE]
    best = np.argmax([[_r(dev @ w[:, d], splits["dev"][1][:, d]) for w in solutions] for d in range(3)], axis=1)
    weights = np.stack([solutions[choice][:, d] for d, choice in enumerate(best)], axis=1)
    weights /= (x @ weights).std(0)  # regression shrinks towards the middle; spreads should be those of sentences
    test = scale(features["test"]) @ weights
    report = {name: round(_r(test[:, d], splits["test"][1][:, d]), 4) for d, name in enumerate(DIMENSIONS)}
    return *scale.folded(weights, np.zeros(3)), report


def train_emotions(splits: Splits) -> tuple[Features, Features, dict[str, float]]:
    """Logistic regressions; gives weights, bias and F1 on the test split at thresholds from the development split."""
    features = {split: encode(texts) for split, (texts, _) in splits.items()}
    scale = _scale(features["train"])
    x, dev, test = (scale(features[split]).astype(np.float32) for split in ("train", "dev", "test"))
    labels = {split: rows for split, (_, rows) in splits.items()}
    solutions = [_logistic(x, labels["train"], strength) for strength in _LOGISTIC]
    losses = [_loss(dev @ w + b, labels["dev"]) for w, b in solutions]
    weights, bias = solutions[int(np.argmin(losses))]
    thresholds = _thresholds(dev @ weights + bias, labels["dev"])
    report = _f1_report(test @ weights + bias, labels["test"], thresholds)
    return *scale.folded(weights, bias), report


def _scale(features: Features) -> Scale:
    return Scale(features.mean(0), np.maximum(features.std(0), 1e-6))


def _logistic(x: Features, labels: Matrix, strength: float) -> tuple[Matrix, Matrix]:
    """All classes at once, by L-BFGS."""
    classes, width = labels.shape[1], x.shape[1]

    def objective(flat: Matrix) -> tuple[float, Matrix]:
        w, b = flat[:-classes].reshape(width, classes), flat[-classes:]
        logits = (x @ w.astype(np.float32)).astype(np.float64) + b
        error = 1 / (1 + np.exp(-logits)) - labels
        slope = (x.T @ error.astype(np.float32)).astype(np.float64) / len(x) + strength * w
        loss = _loss(logits, labels) * classes + 0.5 * strength * float((w**2).sum())
        return loss, np.concatenate([slope.ravel(), error.mean(0)])

    found = minimize(
        objective, np.zeros(width * classes + classes), jac=True, method="L-BFGS-B", options={"maxiter": 150}
    )
    return found.x[:-classes].reshape(width, classes), found.x[-classes:]


def _loss(logits: Matrix, labels: Matrix) -> float:
    return float((np.logaddexp(0, logits) - labels * logits).mean())


def _thresholds(logits: Matrix, labels: Matrix) -> Matrix:
    likely = 1 / (1 + np.exp(-logits))
    scores = np.array([_f1(likely >= line, labels) for line in _THRESHOLDS])
    chosen: Matrix = _THRESHOLDS[scores.argmax(0)]
    return chosen


def _f1_report(logits: Matrix, labels: Matrix, thresholds: Matrix) -> dict[str, float]:
    scores = _f1(1 / (1 + np.exp(-logits)) >= thresholds, labels)
    rows = {name: round(float(score), 4) for name, score in zip(EMOTIONS, scores, strict=True)}
    return {"macro_f1": round(float(scores.mean()), 4), **rows}


def _f1(said: NDArray[np.bool_], labels: Matrix) -> Matrix:
    hits = (said & (labels > 0)).sum(0)
    f1: Matrix = 2 * hits / np.maximum(said.sum(0) + labels.sum(0), 1)
    return f1


def _r(one: Matrix, other: Matrix) -> float:
    return float(np.corrcoef(one, other)[0, 1])


if __name__ == "__main__":
    main()
