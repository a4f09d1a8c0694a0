"""What queries run on: the org's records with the fields a user sees, and the Tooling API's entities."""

from typing import Any

from sandbox.kit.store import Doc
from sandbox.salesforce.custom_fields import CustomFields
from sandbox.salesforce.fields import Field
from sandbox.salesforce.objects import OBJECTS, OBJECTS_BY_LOWER_NAME, OBJECTS_BY_PREFIX, SObject, link, read_only
from sandbox.salesforce.records import Records
from sandbox.salesforce.schema import Schema
from sandbox.salesforce.soql.tables import Table


class RecordTables:
    """The org's objects, as one user sees them, with the entities that describe fields."""

    def __init__(self, schema: Schema, records: Records, user_id: str) -> None:
        self._schema = schema
        self._records = records
        self._user_id = user_id
        self._definitions = DefinitionTables(schema.custom)

    def table(self, name: str) -> Table | None:
        """By name in any case."""
        sobject = OBJECTS_BY_LOWER_NAME.get(name.lower())
        return self._of(sobject) if sobject else self._definitions.table(name)

    def follow(self, record_id: str) -> tuple[Table, Doc] | None:
        """The record that an id points to."""
        found = self._records.find_by_id(record_id)
        return (self._of(found[0]), found[1]) if found else self._definitions.follow(record_id)

    def _of(self, sobject: SObject) -> Table:
        fields = self._schema.fields(sobject.name, self._user_id)
        children = {name.lower(): (child, field) for name, child, field in sobject.children}
        return Table(sobject.name, fields, children, self._records.of(sobject.name).all)


def _fields(*fields: Field) -> dict[str, Field]:
    return {field.name.lower(): field for field in (read_only("Id", "id", length=18), *fields)}


ENTITY_FIELDS = _fields(
    read_only("QualifiedApiName"),
    read_only("DeveloperName"),
    read_only("Label"),
    read_only("DurableId"),
    read_only("KeyPrefix"),
)
DEFINITION_FIELDS = _fields(
    read_only("QualifiedApiName"),
    read_only("DeveloperName"),
    read_only("Label"),
    read_only("DataType"),
    read_only("DurableId"),
    link("EntityDefinitionId", "EntityDefinition", "EntityDefinition"),
)
CUSTOM_FIELD_FIELDS = _fields(
    read_only("DeveloperName"),
    read_only("TableEnumOrId"),
    read_only("NamespacePrefix"),
    read_only("FullName"),
    read_only("InlineHelpText"),
    read_only("Metadata", "complexvalue"),
    link("EntityDefinitionId", "EntityDefinition", "EntityDefinition"),
)


class DefinitionTables:
    """What the Tooling API says of objects and fields. Field-level security does not hide anything here."""

    def __init__(self, custom: CustomFields) -> None:
        self._custom = custom

    def table(self, name: str) -> Table | None:
        """By name in any case."""
        known: dict[str, Table] = {
            "entitydefinition": Table("EntityDefinition", ENTITY_FIELDS, {}, self._entities),
            "fielddefinition": Table("FieldDefinition", DEFINITION_FIELDS, {}, self._definitions),
            "customfield": Table("CustomField", CUSTOM_FIELD_FIELDS, {}, self._custom_fields),
        }
        return known.get(name.lower())

    def follow(self, record_id: str) -> tuple[Table, Doc] | None:
        """The entity with this name, which is its id."""
        entities = self.table("EntityDefinition")
        row = next((row for row in self._entities() if row["Id"] == record_id), None)
        return (entities, row) if entities and row else None

    def _entities(self) -> list[Doc]:
        names = [(sobject.name, sobject.label, sobject.prefix) for sobject in OBJECTS_BY_PREFIX.values()]
        return [_entity(*name) for name in [*names, ("Activity", "Activity", "")]]

    def _definitions(self) -> list[Doc]:
        standard = [_definition(s.name, f.name, f.label, f.type) for s in OBJECTS.values() for f in s.fields]
        custom = [
            _definition(name, doc["name"], doc["metadata"]["label"], doc["metadata"]["type"])
            for name in OBJECTS
            for doc in self._custom.of(name)
        ]
        return standard + custom

    def _custom_fields(self) -> list[Doc]:
        return [custom_field_row(doc) for doc in self._custom.all()]


def custom_field_row(doc: Doc) -> dict[str, Any]:
    """A custom field as the Tooling API gives it."""
    return {
        "Id": doc["Id"],
        "DeveloperName": doc["name"].removesuffix("__c"),
        "TableEnumOrId": doc["object"],
        "NamespacePrefix": None,
        "FullName": f"{doc['object']}.{doc['name']}",
        "InlineHelpText": doc["metadata"].get("inlineHelpText"),
        "Metadata": doc["metadata"],
        "EntityDefinitionId": doc["object"],
    }


def _entity(name: str, label: str, prefix: str) -> Doc:
    return {
        "Id": name,
        "QualifiedApiName": name,
        "DeveloperName": name,
        "Label": label,
        "DurableId": name,
        "KeyPrefix": prefix,
    }


def _definition(sobject: str, name: str, label: str, kind: str) -> Doc:
    return {
        "Id": f"{sobject}.{name}",
        "QualifiedApiName": name,
        "DeveloperName": name.removesuffix("__c"),
        "Label": label or name,
        "DataType": kind,
        "DurableId": f"{sobject}.{name}",
        "EntityDefinitionId": sobject,
    }
