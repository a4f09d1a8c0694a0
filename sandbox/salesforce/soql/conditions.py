"""Whether a row meets a condition."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sandbox.salesforce.errors import SalesforceError
from sandbox.salesforce.fields import Field
from sandbox.salesforce.ids import long_id
from sandbox.salesforce.soql.syntax import Among, Both, Compare, Condition, Either, Literal, Negation

NUMBERS = ("double", "currency", "percent", "int")
MOMENTS = ("date", "datetime")


def holds(condition: Condition, value_of: Callable[[str], Any], field_of: Callable[[str], Field]) -> bool:
    """Whether the row whose values `value_of` gives meets the condition."""
    if isinstance(condition, Both):
        return all(holds(part, value_of, field_of) for part in condition.parts)
    if isinstance(condition, Either):
        return any(holds(part, value_of, field_of) for part in condition.parts)
    if isinstance(condition, Negation):
        return not holds(condition.part, value_of, field_of)
    field = field_of(condition.path)
    value = comparable(field, value_of(condition.path))
    if isinstance(condition, Among):
        return _is_among(condition, field, value) != condition.negated
    return _compares(condition, field, value)


def check_literal(field: Field, literal: Literal) -> None:
    """Raise `SalesforceError` when a field of this type is not compared with such a literal."""
    if literal.value is None:
        return
    bare = field.type == "boolean" or field.type in NUMBERS or field.type in MOMENTS
    if bare == literal.quoted:
        kind, quotes = (field.type, "not be") if bare else ("string", "be")
        message = (
            f"value of filter criterion for field '{field.name}' must be of type {kind} and should {quotes}"
            " enclosed in quotes"
        )
        raise SalesforceError(400, "INVALID_FIELD", message)


def comparable(field: Field, value: Any) -> Any:
    """The value in a form whose order and equality are those of SOQL: text without case, ids in full."""
    if value is None or isinstance(value, bool):
        return value
    if field.type in ("id", "reference"):
        return long_id(str(value))
    if field.type in NUMBERS:
        return float(value)
    if field.type in MOMENTS:
        return _moment(str(value))
    return str(value).lower()


def _is_among(condition: Among, field: Field, value: Any) -> bool:
    choices: Sequence[Literal] = condition.choices if isinstance(condition.choices, tuple) else ()
    return value in [comparable(field, literal.value) for literal in choices]


def _compares(condition: Compare, field: Field, value: Any) -> bool:
    if condition.operator == "like":
        return value is not None and _like(str(condition.literal.value), str(value))
    wanted = comparable(field, condition.literal.value)
    if condition.operator == "=":
        return bool(value == wanted)
    if condition.operator == "!=":
        return bool(value != wanted)
    return value is not None and wanted is not None and _ordered(condition.operator, value, wanted)


def _ordered(operator: str, value: Any, wanted: Any) -> bool:
    if operator == "<":
        return bool(value < wanted)
    if operator == "<=":
        return bool(value <= wanted)
    return bool(value > wanted) if operator == ">" else bool(value >= wanted)


def _like(pattern: str, value: str) -> bool:
    pieces = re.split(r"([%_])", pattern)
    translated = "".join({"%": ".*", "_": "."}.get(piece, re.escape(piece)) for piece in pieces)
    return re.fullmatch(translated, value, re.IGNORECASE | re.DOTALL) is not None


def _moment(text: str) -> datetime:
    named = _named_day(text.lower())
    if named:
        return datetime(named.year, named.month, named.day, tzinfo=UTC)
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _named_day(word: str) -> date | None:
    today = datetime.now(UTC).date()
    if word.startswith("last_n_days:"):
        return today - timedelta(days=int(word.partition(":")[2]))
    return {"today": today, "yesterday": today - timedelta(days=1)}.get(word)
