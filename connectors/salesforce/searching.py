"""A few records by name or address, for a person to choose from."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from simple_salesforce.format import format_soql

from connectors.base.records import RecordRef
from connectors.salesforce.api import Api

_QUERIES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Contact": "SELECT Id, Name FROM Contact WHERE Name LIKE '%{:like}%' OR Email LIKE '%{:like}%' "
        "ORDER BY LastModifiedDate DESC LIMIT 10",
        "Lead": "SELECT Id, Name FROM Lead WHERE IsConverted = false AND (Name LIKE '%{:like}%' "
        "OR Email LIKE '%{:like}%') ORDER BY LastModifiedDate DESC LIMIT 10",
        "Opportunity": "SELECT Id, Name FROM Opportunity WHERE Name LIKE '%{:like}%' "
        "ORDER BY LastModifiedDate DESC LIMIT 10",
        "Account": "SELECT Id, Name FROM Account WHERE Name LIKE '%{:like}%' ORDER BY LastModifiedDate DESC LIMIT 10",
    }
)


def search(api: Api, text: str) -> Sequence[RecordRef]:
    """At most ten records of each object, those that changed last first."""
    return [
        RecordRef(kind, str(row["Id"]), str(row["Name"] or ""), api.link(str(row["Id"])))
        for kind, soql in _QUERIES.items()
        for row in api.query(format_soql(soql, *[text] * soql.count("{:like}")))
    ]
