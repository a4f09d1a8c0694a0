"""Fields: what they are, how describe shows them, which values they take."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sandbox.salesforce.errors import SalesforceError

FILTERABLE_TEXT = 255
SOAP_TYPES = {
    "id": "tns:ID",
    "reference": "tns:ID",
    "boolean": "xsd:boolean",
    "double": "xsd:double",
    "currency": "xsd:double",
    "percent": "xsd:double",
    "int": "xsd:int",
    "date": "xsd:date",
    "datetime": "xsd:dateTime",
}
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


@dataclass(frozen=True)
class Field:
    """One field of an object. `type` is describe's word; `required` means on create."""

    name: str
    type: str = "string"
    label: str = ""
    length: int = 255
    precision: int = 0
    scale: int = 0
    required: bool = False
    createable: bool = True
    updateable: bool = True
    external_id: bool = False
    unique: bool = False
    custom: bool = False
    reference_to: tuple[str, ...] = ()
    relationship: str = ""
    help: str = ""
    default: Any = None

    @property
    def is_long_text(self) -> bool:
        """Whether it cannot be filtered or sorted by."""
        return self.type == "textarea" and self.length > FILTERABLE_TEXT

    def describe(self) -> dict[str, Any]:
        """As describe shows it."""
        texts = self.type in ("string", "textarea", "email", "phone", "url", "picklist", "id", "reference")
        optional = {"inlineHelpText": self.help, "relationshipName": self.relationship}
        return {key: text for key, text in optional.items() if text} | {
            "name": self.name,
            "label": self.label or self.name.removesuffix("__c").replace("_", " "),
            "type": self.type,
            "soapType": SOAP_TYPES.get(self.type, "xsd:string"),
            "length": self.length if texts else 0,
            "byteLength": self.length * 3 if texts else 0,
            "precision": self.precision,
            "scale": self.scale,
            "digits": 0,
            "createable": self.createable,
            "updateable": self.updateable,
            "nillable": not self.required,
            "custom": self.custom,
            "externalId": self.external_id,
            "unique": self.unique,
            "idLookup": self.external_id or self.type in ("id", "email"),
            "filterable": not self.is_long_text,
            "sortable": not self.is_long_text,
            "calculated": False,
            "defaultedOnCreate": self.default is not None,
            "defaultValue": self.default,
            "permissionable": self.custom,
            "referenceTo": list(self.reference_to),
            "picklistValues": [],
            "restrictedPicklist": False,
        }

    def accept(self, value: Any) -> Any:
        """The value as it is stored. Raises `SalesforceError` for one that does not fit."""
        if value is None or value == "":
            return None
        check = {
            "boolean": self._boolean,
            "double": self._number,
            "currency": self._number,
            "percent": self._number,
            "int": self._number,
            "date": self._date,
            "datetime": self._datetime,
        }.get(self.type, self._text)
        return check(value)

    def _boolean(self, value: Any) -> bool:
        if isinstance(value, bool):
            return value
        raise self._unreadable("boolean", value)

    def _number(self, value: Any) -> float | int:
        if isinstance(value, str):
            try:
                value = float(value)
            except ValueError as error:
                raise self._unreadable("number", value) from error
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self._unreadable("number", value)
        whole = (self.precision or 18) - self.scale
        if abs(value) >= 10**whole:
            message = f"{self._title}: value outside of valid range on numeric field: {value}"
            raise SalesforceError(400, "NUMBER_OUTSIDE_VALID_RANGE", message, [self.name])
        return int(value) if self.type == "int" else round(float(value), self.scale)

    def _date(self, value: Any) -> str:
        try:
            return date.fromisoformat(str(value)[:10]).isoformat()
        except ValueError as error:
            raise self._unreadable("date", value) from error

    def _datetime(self, value: Any) -> str:
        try:
            moment = datetime.fromisoformat(str(value))
        except ValueError as error:
            raise self._unreadable("datetime", value) from error
        if moment.tzinfo is None:
            raise self._unreadable("datetime", value)
        return salesforce_time(moment)

    def _text(self, value: Any) -> str:
        if not isinstance(value, str):
            raise self._unreadable("string", value)
        if len(value) > self.length:
            message = f"{self._title}: data value too large: {value[:80]} (max length={self.length})"
            raise SalesforceError(400, "STRING_TOO_LONG", message, [self.name])
        if self.type == "email" and not EMAIL.fullmatch(value):
            message = f"{self._title}: invalid email address: {value}"
            raise SalesforceError(400, "INVALID_EMAIL_ADDRESS", message, [self.name])
        return value

    @property
    def _title(self) -> str:
        return self.label or self.name

    def _unreadable(self, kind: str, value: Any) -> SalesforceError:
        found = {bool: "VALUE_TRUE", str: "VALUE_STRING"}.get(type(value), "VALUE_NUMBER_FLOAT")
        message = f"Cannot deserialize instance of {kind} from {found} value {value}"
        return SalesforceError(400, "JSON_PARSER_ERROR", message)


def salesforce_time(moment: datetime) -> str:
    """`2026-11-20T09:30:00.000+0000`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")
