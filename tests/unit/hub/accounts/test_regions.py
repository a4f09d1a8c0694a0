"""A hub takes no organisation's data into another region."""

from dataclasses import replace

import pytest
from sqlmodel import select

from hub import worker
from hub.accounts import service
from hub.accounts.models import Organisation
from hub.accounts.regions import RegionDiffers, declare, require_region
from hub.runtime import Runtime


def in_region(runtime: Runtime, region: str) -> Runtime:
    return replace(runtime, settings=runtime.settings.model_copy(update={"region": region}))


def test_an_organisation_is_where_its_hub_is(runtime: Runtime) -> None:
    service.create_operator_key(in_region(runtime, "eu"))

    with runtime.database.transaction() as session:
        assert session.exec(select(Organisation.region)).one() == "eu"


def test_a_hub_does_not_start_on_data_of_another_region(runtime: Runtime) -> None:
    service.create_operator_key(in_region(runtime, "eu"))

    with pytest.raises(RegionDiffers, match="My organisation is declared to be in eu, and this hub in uk"):
        worker.prepare(runtime)


def test_a_wrong_declaration_can_be_put_right(runtime: Runtime) -> None:
    service.create_operator_key(runtime)

    assert declare(runtime, "eu") == 1

    require_region(in_region(runtime, "eu"))
    assert declare(runtime, "eu") == 0
