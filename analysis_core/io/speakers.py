"""Finds the speaker in front of a line such as `Dana (Acme) | Sales: hello`, without taking sentences for names."""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

_PREFIX = re.compile(r"^\s*(?P<name>[^:\n]{1,80}?)\s*:(?:\s+|$)(?P<text>.*)$", re.DOTALL)
_PARTICLE = re.compile(r"(?:van|von|der|den|del?|della|d[iao]|dos|du|l[ae]|al|el|i?bin|ben|te[rn]|[ye]|and|from)", re.I)
_SENTENCE = re.compile(r"[.!?;]\s|[!?;,]$|\.{2,}")
_NO_NAME = re.compile(r"(?:notes?|warning|example|question|answer|https?|ps|nb|fyi|tldr|re|subject|so|well)", re.I)
_MOST_WORDS = 8
_PHONE_DIGITS = 7


def split_speakers(texts: Sequence[str]) -> list[tuple[str | None, str]]:
    """For each text its speaker, or None, and what was said.

    A prefix counts as a name when it looks like one, or when it stands before several texts: people speak more
    than once, and a sentence rarely comes back with a colon in the same place.
    """
    matches = [_PREFIX.match(text) for text in texts]
    seen = Counter(match["name"] for match in matches if match)
    split: list[tuple[str | None, str]] = []
    for text, match in zip(texts, matches, strict=True):
        if match and (_looks_like_a_name(match["name"]) or _comes_back(match["name"], seen)):
            split.append((match["name"], match["text"].strip()))
        else:
            split.append((None, text.strip()))
    return split


def _comes_back(name: str, seen: Counter[str]) -> bool:
    return seen[name] >= 2 and len(name.split()) <= _MOST_WORDS and _NO_NAME.fullmatch(name) is None


def _looks_like_a_name(name: str) -> bool:
    words = name.split()
    if not words or len(words) > _MOST_WORDS or _NO_NAME.fullmatch(name):
        return False
    if _SENTENCE.search(name):
        return False
    return _names_somebody(name, words) and all(_fits_a_name(word) for word in words)


def _names_somebody(name: str, words: list[str]) -> bool:
    """A capital, an address, a telephone number or a picture: one of them is needed."""
    if any(_is_capitalised(word) or "@" in word for word in words):
        return True
    digits = sum(character.isdigit() for character in name)
    return digits >= _PHONE_DIGITS or any(unicodedata.category(character) == "So" for character in name)


def _fits_a_name(word: str) -> bool:
    return _is_capitalised(word) or bool(_PARTICLE.fullmatch(word)) or "@" in word or not word[0].isalpha()


def _is_capitalised(word: str) -> bool:
    """True for `Dana`, `(Acme`, `DR`, and for scripts that know no capitals."""
    letters = [character for character in word if character.isalpha()]
    return bool(letters) and not letters[0].islower()
