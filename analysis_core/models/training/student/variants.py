"""Sentences that nobody rated, made of EmoBank's: the teacher says what they convey, so they need not make sense.

Words give way to near ones, which are as often their opposites, and "a good year" becomes "a bad decade". Jiao et al.
2020, "TinyBERT: Distilling BERT for Natural Language Understanding", section 3.3, do the same with GloVe's neighbours.
"""

import re
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float32]
Near = Mapping[str, Sequence[str]]
"""Words by a word that they lie near."""

_NEIGHBOURS = 8
_SHARES = (0.15, 0.3, 0.3, 0.45)
"""Of the words that give way, in one variant each."""
_CUT_SHARE, _CROSSED_SHARE = 0.3, 0.2
_SHORTEST = 8
"""In words: what has no more of them is not cut."""
_SEED = 1
_WORD = re.compile(r"[A-Za-z]+")
_KNOWN = re.compile(r"[a-z]{3,}")


def near(words: Sequence[str], vectors: Float) -> Near:
    """The nearest whole words of each of a vocabulary's; `vectors` (words, width)."""
    chosen = [place for place, word in enumerate(words) if _KNOWN.fullmatch(word)]
    found = (vectors[chosen] - vectors[chosen].mean(0)).astype(np.float64)
    found /= np.linalg.norm(found, axis=1, keepdims=True)
    made: dict[str, Sequence[str]] = {}
    for row, place in enumerate(chosen):
        alike = np.round(found @ found[row], 6)
        others = np.argsort(-alike, kind="stable")
        nearest = others[others != row][:_NEIGHBOURS]
        made[words[place]] = [words[chosen[other]] for other in nearest]
    return made


def variants(sentences: Sequence[str], words: Near) -> list[str]:
    """Six of each sentence: four with other words, one of them cut out of it, and one crossed with another."""
    maker = _Maker(sentences, words)
    made = [maker.reworded(sentence, share) for share in _SHARES for sentence in sentences]
    made += [maker.cut(sentence) for sentence in sentences]
    return made + [maker.crossed(sentence) for sentence in sentences]


class _Maker:
    def __init__(self, sentences: Sequence[str], words: Near) -> None:
        self._sentences = sentences
        self._near = words
        self._chance = np.random.default_rng(_SEED)

    def reworded(self, sentence: str, share: float) -> str:
        return _WORD.sub(lambda match: self._other(match[0], share), sentence)

    def cut(self, sentence: str) -> str:
        words = self.reworded(sentence, _CUT_SHARE).split()
        if len(words) <= _SHORTEST:
            return " ".join(words)
        count = int(self._chance.integers(_SHORTEST // 2, len(words)))
        start = int(self._chance.integers(0, len(words) - count + 1))
        return " ".join(words[start : start + count])

    def crossed(self, sentence: str) -> str:
        first = self.reworded(sentence, _CROSSED_SHARE).split()
        second = self._sentences[int(self._chance.integers(len(self._sentences)))].split()
        return " ".join([*first[: max(3, len(first) // 2)], *second[len(second) // 2 :]])

    def _other(self, word: str, share: float) -> str:
        known = self._near.get(word.lower())
        if known is None or self._chance.random() > share:
            return word
        other = known[int(self._chance.integers(len(known)))]
        return other.capitalize() if word[0].isupper() else other
