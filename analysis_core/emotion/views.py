"""4, 5, 7, 8 and 14 emotions out of the seven that the voice is judged by. Version `emotion-views-1`.

Each of the seven gives all it has to one or several names of the vocabulary, so shares always add up to 1. Where it
gives to several, arousal, valence and dominance decide how much: `ramp` is 0 up to its first bound, 1 from its second,
and straight in between. Names that no model was trained on are `derived`: they say where in that space the voice lies,
and were never measured against people's judgement.

`docs/emotions.md` has the whole table. Where a vocabulary has no name for what was heard, the rest is scaled up.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

VERSION = "emotion-views-1"


@dataclass(frozen=True)
class Place:
    """Valence, arousal and dominance, 0..1 with 0.5 for neutral."""

    valence: float = 0.5
    arousal: float = 0.5
    dominance: float = 0.5


@dataclass(frozen=True)
class EmotionView:
    """`shares` add up to 1, in the vocabulary's order; `emotion` has the largest, which is `confidence`.

    `derived` names follow from rules on valence, arousal and dominance and not from a trained class.
    """

    emotion: str
    confidence: float
    shares: Mapping[str, float]
    derived: tuple[str, ...]


Split = Callable[[Place], Mapping[str, float]]
"""What one of the seven gives to the names of a vocabulary; adds up to 1, or is empty."""


def ramp(value: float, low: float, high: float) -> float:
    """0 up to `low`, 1 from `high`, straight in between."""
    return min(1.0, max(0.0, (value - low) / (high - low)))


def _all(name: str) -> Split:
    return lambda _: {name: 1.0}


def _none(_: Place) -> Mapping[str, float]:
    return {}


def _anger(at: Place) -> Mapping[str, float]:
    loud = ramp(at.arousal, 0.45, 0.75)
    return {"angry": loud, "frustrated": 1 - loud}


def _joy(at: Place) -> Mapping[str, float]:
    excited, content = ramp(at.arousal, 0.6, 0.9), ramp(1 - at.arousal, 0.5, 0.8)
    rest = 1 - excited - content
    return {"excited": excited, "content": content, "happy": 0.75 * rest, "amused": 0.25 * rest}


def _neutral(at: Place) -> Mapping[str, float]:
    lost = 0.5 * ramp(1 - at.dominance, 0.55, 0.85)
    return {"neutral": 1 - lost, "confused": lost}


def _fear(at: Place) -> Mapping[str, float]:
    surprised = 0.5 * ramp(at.valence, 0.5, 0.8)
    loud = ramp(at.arousal, 0.5, 0.8)
    return {"surprised": surprised, "fearful": (1 - surprised) * loud, "anxious": (1 - surprised) * (1 - loud)}


def _disgust(at: Place) -> Mapping[str, float]:
    above = ramp(at.dominance, 0.55, 0.85)
    return {"disgusted": 1 - above, "contempt": above}


def _joy8(at: Place) -> Mapping[str, float]:
    surprised = 0.25 * ramp(at.arousal, 0.6, 0.9)
    return {"happy": 1 - surprised, "surprised": surprised}


def _neutral8(at: Place) -> Mapping[str, float]:
    calm = ramp(1 - at.arousal, 0.5, 0.8)
    return {"neutral": 1 - calm, "calm": calm}


def _fear8(at: Place) -> Mapping[str, float]:
    surprised = 0.5 * ramp(at.valence, 0.5, 0.8)
    return {"fearful": 1 - surprised, "surprised": surprised}


@dataclass(frozen=True)
class _Vocabulary:
    names: tuple[str, ...]
    derived: tuple[str, ...]
    splits: Mapping[str, Split]


_FOUR: Mapping[str, Split] = {
    "anger": _all("angry"),
    "joy": _all("happy"),
    "sadness": _all("sad"),
    "neutral": _all("neutral"),
    "boredom": _all("neutral"),
    "fear": _none,
    "disgust": _none,
}
_FIVE: Mapping[str, Split] = {**_FOUR, "fear": _all("nervous")}
_SEVEN: Mapping[str, Split] = {**_FIVE, "boredom": _all("sleepy"), "disgust": _all("disgusted")}
_EIGHT: Mapping[str, Split] = {
    **_FOUR,
    "joy": _joy8,
    "neutral": _neutral8,
    "boredom": _all("calm"),
    "fear": _fear8,
    "disgust": _all("disgust"),
}
_FOURTEEN: Mapping[str, Split] = {
    "anger": _anger,
    "joy": _joy,
    "sadness": _all("sad"),
    "neutral": _neutral,
    "boredom": _all("neutral"),
    "fear": _fear,
    "disgust": _disgust,
}

_VOCABULARIES: Mapping[int, _Vocabulary] = {
    4: _Vocabulary(("angry", "happy", "neutral", "sad"), (), _FOUR),
    5: _Vocabulary(("angry", "happy", "nervous", "neutral", "sad"), (), _FIVE),
    7: _Vocabulary(("angry", "disgusted", "happy", "nervous", "neutral", "sad", "sleepy"), (), _SEVEN),
    8: _Vocabulary(
        ("neutral", "calm", "happy", "sad", "angry", "fearful", "disgust", "surprised"), ("calm", "surprised"), _EIGHT
    ),
    14: _Vocabulary(
        (
            "neutral", "happy", "sad", "angry", "fearful", "disgusted", "surprised", "contempt", "anxious", "confused",
            "excited", "amused", "content", "frustrated",
        ),
        ("surprised", "contempt", "anxious", "confused", "excited", "amused", "content", "frustrated"),
        _FOURTEEN,
    ),
}  # fmt: skip

SIZES = tuple(_VOCABULARIES)
"""How many emotions a vocabulary can have."""


def view(heard: Mapping[str, float], at: Place, size: int) -> EmotionView:
    """The seven shares in `heard` told in the vocabulary of `size` emotions.

    Raises `ValueError` for another size than those in `SIZES`.
    """
    if size not in _VOCABULARIES:
        raise ValueError(f"there is no vocabulary of {size} emotions, only of {', '.join(map(str, SIZES))}")
    vocabulary = _VOCABULARIES[size]
    shares = dict.fromkeys(vocabulary.names, 0.0)
    for source, share in heard.items():
        for name, part in vocabulary.splits[source](at).items():
            shares[name] += share * part
    whole = sum(shares.values())
    if whole <= 0:
        return _unnamed(vocabulary)
    shares = {name: share / whole for name, share in shares.items()}
    main = max(shares, key=lambda name: shares[name])
    return EmotionView(main, shares[main], shares, vocabulary.derived)


def _unnamed(vocabulary: _Vocabulary) -> EmotionView:
    """All that was heard is something the vocabulary has no name for: nothing is more likely than anything else."""
    even = 1 / len(vocabulary.names)
    return EmotionView("neutral", even, dict.fromkeys(vocabulary.names, even), vocabulary.derived)
