"""The short recording that the chaos tests play."""

from pathlib import Path

import pytest

from tests.support.short_recording import cut

FOLDER = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long recordings begin before the rest of this folder: last, they would leave all workers but one idle."""
    items.sort(key=lambda item: (item.path.parent == FOLDER, item.path.name != "test_long_recording.py"))


@pytest.fixture(scope="session")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with `short.mp4` and `short.vtt`, 12 seconds."""
    directory = tmp_path_factory.mktemp("recordings")
    cut(directory, 12.0)
    return directory


@pytest.fixture(scope="session")
def results(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> str:
    """For `ANALYSE_ONCE`: where tests of what happens around an analysis find what another one waited for."""
    own = tmp_path_factory.getbasetemp()
    folder = (own if worker_id == "master" else own.parent) / "results"  # of all the workers
    folder.mkdir(exist_ok=True)
    return str(folder)
