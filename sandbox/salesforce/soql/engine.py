"""Answering a query."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from sandbox.kit.store import Doc
from sandbox.salesforce.errors import SalesforceError
from sandbox.salesforce.fields import Field
from sandbox.salesforce.soql.conditions import check_literal, comparable, holds
from sandbox.salesforce.soql.parser import parse
from sandbox.salesforce.soql.syntax import Among, Compare, Condition, Literal, Negation, Query, Selected
from sandbox.salesforce.soql.tables import Table, Tables

POLYMORPHIC = {
    "name": Field("Name"),
    "type": Field("Type"),
    "id": Field("Id", "id"),
    "email": Field("Email", "email"),
}


class Engine:
    """Runs queries on tables. `version` goes into the records' addresses."""

    def __init__(self, tables: Tables, version: str) -> None:
        self._tables = tables
        self._version = version

    def run(self, text: str) -> tuple[int, list[Doc]]:
        """How many rows match, and the selected part of each. Raises `SalesforceError`."""
        query = parse(text)
        table = self._table(query.source)
        rows = self.matching(query, table)
        if not query.select:
            return len(rows), []
        return len(rows), [self._row(table, row, query.select) for row in rows]

    def matching(self, query: Query, table: Table) -> list[Doc]:
        """The rows that a query is about, in order."""
        self._check(query, table)
        where = self._resolved(query.where) if query.where else None
        rows = [row for row in table.rows() if where is None or self._meets(table, row, where)]
        for order in reversed(query.order):
            field = self.field(table, order.path)
            none_last = order.nulls_last != order.descending
            rows.sort(
                key=lambda row: self._sort_key(table, row, order.path, field, none_last), reverse=order.descending
            )
        end = None if query.limit is None else query.offset + query.limit
        return rows[query.offset : end]

    def field(self, table: Table, path: str) -> Field:
        """The field at the end of a path. Raises `SalesforceError`."""
        head, _, rest = path.partition(".")
        if not rest:
            if head.lower() not in table.fields:
                raise KeyError(head)
            return table.fields[head.lower()]
        link = _link(table, head)
        if link is None:
            raise LookupError(head)
        if len(link.reference_to) > 1:
            return POLYMORPHIC[rest.lower()]
        target = self._tables.table(link.reference_to[0])
        if target is None:
            raise LookupError(head)
        return self.field(target, rest)

    def value(self, table: Table, row: Doc, path: str) -> Any:
        """What a row holds at a path; None where a reference is empty."""
        head, _, rest = path.partition(".")
        if not rest:
            return row.get(table.fields[head.lower()].name)
        target = self._target(table, row, head)
        if target is None:
            return None
        if rest.lower() == "type" and "type" not in target[0].fields:
            return target[0].name
        return self.value(target[0], target[1], rest) if _knows(target[0], rest) else None

    def _target(self, table: Table, row: Doc, relationship: str) -> tuple[Table, Doc] | None:
        link = _link(table, relationship)
        reference = row.get(link.name) if link else None
        return self._tables.follow(str(reference)) if reference else None

    def _table(self, name: str) -> Table:
        table = self._tables.table(name)
        if table is None:
            message = (
                f"\nFROM {name}\n     ^\nERROR at Row:1:Column:6\nsObject type '{name}' is not supported. If you are"
                " attempting to use a custom object, be sure to append the '__c' after the entity name. Please"
                " reference your WSDL or the describe call for the appropriate names."
            )
            raise SalesforceError(400, "INVALID_TYPE", message)
        return table

    def _check(self, query: Query, table: Table) -> None:
        for item in query.select:
            if item.child is None:
                self._checked_field(query, table, item.path, item.column)
        for order in query.order:
            self._checked_field(query, table, order.path, order.column)
        for part in _comparisons(query.where):
            self._check_filter(query, table, part)

    def _check_filter(self, query: Query, table: Table, part: Compare | Among) -> None:
        field = self._checked_field(query, table, part.path, part.column)
        if field.is_long_text:
            message = f"field '{field.name}' can not be filtered in a query call"
            raise SalesforceError(400, "INVALID_FIELD", message)
        literals = (part.literal,) if isinstance(part, Compare) else part.choices
        for literal in literals if isinstance(literals, tuple) else ():
            check_literal(field, literal)

    def _checked_field(self, query: Query, table: Table, path: str, column: int) -> Field:
        try:
            return self.field(table, path)
        except KeyError as error:
            head, entity = str(error.args[0]), table.name
            problem = (
                f"No such column '{head}' on entity '{entity}'. If you are attempting to use a custom field, be sure to"
                " append the '__c' after the custom field name. Please reference your WSDL or the describe call for"
                " the appropriate names."
            )
        except LookupError as error:
            problem = f"Didn't understand relationship '{error.args[0]}' in field path."
        pointer = f"\n{query.text}\n{' ' * (column - 1)}^\nERROR at Row:1:Column:{column}\n"
        raise SalesforceError(400, "INVALID_FIELD", pointer + problem)

    def _resolved(self, condition: Condition) -> Condition:
        if isinstance(condition, Compare):
            return condition
        if isinstance(condition, Among):
            return self._resolved_choices(condition)
        if isinstance(condition, Negation):
            return Negation(self._resolved(condition.part))
        return replace(condition, parts=tuple(self._resolved(part) for part in condition.parts))

    def _resolved_choices(self, condition: Among) -> Among:
        inner = condition.choices
        if isinstance(inner, tuple):
            return condition
        table = self._table(inner.source)
        path = inner.select[0].path
        values = (self.value(table, row, path) for row in self.matching(inner, table))
        return replace(condition, choices=tuple(Literal(value, quoted=True) for value in values))

    def _meets(self, table: Table, row: Doc, where: Condition) -> bool:
        return holds(where, lambda path: self.value(table, row, path), lambda path: self.field(table, path))

    def _sort_key(self, table: Table, row: Doc, path: str, field: Field, none_last: bool) -> tuple[bool, Any]:
        value = comparable(field, self.value(table, row, path))
        return ((value is None) == none_last, "" if value is None else value)

    def _row(self, table: Table, row: Doc, select: tuple[Selected, ...]) -> Doc:
        given: Doc = {"attributes": self._attributes(table, row)}
        for item in select:
            if item.child is not None:
                given[item.path] = self._children(table, row, item.child)
            else:
                self._put(given, table, row, item.path)
        return given

    def _put(self, given: Doc, table: Table, row: Doc, path: str) -> None:
        head, _, rest = path.partition(".")
        if not rest:
            name = table.fields[head.lower()].name
            given[name] = row.get(name)
            return
        link = _link(table, head)
        target = self._target(table, row, head)
        name = link.relationship if link else head
        if target is None:
            given[name] = None
            return
        inner = given.get(name) or {"attributes": self._attributes(*target)}
        given[name] = inner
        if rest.lower() == "type" and "type" not in target[0].fields:
            inner["Type"] = target[0].name
        elif _knows(target[0], rest):
            self._put(inner, *target, rest)

    def _children(self, table: Table, row: Doc, child: Query) -> Doc | None:
        found = table.children.get(child.source.lower())
        if found is None:
            raise SalesforceError(400, "INVALID_TYPE", f"Didn't understand relationship '{child.source}' in FROM part")
        child_table = self._table(found[0])
        limitless = replace(child, limit=None, offset=0)
        rows = [r for r in self.matching(limitless, child_table) if r.get(found[1]) == row["Id"]]
        rows = rows[child.offset : None if child.limit is None else child.offset + child.limit]
        records = [self._row(child_table, r, child.select) for r in rows]
        return {"totalSize": len(records), "done": True, "records": records} if records else None

    def _attributes(self, table: Table, row: Doc) -> Doc:
        return {"type": table.name, "url": f"/services/data/{self._version}/sobjects/{table.name}/{row['Id']}"}


def _link(table: Table, relationship: str) -> Field | None:
    wanted = relationship.lower()
    return next((f for f in table.fields.values() if f.relationship and f.relationship.lower() == wanted), None)


def _knows(table: Table, path: str) -> bool:
    head = path.partition(".")[0].lower()
    return head in table.fields or _link(table, head) is not None


def _comparisons(condition: Condition | None) -> Iterator[Compare | Among]:
    if condition is None:
        return
    if isinstance(condition, Compare | Among):
        yield condition
    elif isinstance(condition, Negation):
        yield from _comparisons(condition.part)
    else:
        for part in condition.parts:
            yield from _comparisons(part)
