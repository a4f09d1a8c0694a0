"""Emotion labels of other vocabularies in the words of the core.

| In the data | Taken as |
|---|---|
| happy, happiness, hap, joyful | joy |
| angry, ang | anger |
| sad | sadness |
| fearful, afraid, anxiety, anxious | fear |
| disgusted, dis | disgust |
| bored | boredom |
| surprised, pleasant_surprise, ps | surprise |
| neu | neutral |
| calm | calm: one of RAVDESS's eight. `--calm-as-neutral` takes it as neutral |

Everything else keeps its name, and is skipped where the chosen classes or the model lack it. Calm acting is softer and
sadder than neutral acting, and published figures on four classes leave it out: so it is no neutral unless asked for.
"""

_SYNONYMS = {
    "joy": ("happy", "happiness", "hap", "joyful"),
    "anger": ("angry", "ang"),
    "sadness": ("sad",),
    "fear": ("fearful", "afraid", "anxiety", "anxious", "fea"),
    "disgust": ("disgusted", "dis"),
    "boredom": ("bored",),
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


def group(label: str) -> str:
    """Of GoEmotions' 28 labels, the one of Ekman's that its authors count it to (Demszky et al. 2020, appendix)."""
    name = own_name(label)
    return _GROUP.get(name, name)
