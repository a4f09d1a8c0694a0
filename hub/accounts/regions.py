"""Where data may be. A hub is in one region, and starts only where each of its organisations is in the same one."""

from sqlmodel import Session, col, select

from hub.accounts import audit
from hub.accounts.errors import DetailsInvalid
from hub.accounts.models import Organisation
from hub.accounts.service.operator import OPERATOR
from hub.runtime import Runtime

REGIONS = ("uk", "eu")


class RegionDiffers(Exception):
    """The store holds an organisation of another region: going on here would take its data across."""


def require_region(runtime: Runtime) -> None:
    """Raises `RegionDiffers`, with what an operator can do."""
    here = runtime.settings.region
    with runtime.database.transaction() as session:
        elsewhere = session.exec(select(Organisation).where(col(Organisation.region) != here)).first()
    if elsewhere is not None:
        raise RegionDiffers(
            f"{elsewhere.name} is declared to be in {elsewhere.region}, and this hub in {here}: its data would cross. "
            f"Start it with HUB_REGION={elsewhere.region}. If the data has been in {here} all along, put the "
            f"declaration right once with `hub declare-region {here}`."
        )


def declare(runtime: Runtime, region: str) -> int:
    """Note that everything in this store has always been there; gives for how many organisations that is new.

    Raises `DetailsInvalid`.
    """
    if region not in REGIONS:
        raise DetailsInvalid("region", f"There is no region {region}: choose {' or '.join(REGIONS)}.")
    with runtime.database.transaction() as session:
        wrong = session.exec(select(Organisation).where(col(Organisation.region) != region)).all()
        for organisation in wrong:
            _declare_one(session, runtime, organisation, region)
    return len(wrong)


def _declare_one(session: Session, runtime: Runtime, organisation: Organisation, region: str) -> None:
    audit.record(
        session,
        organisation_id=organisation.id,
        actor=OPERATOR,
        action="organisation.region_declared",
        subject=organisation.id,
        at=runtime.clock(),
        details={"former": organisation.region, "region": region},
    )
    organisation.region = region
