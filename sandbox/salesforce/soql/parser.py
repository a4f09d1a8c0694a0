"""Reading a query."""

from dataclasses import replace

from sandbox.salesforce.soql.lexer import Token, tokens_of, unquoted
from sandbox.salesforce.soql.syntax import (
    Among,
    Both,
    Compare,
    Condition,
    Either,
    Literal,
    Negation,
    Order,
    Query,
    Selected,
    malformed,
)

COMPARISONS = {"=": "=", "!=": "!=", "<>": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">=", "like": "like"}
CLAUSES = ("where", "order", "limit", "offset", "with", "group", "having", "for", "using", "all")


def parse(text: str) -> Query:
    """The query that a text holds. Raises `SalesforceError` with MALFORMED_QUERY."""
    parser = _Parser(text)
    query = parser.query()
    parser.expect_end()
    return query


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = tokens_of(text)
        self._place = 0

    def query(self) -> Query:
        self._expect("select")
        select = self._selection()
        self._expect("from")
        source = self._name()
        alias = self._alias()
        where = self._disjunction() if self._take("where") else None
        order = self._order() if self._take("order") else ()
        limit = self._count() if self._take("limit") else None
        offset = self._count() if self._take("offset") else 0
        query = Query(source, select, where, order, limit, offset, self._text)
        return query if not alias else _without_alias(query, alias)

    def expect_end(self) -> None:
        if self._next.kind != "end":
            raise self._unexpected()

    @property
    def _next(self) -> Token:
        return self._tokens[self._place]

    def _advance(self) -> Token:
        token = self._next
        self._place += 1
        return token

    def _take(self, word: str) -> bool:
        if self._next.is_word(word):
            self._place += 1
            return True
        return False

    def _expect(self, word: str) -> None:
        if not self._take(word):
            raise self._unexpected()

    def _name(self) -> str:
        if self._next.kind != "word":
            raise self._unexpected()
        return self._advance().text

    def _alias(self) -> str:
        if self._next.kind == "word" and not self._next.is_word(*CLAUSES):
            return self._advance().text
        return ""

    def _selection(self) -> tuple[Selected, ...]:
        if self._next.is_word("count"):
            self._advance()
            self._expect("(")
            self._expect(")")
            return ()
        selected = [self._selected()]
        while self._take(","):
            selected.append(self._selected())
        return tuple(selected)

    def _selected(self) -> Selected:
        column = self._next.column
        if self._take("("):
            child = self.query()
            self._expect(")")
            return Selected(child.source, column, child)
        path = self._name()
        if self._next.is_word("("):
            raise malformed(f"the function {path}() is not supported here")
        return Selected(path, column)

    def _disjunction(self) -> Condition:
        """AND and OR may not be mixed without parentheses, as in real SOQL."""
        parts = [self._unit()]
        if self._next.is_word("and"):
            while self._take("and"):
                parts.append(self._unit())
            return Both(tuple(parts))
        while self._take("or"):
            parts.append(self._unit())
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def _unit(self) -> Condition:
        if self._take("not"):
            return Negation(self._unit())
        if self._take("("):
            inner = self._disjunction()
            self._expect(")")
            return inner
        return self._comparison()

    def _comparison(self) -> Condition:
        column = self._next.column
        path = self._name()
        negated = self._take("not")
        if self._take("in"):
            return Among(path, self._choices(), negated, column)
        operator = COMPARISONS.get(self._next.text.lower())
        if negated or operator is None:
            raise self._unexpected()
        self._advance()
        return Compare(path, operator, self._literal(), column)

    def _choices(self) -> "tuple[Literal, ...] | Query":
        self._expect("(")
        if self._next.is_word("select"):
            inner = self.query()
            self._expect(")")
            return inner
        choices = [self._literal()]
        while self._take(","):
            choices.append(self._literal())
        self._expect(")")
        return tuple(choices)

    def _literal(self) -> Literal:
        token = self._next
        if token.kind not in ("string", "number", "moment", "word"):
            raise self._unexpected()
        self._advance()
        if token.kind == "string":
            return Literal(unquoted(token.text), quoted=True)
        if token.kind == "number":
            return Literal(float(token.text))
        return Literal(_bare_word(token))

    def _order(self) -> tuple[Order, ...]:
        self._expect("by")
        orders = [self._order_part()]
        while self._take(","):
            orders.append(self._order_part())
        return tuple(orders)

    def _order_part(self) -> Order:
        column = self._next.column
        path = self._name()
        descending = self._take("desc")
        if not descending:
            self._take("asc")
        nulls_last = False
        if self._take("nulls"):
            nulls_last = self._next.is_word("last")
            self._advance()
        return Order(path, column, descending, nulls_last)

    def _count(self) -> int:
        token = self._advance()
        if token.kind != "number" or not token.text.isdigit():
            raise malformed(f"unexpected token: {token.text}")
        return int(token.text)

    def _unexpected(self) -> Exception:
        return malformed(f"unexpected token: {self._next.text}")


def _bare_word(token: Token) -> object:
    words: dict[str, object] = {"true": True, "false": False, "null": None}
    text = token.text.lower()
    if token.kind == "word" and text not in words and not text.startswith(("today", "yesterday", "last_n_days:")):
        raise malformed(f"unexpected token: {token.text}")
    return words.get(text, token.text)


def _without_alias(query: Query, alias: str) -> Query:
    """The same query with `alias.` taken off all its paths."""

    def bare(path: str) -> str:
        return path[len(alias) + 1 :] if path.lower().startswith(alias.lower() + ".") else path

    def condition(part: Condition) -> Condition:
        if isinstance(part, Compare | Among):
            return replace(part, path=bare(part.path))
        if isinstance(part, Negation):
            return Negation(condition(part.part))
        return replace(part, parts=tuple(condition(inner) for inner in part.parts))

    return replace(
        query,
        select=tuple(replace(item, path=bare(item.path)) for item in query.select),
        where=condition(query.where) if query.where else None,
        order=tuple(replace(item, path=bare(item.path)) for item in query.order),
    )
