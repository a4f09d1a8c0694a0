"""The demo account: one customer with a deal on its way and one that was won."""

from datetime import timedelta

from sandbox.hubspot.associations import Associations
from sandbox.hubspot.object_types import object_type
from sandbox.hubspot.properties import hubspot_time
from sandbox.hubspot.records import Records
from sandbox.kit.world import World


def seed_records(world: World, records: Records, associations: Associations) -> None:
    """Contoso, its people and its deals, unless a company is there."""
    if records.of(object_type("companies")).count():
        return
    now = world.clock()

    def make(kind: str, **values: object) -> tuple[str, str]:
        return kind, str(records.create(object_type(kind), values, at=now - timedelta(days=40))["id"])

    contoso = make("companies", name="Contoso", domain="contoso.example", industry="Manufacturing")
    priya = make(
        "contacts",
        firstname="Priya",
        lastname="Shah",
        email="priya.shah@contoso.example",
        jobtitle="Head of Operations",
        company="Contoso",
        lifecyclestage="customer",
    )
    joe = make("contacts", firstname="Joe", lastname="Meyer", email="joe.meyer@contoso.example", company="Contoso")
    renewal = make(
        "deals",
        dealname="Contoso renewal",
        dealstage="contractsent",
        pipeline="default",
        amount=48_000,
        closedate=hubspot_time(now + timedelta(days=30)),
    )
    pilot = make(
        "deals",
        dealname="Contoso pilot",
        dealstage="closedwon",
        pipeline="default",
        amount=9_000,
        closedate=hubspot_time(now - timedelta(days=200)),
    )
    for person in (priya, joe):
        associations.add(person, contoso)
    for deal in (renewal, pilot):
        associations.add(deal, priya)
        associations.add(deal, contoso)
