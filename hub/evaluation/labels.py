"""Emotion labels of other vocabularies in the words of the core.

| In the data | Taken as |
|---|---|
| happy, happiness, hap, joyful, joyous, cheerful, Freude | joy |
| angry, ang, rage, furious, Wut, Ärger | anger |
| sad, sorrow, sorrowful, unhappy, Trauer | sadness |
| fearful, afraid, scared, frightened, terrified, anxiety, anxious, fea, Angst | fear |
| disgusted, dis, Ekel | disgust |
| bored, Langeweile | boredom |
| surprised, pleasant_surprise, ps, sur | surprise |
| neu | neutral |
| calm | calm: one of RAVDESS's eight. `--calm-as-neutral` takes it as neutral |

Where all labels are RAVDESS's numbers, or EmoDB's letters, they mean what they mean there. Everything else keeps its
name, and is skipped where the chosen classes or the model lack it. Calm acting is softer and sadder than neutral
acting, and published figures on four classes leave it out: so it is no neutral unless asked for.
"""

from collections.abc import Collection

_SYNONYMS = {
    "joy": ("happy", "happiness", "hap", "joyful", "joyous", "cheerful", "freude"),
    "anger": ("angry", "ang", "rage", "furious", "wut", "ärger"),
    "sadness": ("sad", "sorrow", "sorrowful", "unhappy", "trauer"),
    "fear": ("fearful", "afraid", "scared", "frightened", "terrified", "anxiety", "anxious", "fea", "angst"),
    "disgust": ("disgusted", "dis", "ekel"),
    "boredom": ("bored", "langeweile"),
    "surprise": ("surprised", "pleasant_surprise", "ps", "sur"),
    "neutral": ("neu",),
}
_OWN_NAME = {word: name for name, words in _SYNONYMS.items() for word in words}

CLASSES = {
    4: ("anger", "joy", "neutral", "sadness"),
    7: ("anger", "boredom", "disgust", "fear", "joy", "neutral", "sadness"),
    8: ("anger", "calm", "disgust", "fear", "joy", "neutral", "sadness", "surprise"),
}
"""What can be asked for: the four that most corpora share, EmoDB's seven, RAVDESS's eight."""


def own_name(label: str, calm_as_neutral: bool = False) -> str:
    """The core's word for a label; one that it does not know stays as it is."""
    word = label.strip().lower().replace(" ", "_").replace("-", "_")
    return "neutral" if word == "calm" and calm_as_neutral else _OWN_NAME.get(word, word)


_RAVDESS = ("neutral", "calm", "joy", "sadness", "anger", "fear", "disgust", "surprise")
_CODES = (
    {str(number): name for number, name in enumerate(_RAVDESS, 1)},
    {"W": "anger", "L": "boredom", "E": "disgust", "A": "fear", "F": "joy", "T": "sadness", "N": "neutral"},
)
"""The numbers of RAVDESS, from 1 or 01 on, and the letters of EmoDB."""
_LEAST_CODES = 3


def spelled_out(labels: Collection[str]) -> dict[str, str]:
    """What each code means where all labels are codes of one corpus and enough differ to tell; else nothing."""
    keys = {label: label.strip().upper().removeprefix("0") for label in labels}
    for codes in _CODES:
        if len(set(keys.values())) >= _LEAST_CODES and codes.keys() >= set(keys.values()):
            return {label: codes[key] for label, key in keys.items()}
    return {}


_GROUPS = {
    "anger": ("annoyance", "disapproval"),
    "fear": ("nervousness",),
    "joy": (
        "admiration", "amusement", "approval", "caring", "desire", "excitement", "gratitude", "love", "optimism",
        "pride", "relief",
    ),
    "sadness": ("disappointment", "embarrassment", "grief", "remorse"),
    "surprise": ("confusion", "curiosity", "realization"),
}  # fmt: skip
_GROUP = {fine: coarse for coarse, words in _GROUPS.items() for fine in words}

KNOWN = frozenset(_SYNONYMS)
"""Every emotion that labels are taken as."""


def group(label: str) -> str:
    """Of GoEmotions' 28 labels, the one of Ekman's that its authors count it to (Demszky et al. 2020, appendix)."""
    name = own_name(label)
    return _GROUP.get(name, name)
