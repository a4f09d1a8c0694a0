"""The standard objects and their fields."""

from dataclasses import dataclass

from sandbox.salesforce.fields import Field

LONG = 32_000


@dataclass(frozen=True)
class SObject:
    """A kind of record. `children` maps child relationships to object and reference field."""

    name: str
    prefix: str
    label: str
    plural: str
    fields: tuple[Field, ...]
    createable: bool = True
    children: tuple[tuple[str, str, str], ...] = ()


def text(name: str, length: int = 255, **more: object) -> Field:
    """A text field."""
    return Field(name, length=length, **more)  # type: ignore[arg-type]


def read_only(name: str, kind: str = "string", **more: object) -> Field:
    """A field that Salesforce fills."""
    return Field(name, kind, createable=False, updateable=False, **more)  # type: ignore[arg-type]


def link(name: str, relationship: str, *targets: str, **more: object) -> Field:
    """A reference to another record."""
    return Field(name, "reference", length=18, reference_to=targets, relationship=relationship, **more)  # type: ignore[arg-type]


SYSTEM = (
    read_only("Id", "id", length=18),
    read_only("IsDeleted", "boolean"),
    read_only("CreatedDate", "datetime"),
    read_only("LastModifiedDate", "datetime"),
    read_only("SystemModstamp", "datetime"),
    read_only("CreatedById", "reference", length=18, reference_to=("User",), relationship="CreatedBy"),
    read_only("LastModifiedById", "reference", length=18, reference_to=("User",), relationship="LastModifiedBy"),
)
OWNER = link("OwnerId", "Owner", "User")
LAST_ACTIVITY = read_only("LastActivityDate", "date")
PERSON = (
    text("FirstName", 40),
    text("LastName", 80, required=True),
    read_only("Name", length=121),
    text("Title", 128),
    Field("Email", "email", length=80),
    Field("Phone", "phone", length=40),
    Field("MobilePhone", "phone", length=40),
    Field("Description", "textarea", length=LONG),
    LAST_ACTIVITY,
)
ACTIVITY = (
    text("Subject", 255),
    Field("ActivityDate", "date"),
    Field("Description", "textarea", length=LONG),
    Field("Type", "picklist"),
    link("WhoId", "Who", "Contact", "Lead"),
    link("WhatId", "What", "Account", "Opportunity"),
    read_only("AccountId", "reference", length=18, reference_to=("Account",), relationship="Account"),
)
CONTACT_LINK = link("ContactId", "Contact", "Contact", required=True, updateable=False)
OPPORTUNITY_LINK = link("OpportunityId", "Opportunity", "Opportunity", required=True, updateable=False)

_OBJECTS = (
    SObject(
        "Account",
        "001",
        "Account",
        "Accounts",
        (
            *SYSTEM,
            text("Name", 255, required=True),
            Field("Website", "url"),
            Field("Phone", "phone", length=40),
            Field("Industry", "picklist"),
            Field("Type", "picklist"),
            text("BillingCity", 40),
            LAST_ACTIVITY,
            Field("Description", "textarea", length=LONG),
            OWNER,
        ),
        children=(
            ("Contacts", "Contact", "AccountId"),
            ("Opportunities", "Opportunity", "AccountId"),
            ("Tasks", "Task", "WhatId"),
        ),
    ),
    SObject(
        "Contact",
        "003",
        "Contact",
        "Contacts",
        (*SYSTEM, *PERSON, text("Department", 80), link("AccountId", "Account", "Account"), OWNER),
        children=(
            ("OpportunityContactRoles", "OpportunityContactRole", "ContactId"),
            ("Tasks", "Task", "WhoId"),
        ),
    ),
    SObject(
        "Lead",
        "00Q",
        "Lead",
        "Leads",
        (
            *SYSTEM,
            *PERSON,
            text("Company", 255, required=True),
            Field("Website", "url"),
            Field("Status", "picklist", default="Open - Not Contacted"),
            Field("LeadSource", "picklist"),
            read_only("IsConverted", "boolean", default=False),
            read_only("ConvertedContactId", "reference", length=18, reference_to=("Contact",)),
            read_only("ConvertedAccountId", "reference", length=18, reference_to=("Account",)),
            read_only("ConvertedOpportunityId", "reference", length=18, reference_to=("Opportunity",)),
            OWNER,
        ),
        children=(("Tasks", "Task", "WhoId"),),
    ),
    SObject(
        "Opportunity",
        "006",
        "Opportunity",
        "Opportunities",
        (
            *SYSTEM,
            text("Name", 120, required=True),
            Field("StageName", "picklist", required=True),
            Field("CloseDate", "date", required=True),
            Field("Amount", "currency", precision=18, scale=2),
            Field("Probability", "percent", precision=3),
            Field("Type", "picklist"),
            Field("LeadSource", "picklist"),
            text("NextStep", 255),
            Field("Description", "textarea", length=LONG),
            read_only("IsClosed", "boolean", default=False),
            read_only("IsWon", "boolean", default=False),
            link("AccountId", "Account", "Account"),
            OWNER,
        ),
        children=(
            ("OpportunityContactRoles", "OpportunityContactRole", "OpportunityId"),
            ("Tasks", "Task", "WhatId"),
        ),
    ),
    SObject(
        "OpportunityContactRole",
        "00K",
        "Opportunity Contact Role",
        "Opportunity Contact Roles",
        (
            *SYSTEM,
            OPPORTUNITY_LINK,
            CONTACT_LINK,
            Field("Role", "picklist"),
            Field("IsPrimary", "boolean", default=False),
        ),
    ),
    SObject(
        "Task",
        "00T",
        "Task",
        "Tasks",
        (
            *SYSTEM,
            *ACTIVITY,
            Field("Status", "picklist", default="Not Started"),
            Field("Priority", "picklist", default="Normal"),
            Field("TaskSubtype", "picklist", default="Task", updateable=False),
            Field("CallType", "picklist"),
            Field("CallDisposition", length=255),
            Field("CallDurationInSeconds", "int", precision=8),
            text("CallObject", 255),
            read_only("IsClosed", "boolean", default=False),
            Field("CompletedDateTime", "datetime"),
            OWNER,
        ),
    ),
    SObject(
        "Event",
        "00U",
        "Event",
        "Events",
        (
            *SYSTEM,
            *ACTIVITY,
            Field("StartDateTime", "datetime"),
            Field("EndDateTime", "datetime"),
            Field("DurationInMinutes", "int", precision=8),
            text("Location", 255),
            OWNER,
        ),
    ),
    SObject(
        "User",
        "005",
        "User",
        "Users",
        (
            *SYSTEM,
            text("Username", 80),
            Field("Email", "email", length=128),
            text("FirstName", 40),
            text("LastName", 80),
            read_only("Name", length=121),
            Field("IsActive", "boolean", default=True),
            text("ProfileId", 18),
        ),
        createable=False,
    ),
    SObject(
        "PermissionSet",
        "0PS",
        "Permission Set",
        "Permission Sets",
        (
            *SYSTEM,
            text("Name", 80, required=True, unique=True),
            text("Label", 80, required=True),
            text("Description", 255),
            text("LicenseId", 18),
            read_only("IsOwnedByProfile", "boolean", default=False),
        ),
        children=(("FieldPerms", "FieldPermissions", "ParentId"),),
    ),
    SObject(
        "PermissionSetAssignment",
        "0Pa",
        "Permission Set Assignment",
        "Permission Set Assignments",
        (
            *SYSTEM,
            link("AssigneeId", "Assignee", "User", required=True, updateable=False),
            link("PermissionSetId", "PermissionSet", "PermissionSet", required=True, updateable=False),
        ),
    ),
    SObject(
        "FieldPermissions",
        "01k",
        "Field Permissions",
        "Field Permissions",
        (
            *SYSTEM,
            link("ParentId", "Parent", "PermissionSet", required=True, updateable=False),
            text("SobjectType", 80, required=True, updateable=False),
            text("Field", 120, required=True, updateable=False),
            Field("PermissionsRead", "boolean", default=False),
            Field("PermissionsEdit", "boolean", default=False),
        ),
    ),
    SObject(
        "Organization",
        "00D",
        "Organization",
        "Organizations",
        (
            *SYSTEM,
            text("Name", 80),
            text("InstanceName", 10),
            text("OrganizationType", 40),
            Field("IsSandbox", "boolean", default=False),
        ),
        createable=False,
    ),
)

OBJECTS = {sobject.name: sobject for sobject in _OBJECTS}
OBJECTS_BY_LOWER_NAME = {name.lower(): sobject for name, sobject in OBJECTS.items()}
OBJECTS_BY_PREFIX = {sobject.prefix: sobject for sobject in _OBJECTS}
