"""Cutting a query into words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sandbox.salesforce.soql.syntax import malformed

TOKEN = re.compile(
    r"""\s*(?:
    (?P<string>'(?:[^'\\]|\\.)*')
  | (?P<moment>\d{4}-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:?\d\d))?)
  | (?P<number>[+-]?\d+(?:\.\d+)?)
  | (?P<word>[A-Za-z_][\w.]*(?::\d+)?)
  | (?P<symbol><=|>=|!=|<>|[=<>(),])
  )""",
    re.VERBOSE,
)
ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}


@dataclass(frozen=True)
class Token:
    """A word with its kind and column, counted from 1."""

    kind: str
    text: str
    column: int

    def is_word(self, *words: str) -> bool:
        """Whether it is one of these keywords or symbols."""
        return self.kind in ("word", "symbol") and self.text.lower() in words


def tokens_of(query: str) -> list[Token]:
    """All words, with an `end` behind the last. Raises `SalesforceError`."""
    return [*_tokens(query.rstrip()), Token("end", "<EOF>", len(query) + 1)]


def _tokens(query: str) -> Iterator[Token]:
    place = 0
    while place < len(query):
        match = TOKEN.match(query, place)
        if match is None or match.lastgroup is None:
            raise malformed(f"unexpected character: {query[place:].strip()[:1]!r} at column {place + 1}")
        yield Token(match.lastgroup, match[match.lastgroup], match.start(match.lastgroup) + 1)
        place = match.end()


def unquoted(text: str) -> str:
    """What a string literal stands for."""
    return re.sub(r"\\(.)", lambda found: ESCAPES.get(found[1], found[1]), text[1:-1], flags=re.DOTALL)
