"""Finds the speaker in front of a line such as `Dana (Acme) | Sales: hello`, without taking sentences for names."""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

_PREFIX = re.compile(
    r"^(?:(?:>{2,}|[-\u2013](?=\s))\s?)?(?P<name>[^:\uff1a\n]{1,80}?)\s{0,9}(?::(?:\s|$)|\uff1a)(?P<text>.*)$",
    re.DOTALL,
)
_ENCLOSED = re.compile(r"^(?:\[(?P<square>[^\[\]]+)\]|<(?P<angle>[^<>]+)>)$")
_PARTICLE = re.compile(
    r"(?:van|von|der|den|del?|della|d[iao]|dos|du|l[ae]|al|el|ibn|bin|bint|abu|ben|te[rn]|zu[mr]?|a[fv]"
    r"|[ye]|and|from|of|the|und|et)",
    re.I,
)
_ABBREVIATION = re.compile(
    r"\b(?:[^\W\d_]|dr|mr|mrs|ms|mx|prof|st|ste|sr|sra|jr|hr|fr|ing|dipl|mag|mme|mlle|rev|hon|sgt|lt|capt|col|gen"
    r"|inc|ltd|co|corp|dept|ext)\.",
    re.I,
)
_SENTENCE = re.compile(r"[.!?;]\s|[!?;,]$|\.{2,}")
_NO_NAME = re.compile(
    r"(?:notes?|warning|example|question|answer|https?|ps|nb|fyi|tldr|re|subject|so|well|and|but|or|now|then|also|yes|no"
    r"|ok|okay|please)",
    re.I,
)
_HEADING = re.compile(
    r"(?:remember|important|attention|reminder|hint|tip|spoiler|update|status|(?:good|bad) news|bottom line"
    r"|prices?|pricing|costs?|budget|total|discount|quantity|deadline|delivery|location|place|(?:start |end )?time"
    r"|(?:meeting )?date|duration|length|agenda|summary|overview|topics?|(?:meeting )?title|meeting(?: id)?|attendees"
    r"|participants|invited|present|absent|organi[sz]er|attachments|(?:recorded|transcribed|created) (?:by|on|at)"
    r"|action items?|next steps?|decisions?|transcript|recording|language|link|url|website|e-?mail|phone|tel|address"
    r"|problem|solution|goals?|reasons?|results?|conclusion|risks?|pros|cons|(?:step|option|point|item) \w{1,3})",
    re.I,
)
"""Names only where they come back: there are people called Price."""
_SMALL = re.compile(
    r"(?:an?|the|and|or|but|so|if|when|while|because|th(?:at|is|ese|ose|ere|an|ey)|here|its?|is|are|was|were|be|at|in|on|for"
    r"|to|as|with|about|after|before|until|by|of|my|our|your|his|her|their|i|we|you|s?he|wh(?:at|ich|o|y|ere)|how|let(?:'s)?"
    r"|not|just)",
    re.I,
)
"""Words that begin or end no name, unless it is written with capitals throughout, as `He Wei` is."""
_MOST_WORDS = 12
_MOST_SMALL_WORDS = 3
_PHONE_DIGITS = 7
_LEAST_NAMED = 0.75


def split_speakers(texts: Sequence[str], of: int | None = None) -> list[tuple[str | None, str]]:
    """For each text its speaker, or None, and what was said.

    A prefix counts as a name when it looks like one, or when it stands before several texts: people speak more
    than once, and a sentence rarely comes back with a colon in the same place. Where most texts have such a prefix,
    the format is one that names everybody, and whatever can be a name is one. `of` is how many texts there are in
    all, where these are only some.
    """
    matches = [_PREFIX.match(text.strip()) for text in texts]
    names = [bare(match["name"]) if match else "" for match in matches]
    seen, everybody = Counter(names), _names_everybody(names, of or sum(bool(text.strip()) for text in texts))
    split: list[tuple[str | None, str]] = []
    for text, match, name in zip(texts, matches, names, strict=True):
        if match and is_name(name, seen[name], everybody=everybody):
            split.append((name, match["text"].strip()))
        else:
            split.append((None, text.strip()))
    return split


def is_name(name: str, times: int, *, everybody: bool = False) -> bool:
    """Whether it looks like a name, or can be one where it stands several times, or where `everybody` is named."""
    if times < 2 and _HEADING.fullmatch(name):
        return False
    return _looks_like_a_name(name) or ((times > 1 or everybody) and _can_be_a_name(name))


def may_name(text: str) -> bool:
    """Whether it begins with a word or two and a colon, which could be somebody for whom nothing else speaks."""
    match = _PREFIX.match(text.strip())
    return match is not None and len(match["name"].split()) < 3 and is_name(match["name"], 1, everybody=True)


def bare(name: str) -> str:
    """The name without the brackets that some formats put around it."""
    match = _ENCLOSED.match(name)
    return (match["square"] or match["angle"]).strip() if match else name


def _names_everybody(names: Sequence[str], texts: int) -> bool:
    able = sum(is_name(name, 1, everybody=True) for name in names)
    return able > 1 and able >= _LEAST_NAMED * texts


def _looks_like_a_name(name: str) -> bool:
    words = name.split()
    return _is_no_sentence(name, words) and _names_somebody(name, words) and all(map(_fits_a_name, words))


def _can_be_a_name(name: str) -> bool:
    words = name.split()
    return _is_no_sentence(name, words) and sum(word[0].islower() for word in words) <= _MOST_SMALL_WORDS


def _is_no_sentence(name: str, words: Sequence[str]) -> bool:
    if not words or len(words) > _MOST_WORDS or _NO_NAME.fullmatch(name):
        return False
    if _SENTENCE.search(_ABBREVIATION.sub("", name)):
        return False
    return all(map(_is_capitalised, words)) or not any(map(_SMALL.fullmatch, (words[0], words[-1])))


def _names_somebody(name: str, words: Sequence[str]) -> bool:
    """A capital, an address, a telephone number or a picture: one of them is needed."""
    if any(_is_capitalised(word) or "@" in word for word in words):
        return True
    digits = sum(character.isdigit() for character in name)
    return digits >= _PHONE_DIGITS or any(unicodedata.category(character) == "So" for character in name)


def _fits_a_name(word: str) -> bool:
    return _is_capitalised(word) or bool(_PARTICLE.fullmatch(word)) or "@" in word or not word[0].isalpha()


def _is_capitalised(word: str) -> bool:
    """True for `Dana`, `(Acme`, `DR`, `iPhone`, and for scripts that know no capitals."""
    letters = [character for character in word if character.isalpha()]
    return bool(letters) and (not letters[0].islower() or any(map(str.isupper, letters)))
