"""The Trust Score with its interval, and when there is none."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis_core.fusion.credibility import Credibility
from analysis_core.fusion.inputs import Values
from analysis_core.fusion.table import SIGNALS, table


@dataclass(frozen=True)
class Score:
    """`value` 0..100 and its 90 % interval, or None and the reason."""

    value: float | None
    interval: tuple[float, float] | None
    reason: str | None = None
    explanation: str | None = None


def abstains(talk_s: float, observed: dict[str, float], only_words: bool, nobody: bool) -> Score | None:
    """A score without a value when there is too little to go by.

    `observed` gives for each signal the share of the speech in which it was seen, 0..1.
    """
    rule = table().raw["abstain"]
    if nobody:
        return Score(None, None, "nobody_observed", "None of the people to be observed speaks in this recording.")
    if talk_s < rule["speech_s"]:
        heard = f"Only {talk_s:.0f} s of observed speech" if talk_s >= 1 else "No observed speech was found"
        text = f"{heard}; at least {rule['speech_s']:.0f} s are needed."
        return Score(None, None, "too_little_speech", text)
    if only_words:
        return Score(None, None, "words_only", "Only words were available; a score needs the voice or the face.")
    if sum(observed[name] >= rule["signal_share"] for name in SIGNALS) < rule["signals"]:
        return Score(None, None, "poor_coverage", "Too little of the speech could be observed to give a score.")
    return None


def score(rows: Sequence[Credibility], seen: float) -> Score:
    """The speech-weighted mean of what each second is worth, times 100.

    `seen` is the share of the five signals that was observed, 0..1: what was not seen widens the interval.
    """
    worth = np.concatenate([row.worth[row.talk > 0] for row in rows])
    talk = np.concatenate([row.talk[row.talk > 0] for row in rows])
    value = round(float(100.0 * np.average(worth, weights=talk)), 2)
    return Score(value, _interval(worth, talk, value, seen))


def _interval(worth: Values, talk: Values, value: float, seen: float) -> tuple[float, float]:
    """90 %, from a bootstrap over blocks of neighbouring seconds, since they resemble each other."""
    rule = table().raw["bootstrap"]
    blocks = np.array_split(np.arange(len(worth)), max(1, round(len(worth) / rule["block_s"])))
    sums = np.array([[(worth[b] * talk[b]).sum(), talk[b].sum()] for b in blocks])
    draws = np.random.default_rng(rule["seed"]).integers(0, len(blocks), (rule["draws"], len(blocks)))
    totals = sums[draws].sum(1)
    low, high = np.percentile(100.0 * totals[:, 0] / totals[:, 1], [5, 95])
    widen = _few(len(blocks)) / np.sqrt(max(seen, 0.2))
    least = rule["least_half_width"] * widen
    low, high = value - max((value - low) * widen, least), value + max((high - value) * widen, least)
    return round(max(0.0, float(low)), 2), round(min(100.0, float(high)), 2)


def _few(blocks: int) -> float:
    """How much wider Student's t is than the normal distribution at 95 %, within 2 %: few blocks know little."""
    freedom = max(1, blocks - 1)
    return float(1.0 + 1.2 / freedom + 1.64 / freedom**3)
