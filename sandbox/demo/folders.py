"""The folders of a demo: emptied before each run, and never anybody else's."""

import shutil
from pathlib import Path

from sandbox.demo.processes import StartProblem
from sandbox.demo.settings import DemoSettings

MARK = "made-by-the-demo"


def begin_empty(settings: DemoSettings) -> None:
    """Remove what an earlier demo left. Raises `StartProblem` for a hub's directory that is not a demo's."""
    for name in ("sandbox", "logs"):
        shutil.rmtree(settings.directory / name, ignore_errors=True)
    _empty_hub(settings.hub_directory, inside=settings.directory)


def _empty_hub(directory: Path, inside: Path) -> None:
    mine = (directory / MARK).is_file() or directory == inside / "hub"
    others = [path.name for path in directory.glob("*") if path != inside]
    if others and not mine:
        raise StartProblem(f"{directory} holds {', '.join(sorted(others)[:3])}; give HUB_DATA_DIR an empty directory")
    for path in directory.glob("*"):
        _remove(path, keep=inside)
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    (directory / MARK).touch()


def _remove(path: Path, keep: Path) -> None:
    if path == keep:
        return
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()
