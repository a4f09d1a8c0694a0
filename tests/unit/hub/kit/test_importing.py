"""Imports of a process that stays."""

import gc
from collections.abc import Iterator

import pytest

from hub.kit.importing import imported_for_good


@pytest.fixture(autouse=True)
def _nothing_stays_frozen() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_the_collector_rests_while_modules_are_imported_and_leaves_alone_what_they_made() -> None:
    before = gc.get_freeze_count()

    with imported_for_good():
        resting = not gc.isenabled()
        made: list[dict[str, int]] = [{"kept": number} for number in range(1000)]

    assert resting
    assert gc.isenabled()
    assert gc.get_freeze_count() > before + len(made)


def test_the_collector_works_again_after_an_import_that_failed() -> None:
    with pytest.raises(ModuleNotFoundError), imported_for_good():
        raise ModuleNotFoundError

    assert gc.isenabled()
