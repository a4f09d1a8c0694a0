"""The values with which a CRM is set up, tried and put back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class FigureKind(StrEnum):
    """What sort of value a figure is."""

    NUMBER = "number"
    TEXT = "text"
    MOMENT = "moment"
    LINK = "link"


@dataclass(frozen=True)
class TargetField:
    """A field of one record type, as far as a mapping has to know it.

    `type` is the provider's word; `takes` the kinds of figure it can hold. `whole_digits` and `decimals` are of
    numbers, `length` is of texts; None where there is no limit to mind. `made`: it exists already; otherwise it is
    one of ours, which provisioning makes. `reserved`: the hub needs it for itself.
    """

    name: str
    label: str
    type: str
    takes: frozenset[FigureKind]
    writable: bool = True
    whole_digits: int | None = None
    decimals: int | None = None
    length: int | None = None
    ours: bool = False
    made: bool = True
    reserved: bool = False


@dataclass(frozen=True)
class FieldChange:
    """What stands in a field, and what would stand there."""

    field: str
    label: str
    before: object
    after: object

    @property
    def is_change(self) -> bool:
        """Whether anything would be different."""
        return not same(self.before, self.after)


class PlannedAction(StrEnum):
    """What would happen to a record."""

    CREATE = "create"
    UPDATE = "update"
    LINK = "link"
    SKIP = "skip"


@dataclass(frozen=True)
class PlannedRecord:
    """One record of a rehearsal; `note` says in words what happens and, when it is skipped, why."""

    type: str
    id: str
    name: str
    url: str
    action: PlannedAction
    note: str
    changes: tuple[FieldChange, ...] = ()


@dataclass(frozen=True)
class Rehearsal:
    """What a delivery would do. `calls` is what it would cost of the provider's limit; `notes` are for people."""

    records: tuple[PlannedRecord, ...]
    calls: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Left:
    """A field (empty: the whole record) that undoing left as it is, and why."""

    record: str
    field: str
    reason: str


@dataclass(frozen=True)
class Undone:
    """What undoing did: fields restored by record (`Contact:003...`), what was left, records that were taken away."""

    restored: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    left: tuple[Left, ...] = ()
    removed: tuple[str, ...] = ()


def split_former(
    record: str, now: Mapping[str, object], former: Mapping[str, object], written: Mapping[str, object]
) -> tuple[dict[str, object], list[Left]]:
    """The former values to put back into one record, and the fields to leave since somebody changed them.

    `written` is what a delivery left there; a field it does not name counts as still ours.
    """
    different = {name: value for name, value in former.items() if not same(now.get(name), value)}
    changed = {name for name in different if name in written and not same(now.get(name), written[name])}
    restore = {name: value for name, value in different.items() if name not in changed}
    return restore, [Left(record, name, "somebody changed it since") for name in former if name in changed]


def same(one: object, other: object) -> bool:
    """Whether two values are the same to a CRM: nothing and an empty text are, and so are `72.4` and 72.4."""
    if one in (None, "") or other in (None, ""):
        return one in (None, "") and other in (None, "")
    return one == other or str(one) == str(other) or _number(one) == _number(other)


def _number(value: object) -> object:
    """The value as a number where it is one, so that `72.40` equals 72.4; otherwise itself."""
    try:
        return float(str(value))
    except ValueError:
        return value
