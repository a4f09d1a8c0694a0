"""The object types, and the properties they have from the start."""

from dataclasses import dataclass
from typing import Any

from sandbox.hubspot.errors import HubSpotError

Property = dict[str, Any]


@dataclass(frozen=True)
class ObjectType:
    """One type. `unique` is the built-in property that names a record; `modified` the one that says when it changed."""

    name: str
    singular: str
    type_id: str
    label: str
    standard: dict[str, str]
    scope: str
    title: tuple[str, ...]
    shown: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    unique: str = ""
    modified: str = "hs_lastmodifieddate"
    created: str = "createdate"


_CONTACT = {
    "email": "string",
    "firstname": "string",
    "lastname": "string",
    "jobtitle": "string",
    "company": "string",
    "phone": "string",
    "lifecyclestage": "enumeration",
    "hs_additional_emails": "string",
    "lastmodifieddate": "datetime",
}
_COMPANY = {"name": "string", "domain": "string", "industry": "string", "hs_additional_domains": "string"}
_DEAL = {
    "dealname": "string",
    "dealstage": "enumeration",
    "pipeline": "enumeration",
    "amount": "number",
    "closedate": "datetime",
    "hs_is_closed": "bool",
    "hs_is_closed_won": "bool",
}
_CALL = {
    "hs_timestamp": "datetime",
    "hs_call_title": "string",
    "hs_call_body": "string",
    "hs_call_duration": "number",
    "hs_call_status": "enumeration",
    "hs_call_direction": "enumeration",
    "hs_call_recording_url": "string",
    "hs_activity_type": "string",
    "hubspot_owner_id": "string",
}
_MEETING = {
    "hs_timestamp": "datetime",
    "hs_meeting_title": "string",
    "hs_meeting_body": "string",
    "hs_internal_meeting_notes": "string",
    "hs_meeting_start_time": "datetime",
    "hs_meeting_end_time": "datetime",
    "hs_meeting_outcome": "enumeration",
    "hs_meeting_location": "string",
    "hs_i_cal_uid": "string",
    "hubspot_owner_id": "string",
}
_EVERYWHERE = {"hs_object_id": "number", "hs_merged_object_ids": "string"}

TYPES = (
    ObjectType(
        "contacts",
        "contact",
        "0-1",
        "Contacts",
        _CONTACT | _EVERYWHERE | {"createdate": "datetime"},
        "contacts",
        title=("firstname", "lastname"),
        shown=("email", "firstname", "lastname", "createdate", "lastmodifieddate"),
        unique="email",
        modified="lastmodifieddate",
    ),
    ObjectType(
        "companies",
        "company",
        "0-2",
        "Companies",
        _COMPANY | _EVERYWHERE | {"createdate": "datetime", "hs_lastmodifieddate": "datetime"},
        "companies",
        title=("name",),
        shown=("name", "domain", "createdate", "hs_lastmodifieddate"),
    ),
    ObjectType(
        "deals",
        "deal",
        "0-3",
        "Deals",
        _DEAL | _EVERYWHERE | {"createdate": "datetime", "hs_lastmodifieddate": "datetime"},
        "deals",
        title=("dealname",),
        shown=("dealname", "amount", "closedate", "pipeline", "dealstage", "createdate", "hs_lastmodifieddate"),
    ),
    ObjectType(
        "meetings",
        "meeting",
        "0-47",
        "Meetings",
        _MEETING | _EVERYWHERE | {"hs_createdate": "datetime", "hs_lastmodifieddate": "datetime"},
        "contacts",
        title=("hs_meeting_title",),
        required=("hs_timestamp",),
        created="hs_createdate",
    ),
    ObjectType(
        "calls",
        "call",
        "0-48",
        "Calls",
        _CALL | _EVERYWHERE | {"hs_createdate": "datetime", "hs_lastmodifieddate": "datetime"},
        "contacts",
        title=("hs_call_title",),
        required=("hs_timestamp",),
        created="hs_createdate",
    ),
)
ASSOCIATION_TYPES = {
    ("calls", "contacts"): 194,
    ("calls", "companies"): 182,
    ("calls", "deals"): 206,
    ("meetings", "contacts"): 200,
    ("meetings", "companies"): 188,
    ("meetings", "deals"): 212,
    ("contacts", "companies"): 279,
    ("contacts", "deals"): 4,
    ("contacts", "calls"): 193,
    ("contacts", "meetings"): 199,
    ("companies", "contacts"): 280,
    ("companies", "deals"): 342,
    ("companies", "calls"): 181,
    ("companies", "meetings"): 187,
    ("deals", "contacts"): 3,
    ("deals", "companies"): 341,
    ("deals", "calls"): 205,
    ("deals", "meetings"): 211,
}
_BY_ANY_NAME = {alias: kind for kind in TYPES for alias in (kind.name, kind.singular, kind.type_id)}


def object_type(name: str) -> ObjectType:
    """The type by its plural, singular or number. Raises `HubSpotError`."""
    found = _BY_ANY_NAME.get(name.lower())
    if found is None:
        raise HubSpotError(400, f"Unable to infer object type from: {name}")
    return found
