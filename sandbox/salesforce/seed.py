"""The demo org: one customer with a renewal in the pipeline."""

from datetime import timedelta

from sandbox.kit.world import World
from sandbox.salesforce.fields import salesforce_time
from sandbox.salesforce.ids import make_id
from sandbox.salesforce.objects import OBJECTS
from sandbox.salesforce.org import COMPANY, ORG_ID, USER_EMAIL
from sandbox.salesforce.records import Records

USER_ID = make_id("005", 1)


def seed_user(world: World) -> None:
    """Dana and the organisation, unless they are there."""
    users = world.collection("salesforce", "User")
    if users.get(USER_ID):
        return
    now = salesforce_time(world.clock())
    system = {"CreatedDate": now, "LastModifiedDate": now, "SystemModstamp": now, "IsDeleted": False}
    person = {"Username": USER_EMAIL, "Email": USER_EMAIL, "FirstName": "Dana", "LastName": "Reyes"}
    users.put(USER_ID, system | person | {"Id": USER_ID, "Name": "Dana Reyes", "IsActive": True, "ProfileId": None})
    company = {"Id": ORG_ID, "Name": COMPANY, "InstanceName": "DEMO1", "OrganizationType": "Enterprise Edition"}
    world.collection("salesforce", "Organization").put(ORG_ID, system | company | {"IsSandbox": False})


def seed_records(world: World, records: Records) -> None:
    """Contoso, its people and its opportunities, unless an account is there."""
    if world.collection("salesforce", "Account").count():
        return

    def make(sobject: str, **values: object) -> str:
        return records.create(OBJECTS[sobject], values, allow_duplicates=True)

    today = world.clock().date()
    account = make("Account", Name="Contoso", Website="https://contoso.example", Industry="Manufacturing")
    priya = make(
        "Contact",
        FirstName="Priya",
        LastName="Shah",
        Email="priya.shah@contoso.example",
        Title="Head of Operations",
        AccountId=account,
    )
    make("Contact", FirstName="Joe", LastName="Meyer", Email="joe.meyer@contoso.example", AccountId=account)
    renewal = make(
        "Opportunity",
        Name="Contoso renewal",
        StageName="Negotiation/Review",
        CloseDate=(today + timedelta(days=30)).isoformat(),
        Amount=48_000,
        AccountId=account,
    )
    make("OpportunityContactRole", OpportunityId=renewal, ContactId=priya, Role="Decision Maker", IsPrimary=True)
    closed = make(
        "Opportunity",
        Name="Contoso pilot",
        StageName="Closed Won",
        CloseDate=(today - timedelta(days=200)).isoformat(),
        Amount=9_000,
        AccountId=account,
    )
    make("OpportunityContactRole", OpportunityId=closed, ContactId=priya, Role="Decision Maker")
    make("Lead", FirstName="Lena", LastName="Novak", Email="lena.novak@fabrikam.example", Company="Fabrikam")
