"""Speeches out of lines without times."""

import re
from collections.abc import Sequence

from analysis_core.io.speakers import is_name, may_name, split_speakers

Speech = tuple[str | None, str]
"""Who speaks, where somebody is named, and what is said."""

_ASIDE = re.compile(r"\[[^\]]*\]|\([^)]*\)")
_MOST_LINES_A_NAME = 5
_MOST_WORDS = 5


def joined(split: Sequence[Speech]) -> list[Speech]:
    """Lines as speeches: those without a name go on with what the named one before them began.

    Asides in brackets are nobody's, and neither is what could be somebody's who is named once only.
    """
    speeches: list[Speech] = []
    for speaker, text in split:
        if speaker is None and speeches and speeches[-1][0] and not _ASIDE.fullmatch(text) and not may_name(text):
            name, said = speeches[-1]
            speeches[-1] = (name, f"{said} {text}".strip())
        else:
            speeches.append((speaker, text))
    return speeches


def names_above(lines: Sequence[str]) -> list[Speech]:
    """The speeches of a document whose lines are names, without a colon, and below each what they say; else none.

    First and last names are needed, of people who come back: a word by itself may as well be an answer.
    """
    alone = [line if _stands_alone(line) else None for line in lines]
    names = [name for name in alone if name]
    apart = not any(one and other for one, other in zip(alone, [*alone[1:], "end"], strict=True))
    if not (apart and len(names) > len(set(names)) and len(names) * _MOST_LINES_A_NAME >= len(lines)):
        return []
    if any(speaker for speaker, _ in split_speakers(lines)):
        return []
    return joined([(name, "") if name else (None, line) for name, line in zip(alone, lines, strict=True)])


def _stands_alone(line: str) -> bool:
    return 1 < len(line.split()) <= _MOST_WORDS and line[-1].isalnum() and is_name(line, 1)
