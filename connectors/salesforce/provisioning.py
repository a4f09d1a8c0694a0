"""Makes, or only lists, what Salesforce must have before figures can be written: fields and the right to see them.

A new custom field is invisible to everybody until field-level security is granted, so both are made, and then
what the connected user really sees is read back.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from simple_salesforce.format import format_soql

from connectors.base.errors import RequestRejected
from connectors.base.mapping import resolve
from connectors.base.records import Change, ChangeKind
from connectors.salesforce.api import Api, Record
from connectors.salesforce.errors import first_fault
from connectors.salesforce.fields import FIGURES, RECORD_TYPES, FieldSpec, technical_fields
from connectors.salesforce.mapping import ACTIVITY_TYPES, DEFAULT_MAPPING

PERMISSION_SET: Final = "EchoDepth_Hub"
_PERMISSION_TEXT = "Read and write the EchoDepth fields. Managed by EchoDepth Hub."
_LAYOUT: Final = (
    "Fields are found by reports and lists at once, but stand on a record's page only where its layout has them: in "
    "Salesforce, Setup, Object Manager, {}, Page Layouts, drag the EchoDepth fields to where people should see them."
)
_OBJECTS = (*RECORD_TYPES, "Activity")
# activity fields are defined on Activity, but seen, secured and written on Task
_SEEN_AS: Final[Mapping[str, str]] = {"Activity": "Task"}


@dataclass(frozen=True)
class _State:
    """What is wanted as (object, field), and what is there already: ids of our fields by (object, name), and the
    permission set's parts."""

    wanted: tuple[tuple[str, FieldSpec], ...]
    fields: Mapping[tuple[str, str], str]
    visible: Mapping[str, Mapping[str, Record]]
    permission_set: str | None
    granted: frozenset[str]
    assigned: bool


def provision(api: Api, mapping: Mapping[str, str], *, dry_run: bool) -> Sequence[Change]:
    """The changes, in order, done unless `dry_run`: only the fields that the mapping names. Again it only keeps.

    Raises `RequestRejected` when Salesforce refuses a change, or when a field stays invisible afterwards.
    """
    user_id = str(api.user_info()["user_id"])
    state = _read(api, user_id, tuple(wanted(mapping)))
    changes = list(_plan(state))
    if not dry_run and any(change.kind in {ChangeKind.CREATE, ChangeKind.UPDATE} for change in changes):
        _make_fields(api, state)
        _grant(api, state, user_id)
        _verify(api, state)
    return changes


def wanted(mapping: Mapping[str, str]) -> Iterator[tuple[str, FieldSpec]]:
    """Every (object, field) of ours that the mapping or the hub itself needs."""
    resolved = resolve(mapping, DEFAULT_MAPPING, RECORD_TYPES, ACTIVITY_TYPES)
    for name in _OBJECTS:
        named = set(resolved[_SEEN_AS.get(name, name)].values())
        yield from ((name, spec) for spec in FIGURES.values() if spec.name in named)
        yield from ((name, spec) for spec in technical_fields(name))


def _read(api: Api, user_id: str, fields: tuple[tuple[str, FieldSpec], ...]) -> _State:
    rows = api.tooling_query(
        "SELECT Id, DeveloperName, TableEnumOrId FROM CustomField WHERE DeveloperName LIKE 'EchoDepth%'"
    )
    permission_set = _first_id(api, format_soql("SELECT Id FROM PermissionSet WHERE Name = {}", PERMISSION_SET))
    return _State(
        wanted=fields,
        fields={(row["TableEnumOrId"], f"{row['DeveloperName']}__c"): row["Id"] for row in rows},
        visible={name: _described(api, name) for name in _OBJECTS},
        permission_set=permission_set,
        granted=_granted(api, permission_set),
        assigned=permission_set is not None and _is_assigned(api, permission_set, user_id),
    )


def _described(api: Api, object_type: str) -> Mapping[str, Record]:
    fields = api.describe(_SEEN_AS.get(object_type, object_type))["fields"]
    return {field["name"]: field for field in fields}


def _first_id(api: Api, soql: str) -> str | None:
    rows = api.query(soql)
    return rows[0]["Id"] if rows else None


def _granted(api: Api, permission_set: str | None) -> frozenset[str]:
    if permission_set is None:
        return frozenset()
    rows = api.query(
        format_soql("SELECT Field, PermissionsEdit FROM FieldPermissions WHERE ParentId = {}", permission_set)
    )
    return frozenset(row["Field"] for row in rows if row["PermissionsEdit"])


def _is_assigned(api: Api, permission_set: str, user_id: str) -> bool:
    soql = "SELECT Id FROM PermissionSetAssignment WHERE PermissionSetId = {} AND AssigneeId = {}"
    return _first_id(api, format_soql(soql, permission_set, user_id)) is not None


def _plan(state: _State) -> Iterator[Change]:
    for object_type, spec in state.wanted:
        kind = _field_change(state, object_type, spec)
        yield Change(kind, "custom field", f"{object_type}.{spec.name}", spec.help_text)
    made = ChangeKind.KEEP if state.permission_set else ChangeKind.CREATE
    yield Change(made, "permission set", PERMISSION_SET, _PERMISSION_TEXT)
    for object_type, spec in state.wanted:
        field = _permission_name(object_type, spec)
        yield Change(_kept_if(field in state.granted), "field permission", field, "read and edit")
    yield Change(_kept_if(state.assigned), "permission set assignment", PERMISSION_SET, "to the connected user")
    yield from (Change(ChangeKind.BY_HAND, "page layout", name, _LAYOUT.format(name)) for name in RECORD_TYPES)


def _field_change(state: _State, object_type: str, spec: FieldSpec) -> ChangeKind:
    if (object_type, spec.name) not in state.fields:
        return ChangeKind.CREATE
    return ChangeKind.UPDATE if _is_outdated(state.visible[object_type].get(spec.name), spec) else ChangeKind.KEEP


def _is_outdated(seen: Record | None, spec: FieldSpec) -> bool:
    return seen is not None and seen.get("inlineHelpText", spec.help_text) != spec.help_text


def _kept_if(there: bool) -> ChangeKind:
    return ChangeKind.KEEP if there else ChangeKind.CREATE


def _permission_name(object_type: str, spec: FieldSpec) -> str:
    return f"{_SEEN_AS.get(object_type, object_type)}.{spec.name}"


def _make_fields(api: Api, state: _State) -> None:
    for object_type, spec in state.wanted:
        body = {"FullName": f"{object_type}.{spec.name}", "Metadata": spec.metadata()}
        match _field_change(state, object_type, spec):
            case ChangeKind.CREATE:
                _create_field(api, body)
            case ChangeKind.UPDATE:
                field_id = state.fields[object_type, spec.name]
                api.call("PATCH", f"tooling/sobjects/CustomField/{field_id}", body)


def _create_field(api: Api, body: Record) -> None:
    try:
        api.call("POST", "tooling/sobjects/CustomField", body)
    except RequestRejected as error:
        if not body["Metadata"].get("unique") or "unique" not in error.message.lower():
            raise
        # an organisation that allows no unique field here still upserts by external id, and tells of duplicates
        metadata = {name: value for name, value in body["Metadata"].items() if name not in {"unique", "caseSensitive"}}
        api.call("POST", "tooling/sobjects/CustomField", {**body, "Metadata": metadata})


def _grant(api: Api, state: _State, user_id: str) -> None:
    permission_set = state.permission_set or _make_permission_set(api)
    missing = [_permission_name(*pair) for pair in state.wanted if _permission_name(*pair) not in state.granted]
    rows = [_permission_row(permission_set, field) for field in missing]
    _require_success(missing, api.create_all("FieldPermissions", rows))
    if not state.assigned:
        assignment = {"PermissionSetId": permission_set, "AssigneeId": user_id}
        api.call("POST", "sobjects/PermissionSetAssignment", assignment)


def _make_permission_set(api: Api) -> str:
    body = {"Name": PERMISSION_SET, "Label": "EchoDepth Hub", "Description": _PERMISSION_TEXT}
    made: str = api.call("POST", "sobjects/PermissionSet", body)["id"]
    return made


def _permission_row(permission_set: str, field: str) -> dict[str, Any]:
    object_type = field.split(".", 1)[0]
    return {
        "ParentId": permission_set,
        "SobjectType": object_type,
        "Field": field,
        "PermissionsRead": True,
        "PermissionsEdit": True,
    }


def _require_success(names: Sequence[str], results: Sequence[Record]) -> None:
    failed = [
        f"{name}: {first_fault(result).words()}"
        for name, result in zip(names, results, strict=True)
        if not result["success"]
    ]
    if failed:
        raise RequestRejected(f"Salesforce refused field permissions: {'; '.join(failed)}", code="provisioning")


def _verify(api: Api, state: _State) -> None:
    seen = {name: _described(api, name) for name in _OBJECTS}
    hidden = [
        f"{object_type}.{spec.name}"
        for object_type, spec in state.wanted
        if not seen[object_type].get(spec.name, {}).get("updateable")
    ]
    if hidden:
        names = ", ".join(hidden)
        raise RequestRejected(f"made, but not writable for the connected user: {names}", code="field_security")
