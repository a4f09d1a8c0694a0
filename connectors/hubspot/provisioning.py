"""Makes, or only lists, what HubSpot must have before figures can be written: a property group and properties."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from connectors.base.errors import RequestRejected
from connectors.base.mapping import resolve
from connectors.base.records import Change, ChangeKind
from connectors.hubspot.api import Api, Record
from connectors.hubspot.mapping import ACTIVITY_TYPES, DEFAULT_MAPPING, FIGURE_TYPES, OBJECT_BY_TYPE
from connectors.hubspot.properties import FIGURES, GROUP, GROUP_LABEL, TECHNICAL, PropertySpec


@dataclass(frozen=True)
class _State:
    """What one object has already, and what is wanted there."""

    kind: str
    wanted: tuple[PropertySpec, ...]
    has_group: bool
    properties: Mapping[str, Record]

    def change_for(self, spec: PropertySpec) -> ChangeKind:
        there = self.properties.get(spec.name)
        if there is None:
            return ChangeKind.CREATE
        return ChangeKind.UPDATE if _is_outdated(there, spec) else ChangeKind.KEEP

    def to_do(self, change: ChangeKind) -> list[PropertySpec]:
        return [spec for spec in self.wanted if self.change_for(spec) is change]


def provision(api: Api, mapping: Mapping[str, str], *, dry_run: bool) -> Sequence[Change]:
    """The changes, in order, done unless `dry_run`: only the properties that the mapping names. Again it only keeps.

    Raises `RequestRejected` when HubSpot refuses a change, or when a property of ours exists as another type.
    """
    states = [
        _State(kind, specs, GROUP in api.groups(kind), api.properties(kind)) for kind, specs in wanted(mapping).items()
    ]
    _require_usable(states)
    changes = [change for state in states for change in _plan(state)]
    if not dry_run:
        for state in states:
            _make(api, state)
    return changes


def wanted(mapping: Mapping[str, str]) -> dict[str, tuple[PropertySpec, ...]]:
    """The properties of ours that the mapping or the hub itself needs, by object."""
    resolved = resolve(mapping, DEFAULT_MAPPING, FIGURE_TYPES, ACTIVITY_TYPES)
    found: dict[str, tuple[PropertySpec, ...]] = {}
    for kind, row in resolved.items():
        own = [spec for spec in FIGURES.values() if spec.name in row.values()]
        found[OBJECT_BY_TYPE[kind]] = (*own, *TECHNICAL[OBJECT_BY_TYPE[kind]])
    return found


def _plan(state: _State) -> Iterator[Change]:
    made = ChangeKind.KEEP if state.has_group else ChangeKind.CREATE
    yield Change(made, "property group", f"{state.kind}.{GROUP}", f"Shown as {GROUP_LABEL}")
    for spec in state.wanted:
        yield Change(state.change_for(spec), "property", f"{state.kind}.{spec.name}", spec.description)


def _make(api: Api, state: _State) -> None:
    if not state.has_group:
        _make_group(api, state.kind)
    if new := state.to_do(ChangeKind.CREATE):
        _make_properties(api, state.kind, new)
    for spec in state.to_do(ChangeKind.UPDATE):
        api.update_property(state.kind, spec.name, spec.changeable())


def _make_group(api: Api, kind: str) -> None:
    try:
        api.create_group(kind, GROUP, GROUP_LABEL)
    except RequestRejected as error:
        if error.status != 409:  # somebody made it meanwhile
            raise


def _make_properties(api: Api, kind: str, specs: Sequence[PropertySpec]) -> None:
    try:
        api.create_properties(kind, [spec.definition() for spec in specs])
    except RequestRejected as error:
        if error.status != 409:
            raise
        # somebody made some of them meanwhile
        there = api.properties(kind)
        api.create_properties(kind, [spec.definition() for spec in specs if spec.name not in there])


def _is_outdated(there: Record, spec: PropertySpec) -> bool:
    return any(there.get(name, wanted) != wanted for name, wanted in spec.changeable().items())


def _require_usable(states: Sequence[_State]) -> None:
    wrong = [
        f"{state.kind}.{spec.name} ({problem})"
        for state in states
        for spec in state.wanted
        for problem in _problems(state.properties.get(spec.name), spec)
    ]
    if wrong:
        raise RequestRejected(
            f"these HubSpot properties stand in the way; delete or rename them: {', '.join(wrong)}", code="provisioning"
        )


def _problems(there: Record | None, spec: PropertySpec) -> Iterator[str]:
    """What can't be changed about a property that is there already."""
    if there is None:
        return
    if there.get("type") != spec.type:
        yield f"is {there.get('type')}, not {spec.type}"
    if spec.unique and not there.get("hasUniqueValue"):
        yield "must have unique values"
