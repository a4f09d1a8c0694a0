"""Records: created, changed, upserted, deleted under the org's rules."""

from collections.abc import Mapping
from typing import Any

from sandbox.kit.store import Collection, Doc
from sandbox.kit.world import World
from sandbox.salesforce.errors import SalesforceError, no_such_column, not_found
from sandbox.salesforce.fields import Field, salesforce_time
from sandbox.salesforce.ids import long_id, make_id
from sandbox.salesforce.integrity import Integrity
from sandbox.salesforce.objects import OBJECTS_BY_PREFIX, SObject
from sandbox.salesforce.schema import Schema

CLOSED = {"Closed Won": True, "Closed Lost": False}


class Records:
    """The org's data, on behalf of one user."""

    def __init__(self, world: World, schema: Schema, user_id: str, integrity: Integrity) -> None:
        self._world = world
        self._schema = schema
        self._user_id = user_id
        self._integrity = integrity

    def of(self, sobject: str) -> Collection:
        """All records of an object."""
        return self._world.collection("salesforce", sobject)

    def get(self, sobject: SObject, record_id: str) -> Doc:
        """By id of either length. Raises `SalesforceError`."""
        record = self.of(sobject.name).get(long_id(record_id))
        if record is None:
            raise not_found()
        return record

    def find_by_id(self, record_id: str) -> tuple[SObject, Doc] | None:
        """The record that an id points to, whatever its object."""
        sobject = OBJECTS_BY_PREFIX.get(record_id[:3])
        record = self.of(sobject.name).get(long_id(record_id)) if sobject else None
        return (sobject, record) if sobject and record else None

    def create(self, sobject: SObject, values: Mapping[str, Any], *, allow_duplicates: bool = False) -> str:
        """Make one and give its id. Raises `SalesforceError`."""
        if not sobject.createable:
            message = f"entity type {sobject.name} does not support create"
            raise SalesforceError(400, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", message, [])
        fields = self._schema.fields(sobject.name, self._user_id)
        accepted = self._accepted(sobject, fields, values, creating=True)
        self._check_required(fields, accepted)
        now = salesforce_time(self._world.clock())
        defaults = {field.name: field.default for field in fields.values()}
        owner = {"OwnerId": self._user_id} if "ownerid" in fields else {}
        system = {"CreatedDate": now, "CreatedById": self._user_id, "IsDeleted": False}
        record = defaults | owner | system | accepted
        self._integrity.check(sobject, record, None, allow_duplicates=allow_duplicates)
        record["Id"] = make_id(sobject.prefix, self._next_number(sobject.prefix))
        self._save(sobject, record)
        return str(record["Id"])

    def update(self, sobject: SObject, record_id: str, values: Mapping[str, Any]) -> None:
        """Change some fields. Raises `SalesforceError`."""
        record = self.get(sobject, record_id)
        fields = self._schema.fields(sobject.name, self._user_id)
        changed = record | self._accepted(sobject, fields, values, creating=False)
        self._check_required(fields, changed)
        self._integrity.check(sobject, changed, record, allow_duplicates=True)
        self._save(sobject, changed)

    def delete(self, sobject: SObject, record_id: str) -> None:
        """Take one away. Raises `SalesforceError`."""
        record = self.get(sobject, record_id)
        self.of(sobject.name).delete(record["Id"])

    def by_external_id(self, sobject: SObject, field_name: str, value: str) -> list[Doc]:
        """The records with this external id. Raises `SalesforceError` when the field is none."""
        field = self._schema.fields(sobject.name, self._user_id).get(field_name.lower())
        if field is None or not (field.external_id or field.name == "Id"):
            message = f"Provided external ID field does not exist or is not accessible: {field_name}"
            raise SalesforceError(404, "NOT_FOUND", message)
        return self.of(sobject.name).find(lambda record: _same(record.get(field.name), value))

    def _accepted(
        self, sobject: SObject, fields: Mapping[str, Field], values: Mapping[str, Any], *, creating: bool
    ) -> Doc:
        accepted: Doc = {}
        for name, value in values.items():
            if name == "attributes":
                continue
            field = fields.get(name.lower())
            if field is None:
                raise no_such_column(name, sobject.name)
            if not (field.createable if creating else field.updateable):
                raise _not_writable(field, creating=creating)
            accepted[field.name] = self._value(field, value)
        return accepted

    def _value(self, field: Field, value: Any) -> Any:
        accepted = field.accept(value)
        if field.type != "reference" or accepted is None:
            return accepted
        target = self.find_by_id(str(accepted))
        if target is None or target[0].name not in field.reference_to:
            code = "MALFORMED_ID" if len(accepted) not in (15, 18) else "INVALID_CROSS_REFERENCE_KEY"
            message = (
                f"{field.name}: id value of incorrect type: {accepted}"
                if code == "MALFORMED_ID"
                else "invalid cross reference id"
            )
            raise SalesforceError(400, code, message, [field.name] if code == "MALFORMED_ID" else [])
        return target[1]["Id"]

    def _check_required(self, fields: Mapping[str, Field], record: Doc) -> None:
        missing = [field.name for field in fields.values() if field.required and record.get(field.name) is None]
        if missing:
            message = f"Required fields are missing: [{', '.join(missing)}]"
            raise SalesforceError(400, "REQUIRED_FIELD_MISSING", message, missing)

    def _save(self, sobject: SObject, record: Doc) -> None:
        now = salesforce_time(self._world.clock())
        record |= {"LastModifiedDate": now, "SystemModstamp": now, "LastModifiedById": self._user_id}
        record |= _derived(sobject.name, record)
        self.of(sobject.name).put(record["Id"], record)

    def _next_number(self, prefix: str) -> int:
        counter = self._world.collection("salesforce", "counter")
        count = int((counter.get(prefix) or {"count": 0})["count"]) + 1
        counter.put(prefix, {"count": count})
        return count


def attributes(sobject: str, record_id: str, version: str) -> Doc:
    """What every record that is given out begins with."""
    return {"type": sobject, "url": f"/services/data/{version}/sobjects/{sobject}/{record_id}"}


def _derived(sobject: str, record: Doc) -> Doc:
    if sobject in ("Contact", "Lead", "User"):
        return {"Name": " ".join(part for part in (record.get("FirstName"), record.get("LastName")) if part)}
    if sobject == "Opportunity":
        stage = record.get("StageName")
        return {"IsClosed": stage in CLOSED, "IsWon": CLOSED.get(str(stage), False)}
    if sobject == "Task":
        return {"IsClosed": record.get("Status") == "Completed"}
    return {}


def _same(stored: Any, wanted: str) -> bool:
    return stored is not None and str(stored).lower() == wanted.lower()


def _not_writable(field: Field, *, creating: bool) -> SalesforceError:
    if field.name == "Id":
        return SalesforceError(
            400, "INVALID_FIELD", "The Id field should not be specified in the sobject data.", ["Id"]
        )
    doing = "create" if creating else "update"
    message = (
        f"Unable to {doing} fields: {field.name}. Please check the security settings of this field and verify that"
        " it is read/write for your profile or permission set."
    )
    return SalesforceError(400, "INVALID_FIELD_FOR_INSERT_UPDATE", message, [field.name])
