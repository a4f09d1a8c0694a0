"""Tells English from other languages: our list of markers is English, and silence is better than wrong counts."""

from analysis_core.text.markers import function_words
from analysis_core.text.sentences import WORD

_LEAST_SHARE = 0.15
_ENOUGH_WORDS = 12
_READ_CHARACTERS = 20_000


def is_english(text: str) -> bool:
    """True when enough of the words are English function words; short texts get the benefit of the doubt."""
    words = [word.casefold() for word in WORD.findall(text[:_READ_CHARACTERS])]
    if len(words) < _ENOUGH_WORDS:
        return True
    return sum(word in function_words() for word in words) / len(words) >= _LEAST_SHARE
