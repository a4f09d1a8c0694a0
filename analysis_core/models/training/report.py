"""How good a head is, on speakers and recordings that it was not fitted to."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import recall_score, roc_auc_score

from analysis_core.models.training.fit import PAD, Examples, examples, fit, neutral_mean
from analysis_core.models.training.material import Acted, Float, Talk, Texts
from analysis_core.speech.emotion import Head, judge

FOUR = ("anger", "joy", "neutral", "sadness")
_TEMPERATURES = np.geomspace(0.25, 4, 81)
_CAUTION = 1.5
"""Acted emotions are plainer than real ones, so posteriors are made this much flatter than actors would warrant."""


class LeaveOneSpeakerOut:
    """Heads fitted without one speaker each, and what they say of that speaker."""

    def __init__(self, corpus: Acted, talks: Sequence[Talk]) -> None:
        self._corpus = corpus
        self._heads = {name: _fit(corpus, talks, corpus.speaker != name) for name in np.unique(corpus.speaker).tolist()}

    def recall(self, variant: str | None = None, gender: str | None = None) -> float:
        """Unweighted average recall of the seven emotions."""
        found = self._apply(self._corpus.plain if variant is None else self._corpus.varied[variant])
        kept = np.ones(len(found), bool) if gender is None else self._corpus.gender == gender
        names = np.array(sorted(PAD))[found.argmax(1)]
        return _recall(self._corpus.emotion[kept], names[kept])

    def temperature(self) -> float:
        """The divisor of the scores that makes posteriors honest on unseen speakers, then flattened."""
        shares = self._apply(self._corpus.plain)
        true = np.searchsorted(sorted(PAD), self._corpus.emotion)
        losses = [_log_loss(shares ** (1 / heat), true) for heat in _TEMPERATURES]
        return float(_TEMPERATURES[int(np.argmin(losses))]) * _CAUTION

    def stretch(self) -> Float:
        """What widens predicted valence, arousal and dominance to the targets' spread, (3,)."""
        said = 2 * self._vad() - 1
        targets = np.array([PAD[name] for name in self._corpus.emotion])
        centred, wanted = said - said.mean(0), targets - targets.mean(0)
        return np.asarray((centred * wanted).sum(0) / np.square(centred).sum(0))

    def _apply(self, embeddings: Float) -> Float:
        found = np.zeros((len(embeddings), len(PAD)))
        for own, head in self._by_speaker():
            found[own] = head.posteriors(embeddings[own])
        return found

    def _vad(self) -> Float:
        found = np.zeros((len(self._corpus.plain), 3))
        for own, head in self._by_speaker():
            found[own] = head.vad(self._corpus.plain[own])
        return found

    def _by_speaker(self) -> Iterator[tuple[NDArray[np.bool_], Head]]:
        for name, head in self._heads.items():
            yield self._corpus.speaker == name, head


def other_corpus(head: Head, corpus: Acted) -> float:
    """Unweighted average recall of four emotions on another corpus, each clip by itself."""
    kept = np.isin(corpus.emotion, FOUR)
    columns = [head.classes.index(name) for name in FOUR]
    best = head.posteriors(corpus.plain[kept])[:, columns].argmax(1)
    return _recall(corpus.emotion[kept], np.array(FOUR)[best])


def arousal_auc(head: Head, corpus: Acted) -> float:
    """How well arousal tells strong from normal acting; an actor's clips are taken as one recording."""
    graded = corpus.emotion != "neutral"
    arousal = np.zeros(len(graded))
    for name in np.unique(corpus.speaker):
        own = np.flatnonzero(corpus.speaker == name).tolist()
        voices = [replace(corpus.voices[at], speaker=0) for at in own]
        arousal[own] = [segment.arousal for segment in judge(voices, ["actor"], head)]
    return float(roc_auc_score(corpus.intensity[graded] == "strong", arousal[graded]))


def neutral_share(
    corpus: Acted, talks: Sequence[Talk], name: str, known: bool, temperature: float
) -> tuple[float, int]:
    """The share of a conversational corpus's clean segments heard as neutral, and how many there are.

    `known` says whether other recordings of that corpus were trained on; the recording itself never is.
    `temperature` is the shipped head's: it decides how much the prior for neutral speech counts.
    """
    everyone = np.ones(len(corpus.emotion), bool)
    neutral: list[bool] = []
    for talk in (talk for talk in talks if talk.corpus == name and talk.clean.any()):
        others = [other for other in talks if (other is not talk if known else other.corpus != name)]
        head = replace(_fit(corpus, others, everyone), temperature=temperature)
        shares = head.heard(head.anchored(talk.embeddings, talk.speakers))
        neutral += (shares.argmax(1) == head.classes.index("neutral"))[talk.clean].tolist()
    return float(np.mean(neutral)), len(neutral)


def _fit(corpus: Acted, talks: Sequence[Talk], chosen: NDArray[np.bool_]) -> Head:
    data: Examples = examples(corpus, talks, chosen)
    return fit(data, neutral_mean(corpus, chosen))


def _recall(true: Texts, said: Texts) -> float:
    return float(recall_score(true, said, average="macro"))


def _log_loss(powers: Float, true: NDArray[np.int64]) -> float:
    shares = powers / powers.sum(1, keepdims=True)
    return float(-np.log(shares[np.arange(len(true)), true]).mean())
