"""What one running process shares: built once at start-up, read by endpoints and by workflow steps."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from hub.kit.clock import Clock, utc_now
from hub.kit.crypto import Vault, vault_from
from hub.kit.database import Database
from hub.settings import Settings


@dataclass(frozen=True)
class Runtime:
    """The process's settings, store, vault and clock."""

    settings: Settings
    database: Database
    vault: Vault
    clock: Clock = utc_now


class DataFolderUnusable(Exception):
    """Nothing can be written where the hub keeps its database, its key and media on their way."""


_installed: Runtime | None = None


def build(settings: Settings) -> Runtime:
    """Make the runtime for these settings; creates the data directory (mode 0700) when missing.

    Raises `DataFolderUnusable`.
    """
    _prepare(settings.data_dir)
    master = settings.master_key.get_secret_value() if settings.master_key else None
    previous = tuple(key.get_secret_value() for key in settings.master_key_previous)
    vault = vault_from(master, previous, settings.data_dir / "master.key")
    return Runtime(settings=settings, database=Database(settings.store_url), vault=vault)


def _prepare(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise DataFolderUnusable(f"HUB_DATA_DIR: {folder} can't be written to: {error.strerror}") from error


def install(runtime: Runtime) -> None:
    """Make `runtime` the one that workflow steps see: DBOS calls plain functions, which cannot be handed one."""
    global _installed
    _installed = runtime


def current() -> Runtime:
    """The installed runtime. Raises `RuntimeError` outside a started process."""
    if _installed is None:
        raise RuntimeError("no runtime is installed: start with `hub serve` or call hub.runtime.install")
    return _installed
