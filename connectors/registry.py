"""Finds connectors by their `manifest.toml`. Nothing else in the hub knows which providers exist."""

import importlib
import importlib.util
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import connectors
from connectors.base.manifest import Manifest, ManifestError, load_manifest


class UnknownProvider(LookupError):
    """No connector folder has this id."""


def all_manifests() -> tuple[Manifest, ...]:
    """Every provider, by id. Raises `ManifestError` on the first bad manifest: call it at start-up."""
    return tuple(_scan(tuple(connectors.__path__)).values())


def manifest(provider: str) -> Manifest:
    """One provider's manifest. Raises `UnknownProvider`."""
    found = _scan(tuple(connectors.__path__)).get(provider)
    if found is None:
        raise UnknownProvider(f"there is no connector named {provider!r}")
    return found


def resolve(name: str) -> Manifest:
    """The manifest of a provider by its id or one of its aliases. Raises `UnknownProvider`."""
    found = [each for each in all_manifests() if name in {each.id, *each.aliases}]
    if not found:
        known = ", ".join(each.id for each in all_manifests())
        raise UnknownProvider(f"there is no connector named {name!r}; there are {known}")
    return found[0]


def connector_class(provider: str) -> type[Any]:
    """The class named after the provider (`ZoomConnector` for `zoom`) in its `connector.py`, imported on first use.

    Raises `UnknownProvider`, and `ManifestError` when the class is missing.
    """
    found = manifest(provider)
    module = importlib.import_module(f"connectors.{provider}.connector")
    name = "".join(part.capitalize() for part in provider.split("_")) + "Connector"
    connector = getattr(module, name, None)
    if not isinstance(connector, type):
        raise ManifestError(f"{found.folder / 'connector.py'}: has no class {name}")
    return connector


def webhook_module(provider: str) -> ModuleType | None:
    """The provider's `webhook.py`, or None when its inbound events need no code. Raises `UnknownProvider`."""
    if not (manifest(provider).folder / "webhook.py").is_file():
        return None
    return importlib.import_module(f"connectors.{provider}.webhook")


def replay_module(provider: str) -> ModuleType | None:
    """The provider's `replay.py` (see `connectors.base.recorded`), None where it has none. Raises `UnknownProvider`."""
    if not (manifest(provider).folder / "replay.py").is_file():
        return None
    return importlib.import_module(f"connectors.{provider}.replay")


def without_account(name: str) -> ModuleType | None:
    """The `replay.py` of a connector without a manifest, as there is no account to connect; by folder or alias."""
    folders = [Path(path) for path in connectors.__path__]
    files = [file for folder in folders for file in sorted(folder.glob("*/replay.py"))]
    bare = [file.parent.name for file in files if not (file.parent / "manifest.toml").exists()]
    modules = {folder: importlib.import_module(f"connectors.{folder}.replay") for folder in bare}
    return next((module for folder, module in modules.items() if name in {folder, *module.ALIASES}), None)


def look_again() -> None:
    """Notice folders that were added since the first look."""
    _scan.cache_clear()


@cache
def _scan(search_path: tuple[str, ...]) -> dict[str, Manifest]:
    importlib.invalidate_caches()
    files = [file for folder in search_path for file in sorted(Path(folder).glob("*/manifest.toml"))]
    found: dict[str, Manifest] = {}
    names: dict[str, Path] = {}
    for file in files:
        loaded = load_manifest(file)
        for name in (loaded.id, *loaded.aliases):
            if name in names:
                raise ManifestError(f"{file}: provider {name!r} is already defined in {names[name]}")
            names[name] = loaded.folder
        found[loaded.id] = loaded
    return dict(sorted(found.items()))
